"""Errors, their groups and dead letters: written together, in the transaction of what failed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection

from scenescout_tui.events.record import PreparedRecord, RecordError
from scenescout_tui.safe_text import clean
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.schema import dead_letters, error_groups, errors, run_errors
from scenescout_tui.store.statements import insert_rows, run_text
from scenescout_tui.store.totals import add_totals

_LONGEST_MESSAGE = 2_000
_LONGEST_GROUP_MESSAGE = 200

# What differs between errors that are the same to an operator: addresses, quoted values, ids, numbers.
_VARIABLE_PARTS = (
    (re.compile(r"\bhttps?://\S+"), "<address>"),
    (re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|“[^”\n]*”"), "<value>"),
    (re.compile(r"\b(?=[0-9a-f-]*[0-9])[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[a-z]*[0-9])[0-9a-z]{16,}\b", re.IGNORECASE), "<id>"),
    # Not those that are part of a name ("UTF-8"), nor the status of an answer, which is what the error is.
    (re.compile(r"(?<![\w-])(?<!answered )(?:0x[0-9a-f]+|\d+(?:[.,:]\d+)*)(?![a-z])", re.IGNORECASE), "…"),
    (re.compile(r"\s+"), " "),
)

_DEAD_LETTER_COLUMNS = (
    "id",
    "run_id",
    "source",
    "source_account",
    "external_id",
    "code",
    "message",
    "field",
    "payload",
    "digest",
    "origin",
    "line",
    "state",
    "created_at",
    "retention_until",
)
_ERROR_COLUMNS = (
    "id",
    "run_id",
    "group_key",
    "source",
    "stage",
    "code",
    "message",
    "action",
    "field",
    "external_id",
    "origin",
    "line",
    "dead_letter_id",
    "created_at",
)
_GROUP_COLUMNS = (
    "group_key",
    "source",
    "stage",
    "code",
    "message",
    "action",
    "sample",
    "sample_error_id",
    "total",
    "open",
    "first_seen_at",
    "last_seen_at",
)


def clean_message(message: str) -> str:
    """Return the message as it is stored: without control characters, and of a bounded length."""
    return clean(message)[:_LONGEST_MESSAGE]


def group_message(message: str) -> str:
    """Return the message without its numbers, ids, addresses and quoted values."""
    for pattern, stand_in in _VARIABLE_PARTS:
        message = pattern.sub(stand_in, message)
    return message.strip()[:_LONGEST_GROUP_MESSAGE]


_SEEN_AGAIN = (
    "UPDATE dead_letters SET run_id = ?, origin = ?, line = ?, "
    "retention_until = COALESCE(?, retention_until) WHERE id = ?"
)
_REFILL = "UPDATE dead_letters SET payload = ?, message = ?, field = ? WHERE id = ?"
_REFILL_ERRORS = "UPDATE errors SET message = ?, field = ? WHERE dead_letter_id = ? AND cleared_at IS NULL"
_REFILL_GROUPS = (
    "UPDATE error_groups SET message = ? WHERE group_key IN "
    "(SELECT group_key FROM errors WHERE dead_letter_id = ? AND cleared_at IS NULL)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that failed. With `payload` it becomes a dead letter too; texts may hold anything."""

    run_id: str | None
    source: str
    stage: str
    code: str
    message: str
    action: str = ""
    field: str | None = None
    source_account: str = ""
    external_id: str | None = None
    origin: str = ""
    line: int = 0
    payload: bytes | None = None
    digest: bytes | None = None
    #: The open dead letter that holds these bytes already, from an earlier run.
    known_letter: str | None = None
    #: When the payload has to be blanked.
    retention_until: str | None = None


class SeenLetter(NamedTuple):
    """A dead letter whose bytes came again; `refill` where they had been blanked."""

    id: str
    run_id: str
    origin: str
    line: int
    retention_until: str | None
    refill: Failure | None


