"""One engine per SQLite database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenescout_tui.errors import DatabaseError
from scenescout_tui.imports.lock import EngineLock, EngineLockedError
from scenescout_tui.store import Store

HOLD = """
import sys
from pathlib import Path
from scenescout_tui.imports.lock import EngineLock
EngineLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    database = tmp_path / "events.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(EngineLockedError) as caught:
            EngineLock(database).acquire()
        assert caught.value.pid == holder.pid
        assert str(holder.pid) in caught.value.message
        holder.kill()
        holder.wait()
    lock = EngineLock(database)  # however the first one ended, the lock is free
    lock.acquire()
    assert lock.holder() == os.getpid()
    lock.release()


def test_a_released_lock_can_be_taken_again_and_names_nobody(tmp_path: Path) -> None:
    lock = EngineLock(tmp_path / "events.db")
    lock.acquire()
    lock.release()
    lock.release()
    assert lock.holder() is None
    other = EngineLock(tmp_path / "events.db")
    other.acquire()
    other.release()


def test_a_database_has_one_lock_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    database = tmp_path / "events.db"
    (tmp_path / "other.db").symlink_to(database)
    for name in (database, f"sqlite:///{database}", "sqlite:///~/events.db", tmp_path / "other.db"):
        assert EngineLock(Store(str(name)).path or Path()).path == tmp_path / "events.db.lock", name


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(DatabaseError) as caught:
        EngineLock(in_the_way / "events.db").acquire()
    assert str(in_the_way) in caught.value.message
    assert caught.value.metadata["action"]
    assert not EngineLock(tmp_path / "nobody.db").is_held()
