"""`scenescout refresh`: what may be kept for a limited time only, fetched again or blanked."""

from __future__ import annotations

from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.flags import command as verb
from scenescout_tui.cli.follow import run_to_end
from scenescout_tui.cli.summary import answer_several, status_of_ending
from scenescout_tui.imports.commands import RefreshExpired


@verb("refresh")
@data_options
def command(flags: Flags) -> int:
    """Fetch again what a source lets us keep for a limited time only (Yelp: 24 hours), and blank the rest.

    What has expired is blanked whether it can be fetched again or not; ids, hashes and links stay.
    """
    ending = run_to_end(flags.settings(), RefreshExpired(), resume=flags.command_line("refresh"))
    count = ending.accepted.data.get("count", 0) if ending.accepted is not None else 0
    answer_several(flags, ending, "Nothing has expired.", count=count)
    return status_of_ending(ending)
