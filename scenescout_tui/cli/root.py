"""The table of verbs; none of them is imported before it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from scenescout_tui.cli.flags import Flags, console_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Name → module of this room (its attribute `command` is the click command), and its line in `--help`.
VERBS: dict[str, tuple[str, str]] = {
    "import": ("import_verb", "Import events from files, feeds or an API, without a screen."),
    "runs": ("runs", "List the runs, or show one of them."),
    "events": ("events", "List the events, show one with its source records, or edit it."),
    "venues": ("venues", "List the venues, or show one with what its sources say."),
    "errors": ("errors", "List the errors, clear them, or take a clear back."),
    "retry": ("retry", "Import dead letters again."),
    "refresh": ("refresh", "Fetch again what may be kept for a limited time only."),
    "review": ("review", "Decide what waits for a person: possible duplicates, submissions."),
    "export": ("export", "Write the events out as JSON, NDJSON or CSV."),
    "sources": ("sources", "List the sources and what they read."),
    "serve": ("serve", "Take events over HTTP."),
    "migrate-store": ("migrate_store", "Copy the whole store into another database, and compare."),
    "locate": ("locate", "Say where database, settings, log and tokens are looked for."),
    "doctor": ("doctor", "Check this machine, the settings and the database."),
    "completion": ("completion", "Print the shell completion script."),
}


class LazyGroup(click.Group):
    """A group that knows its verbs by name and imports one only when it is called or asked for its own
    help.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one verb, or None where there is none of that name."""
        if cmd_name not in VERBS:
            return None
        command = import_module(f"scenescout_tui.cli.{VERBS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names of verbs from the table, and the options of the program."""
        from click.shell_completion import CompletionItem

        verbs = [
            CompletionItem(name, help=line)
            for name, (_, line) in VERBS.items()
            if name.startswith(incomplete)
        ]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with their lines of the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in VERBS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Without a command the console opens. Exit status: 0 all well, 1 some events failed, 2 wrong use "
    "or settings, 3 could not start or finish, 128+n ended by signal n.",
)
@console_options
@click.pass_context
def root(context: click.Context, /, **given: object) -> int:
    """SceneScout imports event listings, watches over it, and keeps one clean table of events."""
    context.obj = Flags.of(given)
    if context.invoked_subcommand is not None:
        return 0
    from scenescout_tui.cli.console_door import open_console

    return open_console(context.obj)
