"""Words by which events are found, taken in while nothing is imported: an import pays nothing for them."""

from __future__ import annotations

import time

from scenescout_tui.imports.core import ImportCore

#: Events taken in at once; the writer is busy for some milliseconds.
AT_ONCE = 500
#: Seconds for which one call goes on.
FOR = 1.0


async def index_events(core: ImportCore) -> None:
    """Take in what has changed since the last call, as long as no run goes on, for a second at most.

    :raises DatabaseError:
    """
    end = time.monotonic() + FOR
    while not core.running() and time.monotonic() < end:
        if await core.threads.write(core.store.index_events, AT_ONCE) < AT_ONCE:
            return
