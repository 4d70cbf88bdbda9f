"""What works in the background: how far it is, what came of it, and the way to stop it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from scenescout_tui.console.content import Row
from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.formats import job_words
from scenescout_tui.console.keys import MOVEMENT
from scenescout_tui.imports.snapshot import EngineSnapshot, JobRow

_EMPTY = "Nothing works in the background. Retries of many and exports are shown here."
#: Lines of the screen that are not for the jobs: the frame's, the dialog's.
_TAKEN = 13
_SIGNS = {"running": ("running", "good"), "done": ("idle", "muted"), "cancelled": ("idle", "warn")}


class JobsDialog(Dialog[None]):
    """The jobs, the newest first; the one under the cursor can be stopped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "cancel", "Stop", show=False, id="cancel_job"),
        *MOVEMENT,
    ]

    def __init__(self) -> None:
        super().__init__("Long work")
        self._jobs: tuple[JobRow, ...] = ()
        self._chosen = ""

    def main(self) -> Iterable[Widget]:
        """Give the jobs, and the ways."""
        yield Lines(id="jobs")
        yield Lines((("x", "key"), ("  stop it   ", "muted"), ("esc", "key"), ("  close", "muted")))

    def show(self, snapshot: EngineSnapshot) -> None:
        """List them as they are now."""
        self._jobs = snapshot.jobs[::-1]
        if self._job is None:
            self._chosen = self._jobs[0].job_id if self._jobs else ""
        self._draw()

    def action_move(self, by: int) -> None:
        """Choose another."""
        if (job := self._job) is not None:
            place = max(0, min(len(self._jobs) - 1, self._jobs.index(job) + by))
            self._chosen = self._jobs[place].job_id
            self._draw()

    def action_move_page(self, by: int) -> None:
        """Choose the first or the last: there is one page."""
        self.action_move(by * len(self._jobs))

    def action_cancel(self) -> None:
        """Stop the chosen one after what it is at."""
        from scenescout_tui.imports.commands import CancelJob

        app, job = self.console_app, self._job
        if job is not None and job.state == "running" and not app.read_only:
            app.state.send(CancelJob(job.job_id), app.operations.tell)

    @property
    def _job(self) -> JobRow | None:
        return next((job for job in self._jobs if job.job_id == self._chosen), None)

    def _draw(self) -> None:
        glyphs = self.console_app.glyphs
        rows: list[Row] = []
        room = max(1, self.app.size.height - _TAKEN)
        place = next((at for at, job in enumerate(self._jobs) if job is self._job), 0)
        first = max(0, place - room + 1)
        for job in self._jobs[first : first + room]:
            sign, role = _SIGNS.get(job.state, ("failed", "bad"))
            under = glyphs.cursor if job.job_id == self._chosen else " "
            rows.append(((f"{under} ", "key"), (f"{getattr(glyphs, sign)} ", role), (job_words(job), "")))
        self.query_one("#jobs", Lines).say((), *(rows or [((_EMPTY, "muted"),)]), ())
