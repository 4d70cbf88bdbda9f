"""The engine says what settings it works with."""

from __future__ import annotations

from scenescout_tui.imports.settings_commands import ListSettings
from scenescout_tui.paging import Window
from tests.imports.engines import PATIENCE, engine


def test_the_engine_answers_with_the_settings_it_has_itself(database: str) -> None:
    with engine(database, max_workers=3) as handle:
        page = handle.query(ListSettings("workers at once", "fl", Window())).result(PATIENCE)
        (row,) = page.rows
        assert (row.key, row.value, row.origin, page.more) == ("max_workers", "3", "flag", False)
        everything = handle.query(ListSettings("", "", Window())).result(PATIENCE).rows
        assert len({one.key for one in everything}) == len(everything) > 30
