"""Inputs of an import: files and stdin, checked before and read in pieces."""

from __future__ import annotations

import os
import select
import stat
from collections.abc import Sequence
from pathlib import Path

from scenescout_tui.errors import SpawnerError
from scenescout_tui.safe_text import clean

STDIN = "-"

#: A stream that is silent for so long (seconds) lets go of what has come, so that nobody waits for a full
#: page.
_PATIENCE = 0.2
_COMPRESSED = {
    b"\x1f\x8b": ("gzip", "gunzip -k"),
    b"PK\x03\x04": ("a ZIP archive", "unzip"),
    b"BZh": ("bzip2", "bunzip2 -k"),
    b"\xfd7zXZ\x00": ("xz", "unxz -k"),
    b"\x28\xb5\x2f\xfd": ("zstd", "unzstd"),
}
_WRITE_UTF8 = "Write the file as UTF-8 (for example: iconv -f {} -t UTF-8 FILE > NEW) and import it again."


class InputError(SpawnerError):
    """An input cannot be read at all; the message names it, `metadata["action"]` says what to do."""

    def __init__(self, message: str, action: str) -> None:
        super().__init__(message, "INPUT_ERROR", metadata={"action": action})


class ByteSource:
    """One open input: its bytes in order, and what tells whether it is still the same file later."""

    def __init__(self, name: str) -> None:
        self.origin = origin_of(name)
        self._fd = _open(name, self.origin)
        self._owned = name != STDIN
        state = os.fstat(self._fd)
        #: A file with a size, which can be read again from any place.
        self.regular = stat.S_ISREG(state.st_mode) and self._owned
        self.size = state.st_size if self.regular else None
        #: Size, time of change (ns) and inode; None where an input cannot be read twice.
        self.fingerprint = [state.st_size, state.st_mtime_ns, state.st_ino] if self.regular else None
        if self.regular and state.st_size == 0:
            self.close()
            raise empty_input(self.origin)
        if stat.S_ISDIR(state.st_mode):
            self.close()
            raise _directory(self.origin)

    def read(self, wanted: int) -> bytes | None:
        """Return up to `wanted` bytes, b"" at the end, or None when a stream is silent for now.

        :raises InputError: when reading fails.
        """
        try:
            if not self.regular and not select.select([self._fd], [], [], _PATIENCE)[0]:
                return None
            return os.read(self._fd, wanted)
        except OSError as error:
            raise _unreadable(self.origin, error) from error

    def seek(self, offset: int) -> None:
        """Go on at a byte offset; only for regular files."""
        os.lseek(self._fd, offset, os.SEEK_SET)

    def close(self) -> None:
        """Close the file; stdin stays open, it is not ours. May be called twice."""
        if self._owned and self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def origin_of(name: str | Path) -> str:
    """Return how an input is called in records and messages: "stdin", or its path, safe to store and show."""
    return "stdin" if str(name) == STDIN else clean(str(name))


def check_inputs(inputs: Sequence[str | Path]) -> None:
    """Check before a run starts that every input is there, readable, a file and not empty.

    Streams (stdin, pipes) are not touched.

    :raises InputError: naming the first input that cannot be imported, and why.
    """
    if not inputs:
        raise InputError("there is no input", "Name a file, or - for stdin.")
    if sum(1 for name in inputs if str(name) == STDIN) > 1:
        raise InputError("stdin (-) is named twice", "Name it once.")
    for name in map(str, inputs):
        if name == STDIN:
            continue
        origin = origin_of(name)
        try:
            state = os.stat(name)
        except (OSError, ValueError) as error:
            raise _unreadable(origin, error) from error
        if stat.S_ISDIR(state.st_mode):
            raise _directory(origin)
        if stat.S_ISREG(state.st_mode):
            _check_file(name, origin)


def empty_input(origin: str, *, stream: bool = False) -> InputError:
    """Return the error for an input that holds nothing; a stream is what another program writes."""
    cause = (
        "Check the program that writes into it, or name a file" if stream else "Check how the file was made"
    )
    return InputError(f"{origin} is empty", f"{cause}; an empty list is written [].")


def check_start(head: bytes, origin: str) -> None:
    """Judge an input by its first bytes.

    :raises InputError: when it is compressed, or text in another encoding than UTF-8.
    """
    for magic, (kind, command) in _COMPRESSED.items():
        if head.startswith(magic):
            raise InputError(f"{origin} is compressed ({kind})", f"Unpack it first: {command} FILE")
    wide = _wide_encoding(head)
    if wide is not None:
        raise InputError(f"{origin} is {wide}, not UTF-8 (byte 0)", _WRITE_UTF8.format(wide))


def _check_file(name: str, origin: str) -> None:
    source = ByteSource(name)
    try:
        head = source.read(4096) or b""
    finally:
        source.close()
    check_start(head, origin)
    if source.size is not None and source.size <= 4096 and not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise empty_input(origin)


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 and UTF-32 tell themselves by a mark, or by the NUL bytes beside the first bracket."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    if head[:1] in (b"{", b"[") and head[1:2] == b"\x00":
        return "UTF-32" if head[2:4] == b"\x00\x00" else "UTF-16"
    if head[:1] == b"\x00" and head[1:2] in (b"{", b"["):
        return "UTF-16"
    return None


def _open(name: str, origin: str) -> int:
    if name == STDIN:
        return 0
    try:
        # Without O_NONBLOCK opening a pipe waits for its writer, and nobody could cancel that.
        fd = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise _unreadable(origin, error) from error
    os.set_blocking(fd, True)
    return fd


def _unreadable(origin: str, error: Exception) -> InputError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(
        f"{origin} cannot be read: {why}", "Check the name of the file and that this user may read it."
    )


def _directory(origin: str) -> InputError:
    return InputError(f"{origin} is a directory", "Name the files in it (for example: FOLDER/*.json).")
