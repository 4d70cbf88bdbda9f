"""What the keys do among the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenescout_tui.console.formats import plural
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing
from scenescout_tui.console.runs.words import short_id
from scenescout_tui.imports.commands import CancelRun, ResumeRuns
from scenescout_tui.imports.runs_commands import RunAgain, RunLine
from scenescout_tui.imports.snapshot import EngineSnapshot

if TYPE_CHECKING:
    from scenescout_tui.console.runs.screen import RunHistory


class RunActions(ListActing):
    """The actions of the screen of runs; they are about the run under the cursor."""

    screen: RunHistory

    def run_compare(self) -> None:
        """Put two runs side by side: the marked ones, or the marked one and that under the cursor."""
        table = self.screen.table
        chosen = set(table.marked)
        if len(chosen) == 1 and table.cursor_key is not None:
            chosen.add(table.cursor_key)
        if len(chosen) == 2:
            self.screen.compare(*sorted(chosen))
        elif len(chosen) > 2:
            self._app.say(f"Two runs can be compared; {len(chosen)} are marked.", "warn")
        else:
            keys = KEYS["mark"].shown, KEYS["run_compare"].shown
            self._app.say(f"Mark two runs with {keys[0]}, then {keys[1]} compares them.")

    def run_again(self) -> None:
        """Import the same with the same options once more."""
        run = self._chosen("run_again")
        if run is None:
            return
        if not run.repeatable:
            self._app.say(f"Run {short_id(run)} cannot be done again: what it read is not kept.", "warn")
        else:
            self._app.state.send(RunAgain(run.key), self.tell)

    def run_resume(self) -> None:
        """Go on with the run behind what it has written."""
        run = self._chosen("run_resume")
        if run is None:
            return
        if run.goes_on:
            self._app.state.send(ResumeRuns(run.key), self.tell)
        elif run.state in {"running", "completed"}:
            self._app.say(f"Run {short_id(run)} is {run.state}: there is nothing to go on with.")
        else:
            self._app.say(f"Run {short_id(run)} cannot go on: what it read is not kept.", "warn")

    def run_stop(self) -> None:
        """Stop the run, after asking."""
        run = self._chosen("run_stop")
        if run is None:
            return
        if run.state != "running":
            self._app.say(f"Run {short_id(run)} is not running: it is {run.state}.")
            return
        from scenescout_tui.console.dialogs.confirm import Confirm

        def text(seen: EngineSnapshot) -> str:
            counts = next((one.counts for one in seen.runs if one.run_id == run.key), run.counts)
            return (
                f"{plural(counts.finished, 'record')} finished so far: they stay written.\n"
                f"The rest is not read; {KEYS['run_resume'].shown} goes on with it."
            )

        self._app.push_screen(
            Confirm(f"Stop run {short_id(run)} of {run.source}?", text, yes="stop", no="let it run"),
            lambda yes: self._app.state.send(CancelRun(run.key), self.tell) if yes else None,
        )

    def _chosen(self, action: str) -> RunLine | None:
        """Give the run under the cursor, where one may act on it from here; else say why not."""
        if not self._may(action):
            return None
        run = self.screen.chosen
        if run is None:
            self._app.say("There is no run under the cursor.")
        return run
