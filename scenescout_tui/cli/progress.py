"""The progress line of an import: on stderr, on a terminal, and nowhere else."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from scenescout_tui.cli.output import is_terminal, local_time
from scenescout_tui.imports.snapshot import EngineSnapshot, SourceRow
from scenescout_tui.safe_text import for_screen

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Progress:
    """A context manager that shows a run's progress and leaves no trace of it.

    Without a known total it shows count, rate and time spent, never a made-up percentage.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        if is_terminal(self._stream):
            self._bar = _bar(self._stream)
            self._task = self._bar.add_task("", total=None, line="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, snapshot: EngineSnapshot, run_id: str) -> None:
        """Show where the run stands in this picture of the engine."""
        if self._bar is None or self._task is None:
            return
        row = next((row for row in snapshot.sources if row.run_id == run_id), None)
        if row is None:
            return
        fraction = row.done / row.total if row.total else row.fraction
        self._bar.update(
            self._task,
            description=for_screen(row.title),
            total=1.0 if fraction is not None else None,
            completed=min(1.0, fraction or 0.0),
            line=self._line(row, fraction, snapshot),
        )
        self._bar.refresh()

    def _line(self, row: SourceRow, fraction: float | None, snapshot: EngineSnapshot) -> str:
        parts = [f"{row.done:,}" + (f" of {row.total:,}" if row.total else "")]
        if fraction is not None:
            parts.append(f"{fraction:4.0%}")
        parts.append(f"{row.rate:,.0f} ev/s")
        if row.eta is not None:
            parts.append(f"{_clock(row.eta)} left")
        elif fraction is None:
            parts.append(_clock(time.monotonic() - self._started))
        if snapshot.counts.failed:
            parts.append(f"{snapshot.counts.failed:,} failed")
        if row.waits:
            until = "" if row.until is None else f" until {local_time(row.until)[11:]}"
            parts.append(f"waits: {for_screen(row.waits, 40)}{until}")
        elif row.state in ("waiting", "paused"):
            parts.append(for_screen(row.detail, 40))
        return "  ".join(parts)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _bar(stream: TextIO) -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns: tuple[Any, ...] = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[line]}", markup=False),
    )
    # Painted by the loop that waits, not by a thread of its own: nothing is drawn that was not looked at.
    return RichProgress(*columns, console=Console(file=stream), transient=True, auto_refresh=False)
