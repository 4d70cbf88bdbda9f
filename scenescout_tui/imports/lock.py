"""One engine per SQLite database, held by `flock` on a file beside it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from scenescout_tui.errors import SpawnerError


class EngineLockedError(SpawnerError):
    """Another process runs the engine of this database; ``pid`` is its process id, or None where it does
    not say.
    """

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"the engine of this database is run by {holder}",
            code="ENGINE_LOCKED",
            metadata={
                "pid": pid,
                "lock": str(path),
                "action": f"Wait until {holder} has ended, or use another database with --database.",
            },
        )
        self.pid = pid


class EngineLock:
    """The right to run the engine of one database, as long as this object holds it.

    The kernel lets go of the lock when the process ends, however it ends, so a stale file harms nobody.
    """

    def __init__(self, database_file: Path) -> None:
        self.path = database_file.with_name(database_file.name + ".lock")
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock and write our pid into the file.

        :raises EngineLockedError: when another process holds it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise EngineLockedError(self.path, self.holder()) from None
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def holder(self) -> int | None:
        """Return the pid written in the lock file, or None; it may have ended since."""
        try:
            return int(self.path.read_text().strip())
        except (OSError, ValueError):
            return None

    def release(self) -> None:
        """Let go; harmless when not held. The file stays: removing it would race with the next holder."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None
