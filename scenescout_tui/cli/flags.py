"""What every verb understands: where the data is, how much to tell, and in which form."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from scenescout_tui import __version__

if TYPE_CHECKING:
    from scenescout_tui.settings import Settings

Verb = Callable[..., int]

#: Every verb knows -h beside --help.
HELP = {"help_option_names": ["-h", "--help"]}


class ShowsByDefault(click.Group):
    """Verbs about one kind of thing; a first word that is none of them is the thing to show."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that the words mean, and what is left of them."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags that were given, before or after the verb; None and False mean "not given"."""

    database: str | None = None
    debug: bool = False
    as_json: bool = False
    sandbox: bool = False
    #: Part (0 to 1) of the sandbox's answers that go wrong; none do where it is not given.
    sandbox_faults: float | None = None
    read_only: bool = False
    theme: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Flags:
        """Take what click has parsed."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known})

    def over(self, given: Mapping[str, Any]) -> Flags:
        """Lay flags given after the verb over these; they win."""
        meant = {name: value for name, value in given.items() if value is not None and value is not False}
        return replace(self, **meant)

    def check(self) -> None:
        """Refuse flags that mean nothing together.

        :raises UsageError: of click.
        """
        if self.sandbox_faults is not None and not self.sandbox:
            raise click.UsageError("--sandbox-faults is about the sandbox: add --sandbox, or leave it out")

    def command_line(self, *words: str) -> str:
        """Return a command of this program that means the same database, ready to be typed."""
        from scenescout_tui.safe_text import for_screen, redact

        database = () if self.database is None else ("--database", redact(self.database))
        return for_screen(shlex.join(("scenescout", *words, *database)))

    def settings(self, **more: object) -> Settings:
        """Load the settings with these flags on top; `more` are further settings by key, None for not given.

        :raises SettingsError: when one of them has a wrong value.
        """
        from scenescout_tui.settings import load_settings

        own = {"database_url": self.database, "debug": self.debug or None, "theme": self.theme}
        return load_settings({**own, **more})


def console_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the program itself."""
    for option in reversed(
        (
            *sandbox_options(),
            click.option("--read-only", is_flag=True, help="Look at the database without running an engine."),
            _database_option(),
            click.option("--theme", metavar="NAME", help="Theme of the console."),
            _debug_option(),
            click.version_option(
                __version__, "-V", "--version", prog_name="scenescout", message="%(prog)s %(version)s"
            ),
        )
    ):
        function = option(function)
    return function


def sandbox_options() -> tuple[Callable[[Any], Any], ...]:
    """Return the options of whatever can work against the sandbox."""
    return (
        click.option(
            "--sandbox", is_flag=True, help="Try it: an Eventbrite and a Yelp here, a throw-away database."
        ),
        click.option(
            "--sandbox-faults",
            callback=_part,
            metavar="PERCENT",
            help="Part of the sandbox's answers that go wrong: 10% or 0.1.",
        ),
    )


def data_options(function: Verb) -> Verb:
    """Add --json, --database and --debug to a verb and call it with the `Flags` first."""

    @wraps(function)
    @click.pass_context
    def with_flags(context: click.Context, /, **given: Any) -> int:
        own = {name: given.pop(name) for name in ("as_json", "database", "debug")}
        above = context.find_object(Flags) or Flags()
        context.obj = above.over(own)
        return function(context.obj, **given)

    verb: Verb = with_flags
    json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    for option in (_debug_option(), _database_option(), json_option):
        verb = option(verb)
    return verb


def with_sandbox(function: Verb) -> Verb:
    """Add --sandbox and --sandbox-faults to a verb; they end up in the `Flags` it is called with.

    Stands below `data_options`.
    """

    @wraps(function)
    def with_flags(flags: Flags, /, *, sandbox: bool, sandbox_faults: float | None, **given: Any) -> int:
        own = flags.over({"sandbox": sandbox, "sandbox_faults": sandbox_faults})
        own.check()
        return function(own, **given)

    verb: Verb = with_flags
    for option in reversed(sandbox_options()):
        verb = option(verb)
    return verb


def command(name: str) -> Callable[[Verb], click.Command]:
    """Make a click command of a verb, with -h beside --help."""
    return click.command(name, context_settings=HELP)


def group(name: str) -> Callable[[Verb], click.Group]:
    """Make a click group of a verb that also means something without a further word."""
    return click.group(name, context_settings=HELP, invoke_without_command=True)


def _part(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    """Read a part of one, "10%" or "0.1"; return 0 to 1."""
    if value is None:
        return None
    number = value.strip()
    try:
        part = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        raise click.BadParameter(f"{value!r} is no part of one: write 10% or 0.1", context, parameter)
    return part


def _database_option() -> Callable[[Any], Any]:
    return click.option(
        "--database", metavar="URL", help="Where the events are: a path or postgresql://USER@HOST/NAME."
    )


def _debug_option() -> Callable[[Any], Any]:
    return click.option("--debug", is_flag=True, help="One worker, a full log, tracebacks.")
