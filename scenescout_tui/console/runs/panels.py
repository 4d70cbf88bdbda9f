"""One run in full, and two side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from scenescout_tui.console.content import Row, Span, fit, right, wrap
from scenescout_tui.console.formats import clock, count, day_or_clock, plural
from scenescout_tui.console.painted import Panel
from scenescout_tui.console.runs import words
from scenescout_tui.console.sparkline import graph, round_up
from scenescout_tui.console.widgets.error_groups import code_words
from scenescout_tui.imports.asking import StoreQuery
from scenescout_tui.imports.runs_commands import (
    CompareRuns,
    Comparison,
    GetRun,
    RunDetail,
    RunGroup,
    RunLine,
    RunStep,
)
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp

_ASKING = "Asking the engine."
#: Cells of the names at the left, and of the numbers of two runs.
_NAME = 10
_VALUE = 14
#: Lines of the graph: on a small screen, and where there is room.
_LOW, _HIGH = 3, 8
_ROOMY = 24


class Scrolled(Panel):
    """Rows of which those from ``top`` on are shown; the newest question's answer is what they are about."""

    DEFAULT_CSS = "Scrolled { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._below = 0
        self._asking = False
        self._wanted: StoreQuery | None = None
        self._words = _ASKING

    def scroll(self, by: int) -> None:
        """Move by lines; a million is to the edge."""
        self._top += by
        self.repaint()

    def rest(self) -> str:
        """Say what is below."""
        return f", {count(self._below)} more lines below" if self._below else ""

    def body(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Sequence[Row]:
        """Give the rows from the scroll position on."""
        rows = list(self.whole(snapshot, columns, lines)) or self.sentence(self._words, columns)
        self._top = max(0, min(self._top, len(rows) - lines))
        self._below = max(0, len(rows) - lines - self._top)
        return rows[self._top : self._top + lines]

    def whole(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Iterator[Row]:
        """Give every row; none where nothing is known yet."""
        raise NotImplementedError

    def ask(self, query: StoreQuery) -> None:
        """Ask; while one question is under way the newest of the others waits."""
        self._wanted = query
        if not self._asking:
            self._send(query)

    def take(self, query: StoreQuery, answer: Any) -> None:
        """Keep an answer."""
        raise NotImplementedError

    def _send(self, query: StoreQuery) -> None:
        self._asking = True
        cast("SceneScoutApp", self.app).state.ask(query, lambda answer: self._answered(query, answer))

    def _answered(self, query: StoreQuery, answer: Any) -> None:
        self._asking = False
        if isinstance(answer, Exception):
            self._words = f"The engine could not answer: {answer}"
        else:
            self.take(query, answer)
        self.repaint()
        if self._wanted is not None and self._wanted != query:
            self._send(self._wanted)


class Detail(Scrolled):
    """The run under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._run: RunLine | None = None
        self._known: RunDetail | None = None

    def follow(self, run: RunLine | None) -> None:
        """Show this run; ask where it is another one, or not as it was."""
        if run is None or self._run is None or run.key != self._run.key:
            self._top, self._known, self._words = 0, None, _ASKING
        if run is not None and (run != self._run or self._known is None):
            self._run = run
            self.ask(GetRun(run.key))
        self._run = run
        self.repaint()

    def take(self, query: StoreQuery, answer: RunDetail) -> None:
        """Keep what is known of the run, where it is still the one that is shown."""
        if self._run is not None and answer.run.key == self._run.key:
            self._known = answer

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return f"run {words.short_id(self._run)}, esc closes{self.rest()}" if self._run is not None else "run"

    def whole(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Iterator[Row]:
        """Give all that is known of it."""
        known, run = self._known, self._run
        if known is None or run is None:
            return
        now, room = snapshot.at, max(10, columns - _NAME - 5)
        acts = not self.read_only and snapshot.state != "viewer"
        state, role = words.state_span(run, self.glyphs)
        said = "; ".join(part for part in (run.note, words.next_step(run, now, acts=acts)) if part)
        yield _fact("run", run.key, "strong")
        yield from _facts("state", f"{state}{f': {said}' if said else ''}", room, role)
        yield from _facts("when", words.times(run, now), room)
        yield from _facts("read", f"{run.source}: {run.inputs}", room)
        yield from _facts("records", ", ".join(words.accounting(run.counts)), room)
        if run.missing:
            yield from _facts("missing", f"{count(run.missing)} that the source no longer lists", room)
        if run.stale:
            yield from _facts("pages", "some were older copies: the source did not answer", room)
        failed = sum(group.count for group in known.groups)
        new = f"{count(failed)} in {plural(len(known.groups), 'group')}, cleared ones too" if failed else ""
        before = f"{plural(known.known, 'record')} failed as in an earlier run" if known.known else ""
        yield from _facts("errors", "; ".join(filter(None, (new, before))) or "none", room)
        told = ", ".join(f"{name} {value}" for name, value in known.options)
        yield from _facts("options", told or "as the settings have it", room, "muted")
        roomy = lines >= _ROOMY
        high = _HIGH if roomy else _LOW
        if roomy:
            yield ()
        yield from self._course(known.course, words.speed(run, now), room, high, now)
        if roomy and known.groups:
            yield ()
        yield from self._groups(known.groups, columns)

    def _course(
        self, course: tuple[RunStep, ...], whole: str, room: int, high: int, now: float
    ) -> Iterator[Row]:
        """Give the rate over time as bars with their scale, or only the rate of a short run."""
        if not course:
            yield _fact("rate", f"{whole} over the whole run" if whole else "too little to tell", "muted")
            return
        rates = [step.records / step.seconds for step in course]
        top = round_up(max(rates))
        wide = max(1, room // len(rates))
        bars = [value for value in rates for _ in range(wide)]
        cells = min(room, len(bars))
        drawn = graph(bars, cells, high, top, self.glyphs)
        scale = [right(f"{top:,.0f}/s", _NAME), "rate", *[""] * (high - 3), right("0", _NAME)]
        for mark, line in zip(scale, drawn, strict=True):
            yield ((f"   {fit(mark, _NAME)} ", "muted"), (line, "area"))
        begin, end = clock(course[0].at, now), clock(course[-1].at + course[-1].seconds, now)
        mean = f"{whole} over all" if whole else ""
        between = max(1, cells - len(begin) - len(end))
        middle = fit(f"  {mean}", between) if len(mean) + 3 <= between else " " * between
        yield ((" " * (_NAME + 4), ""), (f"{begin}{middle}{end}", "muted"))

    def _groups(self, groups: tuple[RunGroup, ...], columns: int) -> Iterator[Row]:
        for group in groups:
            number = f"{self.glyphs.times}{count(group.count)}"
            yield _group_row(group, ((right(number, _NAME + 2), "bad"),), columns, self.glyphs.ellipsis)


class Compared(Scrolled):
    """Two runs side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._known: Comparison | None = None

    def show_runs(self, first: str, second: str) -> None:
        """Compare two runs, by their ids."""
        self._top, self._known, self._words = 0, None, _ASKING
        self.ask(CompareRuns(first, second))

    def take(self, query: StoreQuery, answer: Comparison) -> None:
        """Keep the comparison, unless others are wanted by now."""
        if query == self._wanted:
            self._known = answer

    def title(self, snapshot: EngineSnapshot) -> str:
        """Give the words on the rule."""
        return f"two runs, the earlier one left, esc closes{self.rest()}"

    def copied(self) -> str:
        """Give both ids."""
        return f"{self._known.before.key} {self._known.after.key}" if self._known is not None else ""

    def whole(self, snapshot: EngineSnapshot, columns: int, lines: int) -> Iterator[Row]:
        """Give what differs, and what does not."""
        known = self._known
        if known is None:
            return
        now, glyphs = snapshot.at, self.glyphs
        pair = (known.before, known.after)
        plain: tuple[tuple[str, Callable[[RunLine], str]], ...] = (
            ("run", words.short_id),
            ("source", lambda run: run.source),
            ("began", lambda run: day_or_clock(run.started_at, now)),
            ("state", lambda run: run.state),
            ("took", lambda run: words.took(run, now, glyphs)),
            ("rate", lambda run: words.speed(run, now) or glyphs.dash),
        )
        for name, tell in plain:
            was, now_is = map(tell, pair)
            yield _line(name, was, now_is, "strong" if name == "run" else "")
        yield _numbers("all", *(run.counts.total for run in pair))
        for name, word in words.COUNTS:
            was, now_is = (getattr(run.counts, name) for run in pair)
            if was or now_is:
                yield _numbers(word, was, now_is)
        if any(run.missing for run in pair):
            yield _numbers("missing", *(run.missing for run in pair))
        yield ()
        yield from self._inputs(known, columns)
        yield from self._options(known, columns)
        yield ()
        yield from self._changes(known, columns)

    def _inputs(self, known: Comparison, columns: int) -> Iterator[Row]:
        room = max(10, columns - _NAME - 5)
        if known.before.inputs == known.after.inputs:
            yield from _facts("read", f"the same: {known.after.inputs}", room, "muted")
            return
        yield from _facts("read", known.before.inputs, room)
        yield from _facts("", f"{self.glyphs.arrow} {known.after.inputs}", room, "warn")

    def _options(self, known: Comparison, columns: int) -> Iterator[Row]:
        if not known.options:
            yield _fact("options", "the same", "muted")
        room = max(10, columns - _NAME - 5)
        for place, (name, was, now_is) in enumerate(known.options):
            dash = self.glyphs.dash
            change = f"{name}: {was or dash} {self.glyphs.arrow} {now_is or dash}"
            yield from _facts("options" if not place else "", change, room, "warn")

    def _changes(self, known: Comparison, columns: int) -> Iterator[Row]:
        changes = known.groups
        # What fails again is counted where it failed first: it has not gone, it is only not new.
        gone = "not new" if known.known[1] else "went"
        if not changes:
            yield _fact("errors", "no new ones in either", "good")
        else:
            came = sum(not one.before for one in changes)
            went = sum(not one.after for one in changes)
            parts = f"{came} came, {went} {gone}, {len(changes) - came - went} in both"
            yield _fact("errors", f"groups: {parts}", "")
        if any(known.known):
            was, now_is = known.known
            yield _line("as before", count(was), count(now_is))
        for one in changes:
            word, role = ("came", "bad") if not one.before else (gone, "good") if not one.after else ("", "")
            numbers: list[Span] = [(right(word, _NAME + 2), role)]
            for number in (one.before, one.after):
                told = f"{self.glyphs.times}{count(number)}" if number else self.glyphs.dash
                numbers.append((right(told, 9), role or "muted"))
            yield _group_row(one.group, tuple(numbers), columns, self.glyphs.ellipsis)


def _fact(name: str, value: str, role: str) -> Row:
    return ((f"   {fit(name, _NAME)} ", "muted"), (value, role))


def _facts(name: str, value: str, room: int, role: str = "") -> Iterator[Row]:
    for place, line in enumerate(wrap(value, room)):
        yield _fact("" if place else name, line, role)


def _line(name: str, was: str, now_is: str, role: str = "") -> Row:
    return ((f"   {fit(name, _NAME)} ", "muted"), (right(was, _VALUE), role), (right(now_is, _VALUE), role))


def _numbers(name: str, was: int, now_is: int) -> Row:
    by = now_is - was
    change = f"{by:+,}" if by else "="
    return (*_line(name, count(was), count(now_is)), (right(change, _VALUE), "strong" if by else "muted"))


def _group_row(group: RunGroup, numbers: tuple[Span, ...], columns: int, ellipsis: str) -> Row:
    used = sum(len(text) for text, _ in numbers) + 2
    head: list[Span] = [("  ", ""), (fit(code_words(group.code), 12, ellipsis), "strong")]
    head += [("  ", ""), (fit(group.source, 10, ellipsis), "muted"), ("  ", "")]
    used += 12 + 2 + 10 + 2 + 1
    return (*numbers, *head, (fit(group.message, max(0, columns - used), ellipsis), ""))
