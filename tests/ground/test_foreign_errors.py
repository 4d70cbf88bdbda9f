"""What exceptions of other libraries mean, shown by the real ones."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import sqlite3
import ssl
import subprocess
import sys
import urllib.error
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime

import anyio
import httpx
import msgspec
import psycopg
import pydantic
import pytest
import sqlalchemy
import sqlalchemy.exc

from scenescout_tui.errors import (
    DatabaseError,
    ExternalAPIError,
    RateLimitError,
    SpawnerError,
    ValidationError,
    classify_error,
    retry_after_seconds,
    wrap_error,
)

REQUEST = httpx.Request("GET", "https://www.eventbriteapi.com/v3/events/1/?token=SECRETTOKEN")


def answered(status: int, headers: dict[str, str] | None = None) -> httpx.HTTPStatusError:
    response = httpx.Response(status, headers=headers, request=REQUEST)
    with pytest.raises(httpx.HTTPStatusError) as caught:
        response.raise_for_status()
    return caught.value


def raised_by(action: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 – whatever it raises is what is asked about
        action()
    return caught.value


class Form(pydantic.BaseModel):
    title: str
    capacity: int


class Record(msgspec.Struct):
    title: str
    capacity: int


def sqlite_locked() -> BaseException:
    return sqlite3.OperationalError("database is locked")


def sqlite_closed() -> BaseException:
    connection = sqlite3.connect(":memory:")
    connection.close()
    return raised_by(lambda: connection.execute("select 1"))


def through_sqlalchemy(statement: str) -> BaseException:
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("create table t (a integer primary key)"))
        connection.execute(sqlalchemy.text("insert into t values (424242)"))
        return raised_by(lambda: connection.execute(sqlalchemy.text(statement), {"v": 424242}))


class Lost(RuntimeError):
    """Like an HTTP library nobody has heard of."""

    status_code = 429


FOREIGN = [
    (lambda: answered(429), "RATE_LIMIT_ERROR", True, 60),
    (lambda: answered(429, {"retry-after": "17"}), "RATE_LIMIT_ERROR", True, 17),
    (lambda: answered(503, {"Retry-After": "5"}), "EXTERNAL_API_ERROR", True, 5),
    (lambda: answered(500), "EXTERNAL_API_ERROR", True, None),
    (lambda: answered(404), "EXTERNAL_API_ERROR", False, None),
    (lambda: answered(301), "EXTERNAL_API_ERROR", False, None),
    (lambda: httpx.ConnectError("refused", request=REQUEST), "EXTERNAL_API_ERROR", True, None),
    (lambda: httpx.ReadTimeout("slow"), "EXTERNAL_API_ERROR", True, None),
    (lambda: httpx.RemoteProtocolError("cut"), "EXTERNAL_API_ERROR", True, None),
    (lambda: httpx.UnsupportedProtocol("ftp"), "EXTERNAL_API_ERROR", False, None),
    (lambda: httpx.InvalidURL("no"), "EXTERNAL_API_ERROR", False, None),
    (lambda: urllib.error.HTTPError("http://x", 429, "", Message(), None), "RATE_LIMIT_ERROR", True, 60),
    (lambda: urllib.error.URLError("down"), "EXTERNAL_API_ERROR", True, None),
    (lambda: Lost("slow down"), "RATE_LIMIT_ERROR", True, 60),
    (lambda: raised_by(lambda: Form(title=1, capacity="x")), "VALIDATION_ERROR", False, None),  # type: ignore[arg-type]
    (
        lambda: raised_by(lambda: msgspec.json.decode(b'{"title": 1}', type=Record)),
        "VALIDATION_ERROR",
        False,
        None,
    ),
    (lambda: raised_by(lambda: msgspec.json.decode(b"{")), "VALIDATION_ERROR", False, None),
    (lambda: raised_by(lambda: json.loads("{")), "VALIDATION_ERROR", False, None),
    (sqlite_locked, "DATABASE_ERROR", True, None),
    (sqlite_closed, "DATABASE_ERROR", True, None),
    (lambda: sqlite3.IntegrityError("UNIQUE"), "DATABASE_ERROR", False, None),
    (lambda: through_sqlalchemy("insert into t values (:v)"), "DATABASE_ERROR", False, None),
    (lambda: sqlalchemy.exc.TimeoutError("pool"), "DATABASE_ERROR", True, None),
    (
        lambda: sqlalchemy.exc.OperationalError("select", {}, sqlite3.OperationalError("disk I/O error")),
        "DATABASE_ERROR",
        True,
        None,
    ),
    (lambda: psycopg.OperationalError("server closed the connection"), "DATABASE_ERROR", True, None),
    (lambda: psycopg.errors.DeadlockDetected("deadlock"), "DATABASE_ERROR", True, None),
    (lambda: psycopg.errors.UniqueViolation("twice"), "DATABASE_ERROR", False, None),
    (lambda: TimeoutError(), "TASK_TIMEOUT", True, None),
    (lambda: TimeoutError(errno.ETIMEDOUT, "timed out"), "EXTERNAL_API_ERROR", True, None),
    (lambda: ConnectionResetError(), "EXTERNAL_API_ERROR", True, None),
    (lambda: OSError(errno.ENETUNREACH, "unreachable"), "EXTERNAL_API_ERROR", True, None),
    (lambda: socket.gaierror("no such host"), "EXTERNAL_API_ERROR", True, None),
    (lambda: ssl.SSLCertVerificationError("expired"), "EXTERNAL_API_ERROR", True, None),
    (lambda: OSError(errno.ENOSPC, "full"), "UNKNOWN_ERROR", True, None),
    (lambda: FileNotFoundError(errno.ENOENT, "gone", "/x"), "UNKNOWN_ERROR", True, None),
    (lambda: anyio.BrokenWorkerProcess(), "UNKNOWN_ERROR", True, None),
    (lambda: anyio.ClosedResourceError(), "UNKNOWN_ERROR", True, None),
    (lambda: RuntimeError("odd"), "UNKNOWN_ERROR", True, None),
    (lambda: ZeroDivisionError(), "UNKNOWN_ERROR", True, None),
    (lambda: Exception("?"), "UNKNOWN_ERROR", True, None),
    (lambda: TypeError(), "BUG", False, None),
    (lambda: AttributeError(), "BUG", False, None),
    (lambda: KeyError("k"), "BUG", False, None),
    (lambda: IndexError(), "BUG", False, None),
    (lambda: ValueError(), "BUG", False, None),
    (lambda: AssertionError(), "BUG", False, None),
    (lambda: NameError(), "BUG", False, None),
    (lambda: asyncio.CancelledError(), "TASK_CANCELLED", False, None),
    (lambda: KeyboardInterrupt(), "TASK_CANCELLED", False, None),
    (lambda: ExceptionGroup("both", [ConnectionResetError(), TypeError("b")]), "BUG", False, None),
    (
        lambda: ExceptionGroup("both", [ConnectionResetError(), TimeoutError()]),
        "EXTERNAL_API_ERROR",
        True,
        None,
    ),
]


@pytest.mark.parametrize(("make", "code", "retryable", "delay"), FOREIGN)
def test_foreign_exceptions_mean(
    make: Callable[[], BaseException], code: str, retryable: bool, delay: float | None
) -> None:
    found = classify_error(make())
    assert (found.type, found.retryable, found.delay) == (code, retryable, delay)
    assert found.action.endswith(".")


@pytest.mark.parametrize(("make", "code", "retryable", "delay"), FOREIGN)
def test_a_wrapped_exception_keeps_code_cause_and_its_own_text(
    make: Callable[[], BaseException], code: str, retryable: bool, delay: float | None
) -> None:
    original = make()
    error = wrap_error(original)
    again = classify_error(error)
    assert isinstance(error, SpawnerError)
    assert (error.code, error.retryable) == (code, retryable)
    assert (again.type, again.retryable, again.delay) == (code, retryable, delay)
    assert error.__cause__ is original
    assert str(error)
    assert wrap_error(error) is error


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: answered(429), RateLimitError),
        (lambda: answered(500), ExternalAPIError),
        (sqlite_locked, DatabaseError),
        (lambda: raised_by(lambda: json.loads("{")), ValidationError),
    ],
)
def test_a_wrapped_exception_becomes_the_class_of_its_code(
    make: Callable[[], BaseException], kind: type[SpawnerError]
) -> None:
    assert type(wrap_error(make())) is kind


def test_the_text_of_a_foreign_exception_is_kept() -> None:
    assert "something odd" in str(wrap_error(RuntimeError("something odd")))
    assert "database is locked" in str(wrap_error(sqlite_locked()))


def test_the_token_in_an_address_reaches_neither_message_nor_facts() -> None:
    error = wrap_error(answered(500))
    assert "eventbriteapi.com" in str(error)
    assert "SECRETTOKEN" not in str(error) + repr(error.metadata) + repr(classify_error(answered(500)))


def test_pydantic_names_the_fields_and_not_the_input() -> None:
    error = wrap_error(raised_by(lambda: Form(title=["PRIVATE"], capacity="PRIVATE")))  # type: ignore[arg-type]
    assert isinstance(error, ValidationError)
    assert error.field == "title,capacity"
    assert "title: " in str(error)
    assert "PRIVATE" not in str(error) + repr(error.metadata)


def test_msgspec_names_the_field() -> None:
    wrong = raised_by(lambda: msgspec.json.decode(b'{"title": 1, "capacity": 1}', type=Record))
    missing = raised_by(lambda: msgspec.json.decode(b'{"title": "a"}', type=Record))
    assert classify_error(wrong).metadata["field"] == "title"
    assert classify_error(missing).metadata["field"] == "capacity"


def test_sql_and_its_parameters_stay_out_of_the_message() -> None:
    text = str(wrap_error(through_sqlalchemy("insert into t values (:v)")))
    assert "UNIQUE constraint failed" in text
    assert "424242" not in text
    assert "insert" not in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sqlite3.OperationalError("database or disk is full"), "Free space"),
        (sqlite3.OperationalError("database is locked"), "Another program"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "writable"),
        (OSError(errno.ENOSPC, "full"), "Free space"),
        (anyio.BrokenWorkerProcess(), "memory"),
    ],
)
def test_the_action_fits_the_fault(error: Exception, words: str) -> None:
    assert words in classify_error(error).action


def test_an_http_date_is_read_against_the_servers_own_clock() -> None:
    server = datetime(2001, 1, 1, tzinfo=UTC)  # years from ours
    headers = {
        "Date": format_datetime(server, usegmt=True),
        "Retry-After": format_datetime(server + timedelta(seconds=90), usegmt=True),
    }
    assert classify_error(answered(429, headers)).delay == 90


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("9" * 400, None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, now=10.0) == seconds


def test_an_exception_that_fights_back_is_classified_all_the_same() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

        @property
        def response(self) -> object:
            raise RuntimeError("no")

    assert classify_error(Hostile()).type == "UNKNOWN_ERROR"
    assert str(wrap_error(Hostile())) == "Hostile"


def test_knowing_foreign_exceptions_imports_no_library() -> None:
    code = (
        "import sys, scenescout_tui.errors as e; e.classify_error(RuntimeError()); e.wrap_error(TypeError());"
        "print({'httpx', 'pydantic', 'sqlalchemy', 'psycopg', 'anyio', 'msgspec'} & set(sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
