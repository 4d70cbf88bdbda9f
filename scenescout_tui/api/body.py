"""How the body of a post comes in: so many at once, so large, so fast, and hardly any of it in memory."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import IO

import anyio
import anyio.to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from scenescout_tui.api.limits import Limits
from scenescout_tui.api.problems import Problem, come_again


class Place:
    """The room that one post takes."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.size = 0

    def grow(self, size: int) -> None:
        """Take room for a body of so many bytes.

        :raises Problem: where it is too large, or there is no room for it beside the others.
        """
        limits = self._intake.limits
        if size > limits.body_bytes:
            raise Problem(413, "TOO_LARGE", f"the body is larger than {limits.body_bytes:,} bytes")
        if self._intake.held + size - self.size > limits.bodies_bytes:
            raise self._intake.full()
        self._intake.held += size - self.size
        self.size = size


class Intake:
    """Counts the posts that are read or imported, and the bytes of their bodies."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.posts = 0
        self.held = 0
        #: Nothing is taken in any more.
        self.closed = False

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Hold a place for the time of a post.

        :raises Problem: where there is none.
        """
        self.check_open()
        if self.posts >= self.limits.posts:
            raise self.full()
        place = Place(self)
        self.posts += 1
        try:
            yield place
        finally:
            self.posts -= 1
            self.held -= place.size

    def check_open(self) -> None:
        """Refuse to go on once nothing is taken in any more.

        :raises Problem: 503.
        """
        if self.closed:
            raise come_again("DRAINING", "this server is being stopped", self.limits.retry_after)

    def full(self) -> Problem:
        """Return the refusal of a post too many."""
        message = "as many posts are at work as may be"
        return come_again("OVERLOADED", message, self.limits.retry_after)


async def read_body(request: Request, place: Place, intake: Intake) -> bytes:
    """Return the body of a post.

    :raises Problem: 408, 413, 415 or 503; what is left of the body is not read then.
    """
    limits = intake.limits
    _check_type(request)
    place.grow(_declared_size(request))
    try:
        with anyio.fail_after(limits.body_seconds):
            return await _gather(request.stream(), place, intake)
    except TimeoutError:
        message = f"the body was not complete within {limits.body_seconds:g} s"
        raise Problem(408, "REQUEST_TIMEOUT", message) from None
    except ClientDisconnect:
        raise Problem(400, "BAD_REQUEST", "the body was cut off") from None
    except OSError as error:
        message = f"the body cannot be kept: {error.strerror}"
        raise come_again("NO_ROOM", message, limits.retry_after) from error


async def _gather(chunks: AsyncIterator[bytes], place: Place, intake: Intake) -> bytes:
    """Put a body together; all but its newest part waits in an unnamed file, for it may yet be refused."""
    newest, size = bytearray(), 0
    file: IO[bytes] | None = None
    with ExitStack() as stack:
        async for chunk in chunks:
            intake.check_open()
            size += len(chunk)
            place.grow(max(size, place.size))
            newest += chunk
            if len(newest) >= intake.limits.in_memory:
                if file is None:
                    file = stack.enter_context(tempfile.TemporaryFile())
                await anyio.to_thread.run_sync(file.write, newest)
                newest = bytearray()
        if file is None:
            return bytes(newest)
        file.seek(0)
        return await anyio.to_thread.run_sync(file.read) + newest


def _check_type(request: Request) -> None:
    """Refuse a body that is no plain JSON in UTF-8.

    :raises Problem: 415.
    """
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"')
    if kind.strip() != "application/json" or charset not in ("", "utf-8"):
        message = "send JSON in UTF-8, with Content-Type: application/json"
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", message, "Content-Type")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        message = "send the body as it is, without Content-Encoding"
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", message, "Content-Encoding")


def _declared_size(request: Request) -> int:
    # The protocol has refused whatever is no number.
    return int(request.headers.get("content-length", "0"))
