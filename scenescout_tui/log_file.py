"""The log: one JSON object per line, rotated, readable by its owner alone; run, source and record in each
line.

Code logs as usual (`logging.getLogger(__name__)`) and says what a line is about with `about(run=…)`; lines
of other libraries come along. Nothing enters a line but through `safe_text.for_log`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from scenescout_tui.errors import classify_error
from scenescout_tui.safe_text import for_log, redact

#: Bytes of one file before it is rotated, and how many old ones are kept.
MAX_BYTES = 10 * 1024 * 1024
KEPT_FILES = 3

_FIELDS = ("run", "source", "record")
# Lines without these belong to no run: start, settings, screen.
_subject: ContextVar[dict[str, str | None]] = ContextVar("log_subject", default={})  # noqa: B039 – never mutated


@contextmanager
def about(*, run: str | None = None, source: str | None = None, record: str | None = None) -> Iterator[None]:
    """Say for a `with` block (and all tasks started in it) what its log lines are about.

    What is not given stays as the surrounding block says.
    """
    given = {"run": run, "source": source, "record": record}
    token = _subject.set(
        {**_subject.get(), **{name: value for name, value in given.items() if value is not None}}
    )
    try:
        yield
    finally:
        _subject.reset(token)


def open_log(path: Path, level: str = "info", secrets: Iterable[str] = ()) -> logging.Handler:
    """Write the log of this process to `path` from now on; `secrets` are masked wherever they appear.

    `level` is "debug", "info", "warning" or "error". Give the handler to `close_log` at the end.
    Raises: OSError where the folder or file cannot be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _PrivateFile(
        path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(_JsonLine(tuple(secrets)))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("scenescout_tui").setLevel(level.upper())
    # Its INFO lines are addresses with tokens.
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler) -> None:
    """End what `open_log` began."""
    logging.getLogger().removeHandler(handler)
    handler.close()


class _PrivateFile(RotatingFileHandler):
    """A rotating file that is created with mode 0600; a full disk costs log lines, never the work."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with suppress(OSError):  # the log of another user's earlier run may not be ours to change
            os.fchmod(descriptor, 0o600)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 – the name is logging's
        """Drop the line: logging's own answer would print a traceback over the screen."""


class _JsonLine(logging.Formatter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._safe(_message(record)),
        }
        subject = _subject.get()
        for name in _FIELDS:
            value = getattr(record, name, None) or subject.get(name)
            line[name] = None if value is None else self._safe(str(value))
        if record.exc_info and record.exc_info[1] is not None:
            line["code"] = classify_error(record.exc_info[1]).type
            line["trace"] = [self._safe(part) for part in self.formatException(record.exc_info).splitlines()]
        return json.dumps(line, ensure_ascii=False)

    def _safe(self, text: str) -> str:
        return for_log(redact(text, self._secrets))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # arguments that do not fit their format; the line still says where
        return f"{record.msg} (arguments do not fit, {record.filename}:{record.lineno})"
