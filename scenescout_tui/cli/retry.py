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
from scenescout_tui.cli.summary import answer_several, status_of_ending
from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import RetryDeadLetters


@verb("retry")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--run", metavar="RUN", help="All dead letters of this run.")
@click.option("--group", "key", metavar="GROUP", help="All dead letters of this group of errors.")
@click.option("--all", "everything", is_flag=True, help="All open dead letters.")
@data_options
def command(flags: Flags, ids: tuple[str, ...], run: str | None, key: str | None, everything: bool) -> int:
    """Import dead letters again: those with these ids, of a run, of a group, or all open ones."""
    if sum((bool(ids), run is not None, key is not None, everything)) != 1:
        raise usage_error(
            "say which: one or more IDs, --run RUN, --group GROUP, or --all", "See scenescout retry --help."
        )
    if not everything:
        with reading(flags) as store:
            key = full_group_key(store, key)
            run = store.run(run).id if run is not None else None
            ids = tuple(store.dead_letter(one).id for one in ids)
    try:
        ending = run_to_end(flags.settings(), RetryDeadLetters(ids=ids, run_id=run, group=key))
    except SpawnerError as error:
        if error.code != "NOT_FOUND" or ids:
            raise
        say_json({"success": True, "runs": []}) if flags.as_json else say("There is nothing to retry.")
        return 0
    answer_several(flags, ending, "There is nothing to retry.")
    return status_of_ending(ending)
