"""`scenescout errors`: what went wrong, acknowledged or taken back."""

from __future__ import annotations

from typing import BinaryIO

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.flags import Flags, data_options, group
from scenescout_tui.cli.follow import run_to_end
from scenescout_tui.cli.ids import full_error_id, full_group_key
from scenescout_tui.cli.output import count, local_time, say, say_json
from scenescout_tui.cli.sets import errors_of, letters_of, set_of, set_options
from scenescout_tui.cli.summary import answer_several, status_of_ending
from scenescout_tui.cli.tables import Column, say_table
from scenescout_tui.cli.words import dead_letter_json, error_json, group_json
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.errors_commands import ResubmitLetter
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.lines import ErrorFilters, LetterFilters
from scenescout_tui.store.rows import ErrorGroup, ErrorRow

_GROUPS = (
    Column("count", "number"),
    Column("source", leave=3),
    Column("code", "whole", leave=2),
    Column("what", "main"),
    Column("where", leave=1, keep_end=True),
    Column("group", "id"),
)
_ERRORS = (
    Column("at", "whole", leave=3),
    Column("source", leave=1),
    Column("code", "whole", leave=2),
    Column("what", "main"),
    Column("where", leave=4, keep_end=True),
    Column("error", "id"),
    Column("dead letter", "id"),
)
_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many."
)
_CLEARED = click.option("--all", "cleared", is_flag=True, help="Cleared ones too.")


@group("errors")
@_CLEARED
@_LIMIT
@data_options
def command(flags: Flags, cleared: bool, limit: int) -> int:
    """List the errors in groups, clear them, take a clear back, or look at a record that failed."""
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    return _list(flags, None, cleared, limit)


@command.command("list")
@click.option("--group", "key", metavar="GROUP", help="The single errors of this group.")
@_CLEARED
@_LIMIT
@data_options
def list_errors(flags: Flags, key: str | None, cleared: bool, limit: int) -> int:
    """List the errors in groups, or one by one those of a group; JSON holds both."""
    return _list(flags, key, cleared, limit)


@command.command("clear")
@click.argument("errors", nargs=-1)
@click.option("--group", "key", metavar="GROUP", help="Clear this group.")
@set_options
@click.option("--stage", metavar="NAME", help="Only of this stage: fetch, parse, prepare, …")
@data_options
def clear(
    flags: Flags, errors: tuple[str, ...], key: str | None, stage: str | None, **given: str | None
) -> int:
    """Acknowledge all errors, those that pass the options, or those with these ids. The records that failed
    stay.
    """
    narrow = any((*given.values(), stage))
    if errors and (key or narrow):
        raise usage_error(
            "ids do not go together with --group, --source, --stage, --code, --run or --text",
            "Clear what passes the options, or single errors by their ids.",
        )
    with writing(flags) as store:
        key = full_group_key(store, key)
        ids: tuple[str, ...] | None = tuple(full_error_id(store, one) for one in errors) or None
        if narrow:
            ids = errors_of(store, ErrorFilters(group=key, stage=stage, **set_of(store, given)))
        result = store.clear_errors(ids=ids, group=key, **signed())
    if flags.as_json:
        say_json({"success": True, "count": result.count, "clearId": result.clear_id})
    else:
        undo = " Take it back with: scenescout errors undo" if result.count else ""
        say(f"Cleared {count(result.count, 'error')}.{undo}")
    return 0


@command.command("undo")
@click.argument("clear_id", required=False)
@data_options
def undo(flags: Flags, clear_id: str | None) -> int:
    """Take back the last clear, or the one with the id CLEAR_ID."""
    with writing(flags) as store:
        try:
            number = store.undo_clear(clear_id, **signed())
        except SpawnerError as error:
            if error.code != "NOT_FOUND" or clear_id is not None:
                raise
            number = 0
    if flags.as_json:
        say_json({"success": True, "count": number})
    else:
        say(f"{count(number, 'error')} back in the list." if number else "There is nothing to take back.")
    return 0


