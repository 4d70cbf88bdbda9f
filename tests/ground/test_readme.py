"""What the README lists is what there is."""

from __future__ import annotations

import re
from pathlib import Path

from scenescout_tui.events.quality import MEANINGS

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_lists_every_quality_code_with_its_meaning() -> None:
    listed = re.findall(r"^\| `([A-Z_]{4,})` \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(listed) == dict(MEANINGS)
    assert len(listed) == len(MEANINGS)
