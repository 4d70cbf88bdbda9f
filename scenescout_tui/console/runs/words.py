"""What the screen says of a run: its state, how long it took, what came of it."""

from __future__ import annotations

from collections.abc import Iterator

from scenescout_tui.console.content import Span
from scenescout_tui.console.formats import clock, compact, count, rate, span
from scenescout_tui.console.glyphs import Glyphs
from scenescout_tui.console.keys import KEYS
from scenescout_tui.imports.runs_commands import RunLine
from scenescout_tui.imports.snapshot import Counts

#: A state's sign and its role.
_STATES = {
    "running": ("running", "good"),
    "draining": ("waiting", "warn"),
    "completed": ("idle", "muted"),
    "failed": ("failed", "bad"),
    "cancelled": ("failed", "warn"),
    "interrupted": ("failed", "warn"),
    "parked": ("waiting", "warn"),
}
#: The accounting, what matters most first.
COUNTS = (
    ("created", "new"),
    ("updated", "updated"),
    ("unchanged", "the same"),
    ("duplicate", "duplicate"),
    ("review", "to review"),
    ("skipped", "skipped"),
    ("failed", "failed"),
    ("in_flight", "in work"),
)
#: Characters of an id that tell runs apart.
_ID = 6


def short_id(run: RunLine) -> str:
    """Give the end of its id, which every verb takes for the whole."""
    return run.key[-_ID:]


def state_span(run: RunLine, glyphs: Glyphs) -> Span:
    """Give its state with sign and role."""
    sign, role = _STATES.get(run.state, ("idle", "muted"))
    return f"{getattr(glyphs, sign)} {run.state}", role


def lasted(run: RunLine, now: float) -> float | None:
    """Give the seconds from its begin to its end, or until now; None where nobody knows when it ended."""
    end = now if run.ended_at is None and run.state == "running" else run.ended_at
    return None if end is None else max(0.0, end - run.started_at)


def took(run: RunLine, now: float, glyphs: Glyphs) -> str:
    """Give how long it took in at most seven cells."""
    seconds = lasted(run, now)
    return glyphs.dash if seconds is None else span(seconds)


def speed(run: RunLine, now: float) -> str:
    """Give the records per second over the whole run; nothing where it was too short to tell."""
    seconds = lasted(run, now)
    return f"{rate(run.counts.finished / seconds)}/s" if seconds is not None and seconds >= 1 else ""


def short(number: int, cells: int) -> str:
    """Give a number that is cut to thousands where it would not fit."""
    text = count(number)
    return text if len(text) <= cells else compact(number)


def accounting(counts: Counts) -> Iterator[str]:
    """Give what became of its records in words, without what did not happen."""
    yield f"{count(counts.total)} in all"
    for name, word in COUNTS:
        if number := getattr(counts, name):
            yield f"{count(number)} {word}"


def times(run: RunLine, now: float) -> str:
    """Give when it began and ended, and who began it."""
    end = (
        clock(run.ended_at, now) if run.ended_at else "now" if run.state == "running" else "nobody knows when"
    )
    seconds = lasted(run, now)
    long = "" if seconds is None else f", {span(seconds)}"
    return f"{clock(run.started_at, now)} to {end}{long}, begun by {run.who}"


def next_step(run: RunLine, now: float, *, acts: bool) -> str:
    """Say how to go on with it, where it did not finish; ``acts``: from here."""
    if run.state == "parked" and run.resume_at is not None:
        until = f"goes on by itself {clock(run.resume_at, now)}"
        return f"{until}; {KEYS['run_resume'].shown} asks again now" if acts else until
    if run.goes_on:
        key = KEYS["run_resume"].shown
        return (
            f"{key} goes on behind what is written" if acts else "scenescout import --resume goes on with it"
        )
    if run.state in {"running", "completed"}:
        return ""
    return "it cannot go on: what it read is not kept; import it again"