@command.command("show")
@click.argument("dead_letter")
@data_options
def show(flags: Flags, dead_letter: str) -> int:
    """Show the record that failed, as it came: what `retry` would import again."""
    with reading(flags) as store:
        letter = store.dead_letter(dead_letter)
    found = dead_letter_json(letter)
    if flags.as_json:
        say_json({"deadLetter": found})
        return 0
    payload = found.pop("payload", None)
    for name, value in found.items():
        if value is not None:
            say(f"  {name:<15} {for_screen(str(value))}")
    for line in (payload or "(its content had to be removed)").splitlines():
        say(for_screen(line, 100_000))
    return 0


@command.command("discard")
@click.argument("dead_letters", nargs=-1)
@click.option("--group", "key", metavar="GROUP", help="All dead letters of this group of errors.")
@set_options
@click.option("--reason", required=True, help="Why it will never be imported; kept in the audit log.")
@data_options
def discard(
    flags: Flags, dead_letters: tuple[str, ...], key: str | None, reason: str, **given: str | None
) -> int:
    """Give up records that failed, for a reason: those with these ids, or those that pass the options."""
    if bool(dead_letters) == bool(key or any(given.values())):
        raise usage_error(
            "say which: one or more ids, or --group, --source, --code, --run, --text",
            "See scenescout errors discard --help.",
        )
    with writing(flags) as store:
        ids = tuple(store.dead_letter(one).id for one in dead_letters)
        if not ids:
            ids = letters_of(store, LetterFilters(group=full_group_key(store, key), **set_of(store, given)))
        for identifier in ids:
            store.discard_dead_letter(identifier, reason, **signed())
    if flags.as_json:
        say_json({"success": True, "count": len(ids)})
    else:
        say(f"Discarded {count(len(ids), 'dead letter')}.")
    return 0


@command.command("resubmit")
@click.argument("dead_letter")
@click.argument("file", type=click.File("rb"))
@data_options
def resubmit(flags: Flags, dead_letter: str, file: BinaryIO) -> int:
    """Import what is in FILE (-: standard input) in the place of a record that failed."""
    with reading(flags) as store:
        letter = store.dead_letter(dead_letter).id
    ending = run_to_end(flags.settings(), ResubmitLetter(letter, file.read()))
    answer_several(flags, ending, "There is nothing to import.")
    return status_of_ending(ending)


def _list(flags: Flags, key: str | None, cleared: bool, limit: int) -> int:
    with reading(flags) as store:
        key = full_group_key(store, key)
        groups = store.error_groups(include_cleared=cleared, limit=limit)
        singles = (
            store.errors(group=key, include_cleared=cleared, limit=limit) if key or flags.as_json else ()
        )
        still_open = store.counts().errors_open
    if flags.as_json:
        if key is not None:
            groups = tuple(one for one in groups if one.key == key)
        found = {
            "groups": [group_json(one) for one in groups],
            "errors": [error_json(one) for one in singles],
        }
        say_json({"open": still_open, **found})
    elif key is not None:
        say_table(_ERRORS, [_error_row(one) for one in singles])
    elif groups:
        say_table(_GROUPS, [_group_row(one, cleared) for one in groups])
        for action in dict.fromkeys(one.action for one in groups if one.action):
            say(f"→ {for_screen(action)}")
        say("One by one: scenescout errors list --group GROUP. Again: scenescout retry --group GROUP")
    else:
        say("No errors.")
    return 0


def _group_row(group: ErrorGroup, cleared: bool) -> tuple[object, ...]:
    return (
        group.total if cleared else group.open,
        group.source,
        group.code,
        group.message,
        group.sample,
        group.key,
    )


def _error_row(error: ErrorRow) -> tuple[object, ...]:
    where = f"{error.origin} record {error.line}" if error.origin else ""
    moment = local_time(error.created_at.timestamp())
    return moment, error.source, error.code, error.message, where, error.id, error.dead_letter_id
