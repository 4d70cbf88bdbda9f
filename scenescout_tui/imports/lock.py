"""One engine per SQLite database, held by `flock` on a file beside it; as many as there are on PostgreSQL."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from scenescout_tui.errors import DatabaseError, SpawnerError


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
                "action": f"Wait until {holder} has ended, or stop it; or name another database: --database.",
            },
        )
        self.pid = pid


class EngineLock:
    """The right to run the engine of one database, as long as this object holds it.

    The kernel lets go of the lock when the process ends, however it ends, so a stale file harms nobody.
    """

    def __init__(self, database_file: Path) -> None:
        # One file is one database, whatever name it is called by.
        whole = database_file.resolve()
        self.path = whole.with_name(whole.name + ".lock")
        self._fd: int | None = None

    def acquire(self, *, shared: bool = False) -> bool:
        """Take the lock, write our pid into the file, and tell whether nobody else holds it.

        With ``shared`` it is enough that no other holds it for itself alone.

        :raises EngineLockedError: when another process holds it.
        :raises DatabaseError: when the folder cannot be written.
        """
        fd = self._open()
        alone = _try(fd, fcntl.LOCK_EX)
        if not alone and not (shared and _try(fd, fcntl.LOCK_SH)):
            os.close(fd)
            raise EngineLockedError(self.path, self.holder())
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd
        return alone

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            found = DatabaseError("open", f"{self.path.parent}: {error.strerror}", retryable=False)
            found.metadata["action"] = "Name a database in a folder that this user may write."
            raise found from error

    def share(self) -> None:
        """Let others in who can do with a shared lock."""
        if self._fd is not None:
            _try(self._fd, fcntl.LOCK_SH)

    def holder(self) -> int | None:
        """Return the pid written in the lock file, or None; it may have ended since."""
        try:
            return int(self.path.read_text().strip())
        except (OSError, ValueError):
            return None

    def is_held(self) -> bool:
        """Tell whether anybody holds it at this moment."""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            return not _try(fd, fcntl.LOCK_EX)
        finally:
            os.close(fd)

    def release(self) -> None:
        """Let go; harmless when not held. The file stays: removing it would race with the next holder."""
        if self._fd is not None:
            if _try(self._fd, fcntl.LOCK_EX):
                os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None


class NoLock:
    """Stands where several engines may run: their database itself keeps them apart."""

    def acquire(self, *, shared: bool = False) -> bool:
        """Hold nothing; whose runs are abandoned, the database knows."""
        return True

    def share(self) -> None:
        """Nothing to share."""

    def is_held(self) -> bool:
        """Nobody keeps others out."""
        return False

    def release(self) -> None:
        """Nothing to let go."""


def engine_lock(database_file: Path | None) -> EngineLock | NoLock:
    """Return the lock of a database; `database_file` None: it is on a server."""
    return NoLock() if database_file is None else EngineLock(database_file)


def _try(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
