"""The watch over tokens sees one wherever it is."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from tests.canaries import CANARIES, leaks_below


def test_every_test_runs_with_tokens() -> None:
    assert all(os.environ[name] == token for name, token in CANARIES.items())


def test_a_token_in_any_file_is_seen(tmp_path: Path) -> None:
    # Put together here only, or the watch would find it in the folder of this test.
    token = next(iter(CANARIES.values()))
    (tmp_path / "empty").touch()
    (tmp_path / "log.json").write_text("nothing")
    with sqlite3.connect(tmp_path / "events.db") as connection:
        connection.execute("CREATE TABLE runs (note)")
        connection.execute("INSERT INTO runs VALUES (?)", (f"Bearer {token}",))
    connection.close()
    assert list(leaks_below(tmp_path)) == ["events.db"]
    (tmp_path / "events.db").unlink()
    assert list(leaks_below(tmp_path)) == []