def note_seen(connection: Connection, letter: SeenLetter) -> None:
    """Note where a dead letter's bytes came again; what was blanked of it is whole again."""
    until = letter.retention_until
    run_text(connection, _SEEN_AGAIN, (letter.run_id, clean(letter.origin), letter.line, until, letter.id))
    if letter.refill is None:
        return
    message, place = clean_message(letter.refill.message), _cleaned(letter.refill.field)
    run_text(connection, _REFILL, (letter.refill.payload, message, place, letter.id))
    run_text(connection, _REFILL_ERRORS, (message, place, letter.id))
    run_text(connection, _REFILL_GROUPS, (group_message(message), letter.id))


def failure_of(
    record: PreparedRecord, error: RecordError, run_id: str, retention_until: str | None
) -> Failure:
    """Return the failure of a record that cannot be imported."""
    return Failure(
        run_id=run_id,
        source=record.source,
        stage="prepare",
        code=error.code,
        message=error.message,
        action=error.action or "",
        field=error.field,
        source_account=record.source_account,
        external_id=record.external_id,
        origin=record.origin,
        line=record.line,
        payload=record.raw,
        digest=record.digest,
        retention_until=retention_until,
    )


@dataclass(slots=True)
class FailureRows:
    """The rows of failures, gathered until they are written at once."""

    dead_letters: list[tuple[Any, ...]] = field(default_factory=list)
    errors: list[tuple[Any, ...]] = field(default_factory=list)
    groups: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, failure: Failure, now: str) -> tuple[str, str | None]:
        """Take in a failure; return the ids of its error and, where it has a payload, of its dead letter."""
        source, code = clean(failure.source), clean(failure.code)
        message = clean_message(failure.message)
        external_id = _cleaned(failure.external_id)
        place = _cleaned(failure.field)
        origin = clean(failure.origin)
        dead_letter_id = failure.known_letter
        if dead_letter_id is None and failure.payload is not None:
            dead_letter_id = new_id()
            account = clean(failure.source_account)
            self.dead_letters.append(
                (dead_letter_id, failure.run_id, source, account, external_id, code, message, place)
                + (
                    failure.payload,
                    failure.digest,
                    origin,
                    failure.line,
                    "open",
                    now,
                    failure.retention_until,
                )
            )
        error_id = new_id()
        stage, action = clean(failure.stage), clean(failure.action)
        key = self._count(error_id, source, stage, code, message, action, _where(origin, failure.line), now)
        self.errors.append(
            (error_id, failure.run_id, key, source, stage, code, message, action, place, external_id)
            + (origin, failure.line, dead_letter_id, now)
        )
        return error_id, dead_letter_id

    def _count(
        self,
        error_id: str,
        source: str,
        stage: str,
        code: str,
        message: str,
        action: str,
        where: str,
        now: str,
    ) -> str:
        general = group_message(message)
        key = blake2b("\x1f".join((source, stage, code, general)).encode(), digest_size=12).hexdigest()
        group = self.groups.get(key)
        if group is None:
            group = [key, source, stage, code, general, action, "", "", 0, 0, now, now]
            self.groups[key] = group
        group[6:10] = where or message[:_LONGEST_GROUP_MESSAGE], error_id, group[8] + 1, group[9] + 1
        return key

    def write(self, connection: Connection) -> None:
        """Write everything that was taken in."""
        if not self.errors:
            return
        insert_rows(connection, dead_letters, _DEAD_LETTER_COLUMNS, self.dead_letters)
        insert_rows(connection, errors, _ERROR_COLUMNS, self.errors)
        insert_rows(
            connection,
            error_groups,
            _GROUP_COLUMNS,
            [tuple(group) for group in self.groups.values()],
            # The message is the same, unless it was blanked.
            update=("message", "action", "sample", "sample_error_id", "last_seen_at"),
            add=("total", "open"),
        )
        made = Counter((error[1], error[2]) for error in self.errors if error[1] is not None)
        rows = [(*key, count) for key, count in made.items()]
        insert_rows(connection, run_errors, ("run_id", "group_key", "count"), rows, add=("count",))
        add_totals(
            connection, {("dead_letters", ""): len(self.dead_letters), ("errors_open", ""): len(self.errors)}
        )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _where(origin: str, line: int) -> str:
    return f"{origin} record {line}" if origin and line else origin
