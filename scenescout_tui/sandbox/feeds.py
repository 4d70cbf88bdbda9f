"""The sandbox's feeds: files behind addresses, with ETag and Last-Modified, and an honest 304."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import formatdate, parsedate_to_datetime

from scenescout_tui.sandbox.calendar_feed import calendar
from scenescout_tui.sandbox.programme_page import page
from scenescout_tui.sandbox.samples import sample_records
from scenescout_tui.sandbox.wire import Answer, Request

FEED = "/feeds/programme.ics"
SHIFTING_FEED = "/feeds/shifting.ics"
PAGE = "/pages/programme.html"
FORMS = "/forms.ndjson"

#: The shifting feed is the same for so many requests, then it has changed.
REQUESTS_PER_VERSION = 2


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    content_type: str
    #: Unix seconds, whole ones.
    modified: int

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


class Feeds:
    """A calendar, a calendar that changes, a page with events in it, and a file of filled-in forms."""

    def __init__(self, seed: int, today: date, *, broken: bool) -> None:
        self._seed, self._today, self._broken = seed, today, broken
        self._files: dict[str, _File] = {}
        self._shifting_requests = 0
        self._shifting_version = -1

    def answer(self, request: Request) -> Answer:
        """Answer with the file at the request's path, or that the client's copy is still right."""
        file = self._shifting() if request.path == SHIFTING_FEED else self._file(request.path)
        if file is None:
            return Answer(404, b"404 page not found\n", content_type="text/plain; charset=utf-8")
        headers = (
            ("ETag", file.etag),
            ("Last-Modified", formatdate(file.modified, usegmt=True)),
            ("Cache-Control", "max-age=0, must-revalidate"),
        )
        if _unchanged(file, request.headers):
            return Answer(304, headers=headers)
        return Answer(200, file.body, content_type=file.content_type, headers=headers)

    def _file(self, path: str) -> _File | None:
        if path not in self._files:
            if path == FEED:
                body = calendar(self._seed, self._today, broken=self._broken)
                found = _File(body, "text/calendar; charset=utf-8", int(time.time()))
            elif path == PAGE:
                body = page(self._seed, self._today, broken=self._broken)
                found = _File(body, "text/html; charset=utf-8", int(time.time()))
            elif path == FORMS:
                found = _File(self._forms(), "application/x-ndjson", int(time.time()))
            else:
                return None
            self._files[path] = found
        return self._files[path]

    def _shifting(self) -> _File:
        version = self._shifting_requests // REQUESTS_PER_VERSION
        self._shifting_requests += 1
        if version != self._shifting_version:
            self._shifting_version = version
            body = calendar(self._seed, self._today, broken=self._broken, version=version)
            self._files[SHIFTING_FEED] = _File(body, "text/calendar; charset=utf-8", int(time.time()))
        return self._files[SHIFTING_FEED]

    def _forms(self) -> bytes:
        records = sample_records("manual", self._today, self._seed, broken=self._broken)
        return b"".join(record + b"\n" for record in records)


def _unchanged(file: _File, headers: Mapping[str, str]) -> bool:
    """Decide as RFC 9110 section 13.2.2 does: a list of tags first, a date only where there is none."""
    if "if-none-match" in headers:
        tags = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return file.etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return file.modified <= since.timestamp()
