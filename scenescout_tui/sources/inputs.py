"""Inputs of an import: files, stdin and fetched feeds, checked before and read in pieces."""

from __future__ import annotations

import hashlib
import os
import select
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from scenescout_tui.errors import SpawnerError
from scenescout_tui.safe_text import clean
from scenescout_tui.sources.url_inputs import is_url, problem_of, shown_address

STDIN = "-"

#: The sources whose inputs are read whole; "auto" may find one of them.
_WHOLE = ("ics", "jsonld", "csv", "auto")

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


class Readable(Protocol):
    """One open input: its bytes in order, and what tells whether it is still the same later."""

    origin: str
    #: An input with a size, which can be read again from any place.
    regular: bool
    size: int | None
    #: What changes with the input; None where it cannot be read twice.
    fingerprint: list[int] | str | None

    def read(self, wanted: int) -> bytes | None:
        """Return up to `wanted` bytes, b"" at the end, or None when a stream is silent for now."""
        ...

    def put_back(self, data: bytes) -> None:
        """Let the next `read` begin with these bytes, which were only looked at."""
        ...

    def seek(self, offset: int) -> None:
        """Go on at a byte offset; only for regular inputs."""
        ...

    def close(self) -> None:
        """Let go of it; may be called twice."""
        ...


class BodySource:
    """A fetched feed as an input."""

    def __init__(self, body: bytes, origin: str) -> None:
        self.origin = origin
        self.regular = True
        self.size: int | None = len(body)
        self.fingerprint: list[int] | str | None = hashlib.sha256(body).hexdigest()
        self._body = body
        self._at = 0

    def read(self, wanted: int) -> bytes | None:
        """Return up to `wanted` bytes, b"" at the end."""
        data = self._body[self._at : self._at + wanted]
        self._at += len(data)
        return data

    def put_back(self, data: bytes) -> None:
        """Go back by what was only looked at."""
        self._at -= len(data)

    def seek(self, offset: int) -> None:
        """Go on at a byte offset."""
        self._at = offset

    def close(self) -> None:
        """Let go of the body; may be called twice."""
        self._body = b""


class ByteSource:
    """One open file, or stdin."""

    def __init__(self, name: str) -> None:
        self.origin = origin_of(name)
        self._fd = _open(name, self.origin)
        self._owned = name != STDIN
        state = os.fstat(self._fd)
        self._ahead = b""
        #: A file with a size, which can be read again from any place.
        self.regular = stat.S_ISREG(state.st_mode) and self._owned
        self.size: int | None = state.st_size if self.regular else None
        #: Size, time of change (ns) and inode; None where an input cannot be read twice.
        self.fingerprint: list[int] | str | None = (
            [state.st_size, state.st_mtime_ns, state.st_ino] if self.regular else None
        )
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
        if self._ahead:
            data, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
            return data
        try:
            if not self.regular and not select.select([self._fd], [], [], _PATIENCE)[0]:
                return None
            return os.read(self._fd, wanted)
        except OSError as error:
            raise _unreadable(self.origin, error) from error

    def put_back(self, data: bytes) -> None:
        """Let the next `read` begin with these bytes, which were only looked at."""
        self._ahead = data + self._ahead

    def seek(self, offset: int) -> None:
        """Go on at a byte offset; only for regular files."""
        self._ahead = b""
        os.lseek(self._fd, offset, os.SEEK_SET)

    def close(self) -> None:
        """Close the file; stdin stays open, it is not ours. May be called twice."""
        if self._owned and self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def origin_of(name: str | Path) -> str:
    """Return how an input is called in records and messages: "stdin", its path, or its address without what
    may be secret; safe to store and show.
    """
    if str(name) == STDIN:
        return "stdin"
    return shown_address(str(name)) if is_url(str(name)) else clean(str(name))


def check_inputs(inputs: Sequence[str | Path], source: str = "") -> None:
    """Check before a run starts that every input is there, readable, a file and not empty.

    Streams (stdin, pipes) are not touched, addresses not asked. `source` is the one that is to read them;
    those that read whole documents accept UTF-16 too.

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
        if is_url(name):
            problem = problem_of(name)
            if problem is not None:
                raise InputError(*problem)
            continue
        try:
            state = os.stat(name)
        except (OSError, ValueError) as error:
            raise _unreadable(origin, error) from error
        if stat.S_ISDIR(state.st_mode):
            raise _directory(origin)
        if stat.S_ISREG(state.st_mode):
            _check_file(name, origin, wide=source in _WHOLE)


def empty_input(origin: str, *, stream: bool = False) -> InputError:
    """Return the error for an input that holds nothing; a stream is what another program writes."""
    cause = (
        "Check the program that writes into it, or name a file" if stream else "Check how the file was made"
    )
    return InputError(f"{origin} is empty", f"{cause}; an empty list is written [].")


def check_start(head: bytes, origin: str, *, wide: bool = False) -> None:
    """Judge an input by its first bytes; `wide` accepts UTF-16.

    :raises InputError: when it is compressed, or text in another encoding than UTF-8.
    """
    for magic, (kind, command) in _COMPRESSED.items():
        if head.startswith(magic):
            raise InputError(f"{origin} is compressed ({kind})", f"Unpack it first: {command} FILE")
    found = _wide_encoding(head)
    if found is not None and not (wide and found == "UTF-16"):
        raise InputError(f"{origin} is {found}, not UTF-8 (byte 0)", _WRITE_UTF8.format(found))


def _check_file(name: str, origin: str, *, wide: bool) -> None:
    source = ByteSource(name)
    try:
        head = source.read(4096) or b""
    finally:
        source.close()
    check_start(head, origin, wide=wide)
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
