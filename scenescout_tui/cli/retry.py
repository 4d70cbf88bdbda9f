"""`scenescout retry`: dead letters imported again, as runs of their own."""

from __future__ import annotations

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.follow import run_to_end
from scenescout_tui.cli.ids import full_group_key
from scenescout_tui.cli.output import say, say_json
from scenescout_tui.cli.sets import letters_of, set_of, set_options
from scenescout_tui.cli.summary import answer_several, status_of_ending
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import RetryDeadLetters
from scenescout_tui.store.lines import LetterFilters


@verb("retry")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--group", "key", metavar="GROUP", help="Only of this group of errors.")
@set_options
@click.option("--all", "everything", is_flag=True, help="All open dead letters.")
@data_options
def command(
    flags: Flags, ids: tuple[str, ...], key: str | None, everything: bool, **given: str | None
) -> int:
    """Import dead letters again: those with these ids, those that pass the options, or all open ones."""
    if sum((bool(ids), bool(key or any(given.values())), everything)) != 1:
        raise usage_error(
            "say which: one or more IDs, or --run, --group, --source, --code, --text, or --all",
            "See scenescout retry --help.",
        )
    named = bool(ids)
    if not everything:
        with reading(flags) as store:
            ids = tuple(store.dead_letter(one).id for one in ids)
            if not named:
                filters = LetterFilters(group=full_group_key(store, key), **set_of(store, given))
                ids = letters_of(store, filters)
        if not ids:
            return _nothing(flags)
    try:
        ending = run_to_end(flags.settings(), RetryDeadLetters(ids=ids))
    except SpawnerError as error:
        if error.code != "NOT_FOUND" or named:
            raise
        return _nothing(flags)
    answer_several(flags, ending, "There is nothing to retry.")
    return status_of_ending(ending)


def _nothing(flags: Flags) -> int:
    say_json({"success": True, "runs": []}) if flags.as_json else say("There is nothing to retry.")
    return 0
