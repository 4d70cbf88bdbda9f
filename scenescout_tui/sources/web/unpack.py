"""Bodies of answers: unpacked piece by piece, so that a small body never becomes a huge one."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator

from scenescout_tui.sources.web.failures import RuleBreach, too_large

#: Bytes unpacked in one go: about a millisecond of work.
PIECE = 256 * 1024

#: Bytes of a body kept in memory; what is larger waits in a file without a name, so that answers which are
#: broken off at their cap have not taken it all.
IN_MEMORY = 4_000_000

_GZIP = 16 + zlib.MAX_WBITS


class BodyReader:
    """Takes a body as it comes and keeps it unpacked, up to `max_bytes`; to be closed.

    `encoding` is the Content-Encoding (RFC 9110, 8.4): none, identity, gzip or deflate. Servers that packed
    twice did so by accident or to harm, so more than one is refused.

    :raises RuleBreach: for any other encoding.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
        if len(names) > 1:
            raise RuleBreach("the answer is packed more than once")
        name = names[0] if names else "identity"
        if name not in ("identity", "gzip", "x-gzip", "deflate"):
            raise RuleBreach("the answer is packed in a way that was not asked for")
        self._max_bytes = max_bytes
        self._body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 – close() closes it
        self._size = 0
        self._packing = name
        self._unpacker: zlib._Decompress | None = None
        self._begun = b""

    def feed(self, data: bytes) -> Iterator[None]:
        """Take some bytes; stops after each `PIECE`, so that the caller can let others work.

        :raises RuleBreach: when the body is too large, or damaged.
        """
        if self._packing == "identity":
            self._keep(data)
            return
        if self._unpacker is None:
            data = self._begun = self._begun + data
            if len(data) < 2:
                return
            bits = _deflate_bits(data) if self._packing == "deflate" else _GZIP
            self._unpacker = zlib.decompressobj(bits)
        while data:
            if self._unpacker.eof:
                raise _damaged("bytes follow its packed body")
            try:
                piece = self._unpacker.decompress(data, PIECE)
            except zlib.error:
                raise _damaged("its packed body is damaged") from None
            self._keep(piece)
            data = self._unpacker.unconsumed_tail or self._unpacker.unused_data
            if data:
                yield

    def finish(self) -> bytes:
        """Return the whole body.

        :raises RuleBreach: where a packed body ends too early; an empty one was never packed.
        """
        if self._begun and (self._unpacker is None or not self._unpacker.eof):
            raise _damaged("its packed body is cut off")
        self._body.seek(0)
        return self._body.read()

    def close(self) -> None:
        """Let go of what was kept."""
        self._body.close()

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_bytes:
            raise too_large("the answer is", self._max_bytes)
        try:
            self._body.write(data)
        except OSError as error:
            words = f"there is no room for a large answer ({error.strerror})"
            action = "Free space in the folder of temporary files, then retry."
            raise RuleBreach(words, action, retryable=True, asked=False) from None


def _deflate_bits(start: bytes) -> int:
    """Tell zlib's format, which "deflate" means, from bare deflate, which some servers send instead."""
    is_zlib = start[0] & 0x0F == 8 and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _damaged(words: str) -> RuleBreach:
    return RuleBreach(words, retryable=True)
