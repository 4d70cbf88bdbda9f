"""How a list changes behind the back of whoever walks it: the same way each time."""

from __future__ import annotations

from typing import Literal

#: "published": a new event at the front; "delayed": one from the front now stands at the end; "advanced": one
#: from the end now stands at the front.
Change = Literal["published", "delayed", "advanced"]

SCRIPT: tuple[Change, ...] = ("published", "delayed", "published", "advanced")


class Changes:
    """Says after which pages a list changes: four times, spread over the first walk, then never again.

    So a walk misses some and sees some twice, and one that is begun after the last change is whole.
    """

    def __init__(self, enabled: bool) -> None:
        self._script = list(SCRIPT) if enabled else []
        self._pages_served = 0

    def after_a_page(self, pages: int) -> Change | None:
        """Return what changes after one more page of a list of so many pages was served."""
        self._pages_served += 1
        every = max(1, pages // (len(SCRIPT) + 1))
        return self._script.pop(0) if self._script and self._pages_served % every == 0 else None
