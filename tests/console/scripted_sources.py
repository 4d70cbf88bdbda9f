"""Sources for the tests: what the engine says of each beside its picture."""

from __future__ import annotations

from collections.abc import Callable

from scenescout_tui.imports.commands import Command, CommandResult
from scenescout_tui.imports.snapshot import Counts, EngineSnapshot
from scenescout_tui.imports.sources_commands import GetSources, SourceFacts, SourceRun
from tests.console import scripted

NOW = scripted.NOW
ANSWERED = "Eventbrite answered in 0.2 s and takes the token; 1,999 of 2,000 requests left."

FACTS = (
    SourceFacts(
        "eventbrite",
        "set, from environment SCENESCOUT_EVENTBRITE_TOKEN_FILE",
        "SCENESCOUT_EVENTBRITE_TOKEN",
        "https://www.eventbriteapi.com/v3",
        "organization=mine",
        None,
        (
            SourceRun("01kkr2", "running", NOW - 72, None, Counts(created=9120, updated=310), ""),
            SourceRun("01kkr1", "completed", NOW - 12_500, NOW - 12_459, Counts(created=1204), ""),
            SourceRun(
                "01kkr0",
                "interrupted",
                NOW - 90_000,
                NOW - 89_000,
                Counts(created=88, failed=24),
                "the engine ended",
            ),
        ),
    ),
    SourceFacts("yelp", "not set", "SCENESCOUT_YELP_TOKEN", "https://api.yelp.com/v3", "", 86_400.0, ()),
    SourceFacts("manual", "", "", "", "", None, ()),
    SourceFacts("auto", "", "", "", "", None, ()),
)


def handle(
    picture: EngineSnapshot | None = None,
    facts: tuple[SourceFacts, ...] = FACTS,
    answers: Callable[[Command], CommandResult] | None = None,
) -> scripted.ScriptedHandle:
    """Give an engine whose sources wait, or stand as in a picture."""
    return scripted.ScriptedHandle(
        picture or scripted.waiting(),
        lists={GetSources: lambda query: facts},
        answers=answers or (lambda command: CommandResult(True, ANSWERED)),
    )
