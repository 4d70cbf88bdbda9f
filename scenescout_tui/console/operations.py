"""What the keys do: each action of the table is one method of its name, most of them a command to the engine.

Loaded with the first key, not on the way to the first paint.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen

from scenescout_tui.console.formats import clock, count, countdown, duration, plural
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.look import THEMES
from scenescout_tui.console.review_actions import ReviewActions
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.commands import (
    CancelRun,
    CommandResult,
    Pause,
    RefreshExpired,
    Resize,
    Resume,
    ResumeRuns,
    RetryDeadLetters,
    Stop,
    UndoClear,
)
from scenescout_tui.imports.snapshot import EngineSnapshot, ErrorGroupRow, RunRow

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp
    from scenescout_tui.console.dialogs.import_prompt import Named
    from scenescout_tui.console.memory import Memory

MOST_WORKERS = 64

_TITLES = {"eventbrite": "Eventbrite", "yelp": "Yelp", "manual": "Manual", "auto": "Files"}
#: Sources with an API.
_ASKED = {"eventbrite", "yelp"}


class Operations(ReviewActions):
    """The actions of one console, and what they have to remember between two keys."""

    def __init__(self, app: SceneScoutApp) -> None:
        super().__init__(app)
        #: What was typed into the form for one event and is not sent yet, by field.
        self.manual_draft: dict[str, str] = {}
        self._wanted_workers: int | None = None

    def import_eventbrite(self) -> None:
        """Ask Eventbrite, where it is known for what; otherwise ask what to import."""
        self._import_source("eventbrite")

    def import_eventbrite_other(self) -> None:
        """Ask what to import of Eventbrite."""
        if self._may("import_eventbrite_other"):
            self._prompt("eventbrite")

    def import_yelp(self) -> None:
        """Ask Yelp, where it is known for what; otherwise ask what to import."""
        self._import_source("yelp")

    def import_yelp_other(self) -> None:
        """Ask what to import of Yelp."""
        if self._may("import_yelp_other"):
            self._prompt("yelp")

    def import_file(self) -> None:
        """Import a file or a feed whose source is told from its records."""
        if self._may("import_file"):
            self._prompt("auto")

    def resume_runs(self) -> None:
        """Go on with what was interrupted or is parked; where there are several, ask with which."""
        if self._app.read_only:
            return
        offered = [run for run in self._seen.runs if run.resumable]
        if not offered:
            self._app.say("There is no import to go on with.")
        elif self._may("resume_runs"):
            self._resume(offered)

    def refresh(self) -> None:
        """Fetch again what may be kept for a limited time only."""
        if self._may("refresh"):
            self._app.state.send(RefreshExpired(), self.tell, self._run_ended)

    def import_manual(self) -> None:
        """Open the form for one event."""
        if not self._may("import_manual"):
            return
        from scenescout_tui.console.dialogs.manual_form import ManualForm

        self._app.push_screen(ManualForm())

    def pause(self) -> None:
        """Pause, or go on."""
        if self._may("pause"):
            self._app.state.send(Resume() if self._seen.state == "paused" else Pause(), self.tell)

    def workers_up(self) -> None:
        """Let one batch more run."""
        self._resize("workers_up", 1)

    def workers_down(self) -> None:
        """Let one batch less run."""
        self._resize("workers_down", -1)

    def cancel_run(self) -> None:
        """Stop every running import, after asking."""
        if not self._may("cancel_run"):
            return
        running = {run.run_id for run in self._seen.runs if run.state in {"running", "draining"}}
        if not running:
            self._app.say("No import is running.")
            return
        from scenescout_tui.console.dialogs.confirm import Confirm

        def text(seen: EngineSnapshot) -> str:
            done = sum(run.counts.finished for run in seen.runs if run.run_id in running)
            return (
                f"{plural(done, 'record')} finished so far: they stay written.\n"
                "The rest is not read; R goes on with it, and importing the same again passes over what is "
                "written."
            )

        self._app.push_screen(
            Confirm(f"Stop {plural(len(running), 'import')}?", text, yes="stop", no="let it run"),
            lambda yes: self._app.state.send(CancelRun(), self.tell) if yes else None,
        )

    def clear_errors(self) -> None:
        """Acknowledge all errors; they can be brought back."""
        if self._app.read_only:
            return
        if not self._seen.errors_open:
            self._app.say("There are no errors to clear.")
        elif self._may("clear_errors"):
            self._app.state.clear_errors(said=self.tell)

    def undo_clear(self) -> None:
        """Bring back what was cleared last."""
        if self._app.read_only:
            return
        if not self._seen.undoable:
            self._app.say("There is nothing to undo.")
        elif self._may("undo_clear"):
            self._app.state.send(UndoClear(), self.tell)

    def retry_group(self) -> None:
        """Import the dead letters of the selected group again."""
        group = self._selected("retry_group")
        if group is not None and self._may("retry_group"):
            self._app.state.send(RetryDeadLetters(group=group.key), self.tell, self._run_ended)

    def open_error(self) -> None:
        """Show the errors of the selected group one by one."""
        group = self._selected("open_error")
        if group is None:
            return
        from scenescout_tui.console.screens.group_errors import GroupErrors

        self._app.push_screen(GroupErrors(group))

    def change_theme(self) -> None:
        """Go to the next theme."""
        app = self._app
        app.theme = THEMES[(THEMES.index(app.theme) + 1) % len(THEMES)]
        app.say(f"Theme: {app.theme}")

    def help(self) -> None:
        """Show every key."""
        from scenescout_tui.console.screens.framed import FramedScreen
        from scenescout_tui.console.screens.help import Help

        if not isinstance(self._app.screen, Help):
            screen = self._app.screen
            places = screen.PLACES if isinstance(screen, FramedScreen) else ()
            self._app.push_screen(Help(places))

    def open_dashboard(self) -> None:
        """Show the dashboard."""
        self._app.go_home()

    def go_to(self) -> None:
        """Ask where to go."""
        from scenescout_tui.console.dialogs.go_to import GoTo

        if not isinstance(self._app.screen, GoTo):
            self._app.push_screen(GoTo(), lambda choice: choice() if choice is not None else None)

    def jobs(self) -> None:
        """Show what works in the background."""
        from scenescout_tui.console.dialogs.jobs import JobsDialog

        self._app.push_screen(JobsDialog())

    def suspend(self) -> None:
        """Go back to the shell; while an import is going on, ask first."""
        if not self._app.state.is_processing or self._seen.state == "viewer":
            self._app.action_suspend_process()
            return
        from scenescout_tui.console.dialogs.confirm import Confirm

        self._app.push_screen(
            Confirm(
                "Suspend SceneScout?",
                lambda seen: (
                    "Everything stands still until fg, the imports too.\n"
                    "What has waited too long by then is tried again."
                ),
                yes="suspend",
                no="go on",
            ),
            lambda yes: self._app.action_suspend_process() if yes else None,
        )

    def redraw(self) -> None:
        """Draw everything anew."""
        self._app.refresh(layout=True)
        self._app.screen.refresh(layout=True)

    def palette(self) -> None:
        """Find an action by name."""
        from scenescout_tui.console.dialogs.palette import Palette

        if not isinstance(self._app.screen, Palette):
            self._app.push_screen(Palette())

    def quit(self) -> None:
        """Leave at once when nothing runs, otherwise ask how."""
        state = self._app.state
        if not (state.is_attached and state.is_processing):
            self._app.exit(return_code=self._app.return_code or 0)
            return
        from scenescout_tui.console.dialogs.leave import Leave

        self._app.push_screen(Leave(draining=self._leaving), self._leave)

    def do_put_off(self) -> bool:
        """Do what was wanted before the engine was there; tell whether there was anything."""
        action, self._put_off_action = self._put_off_action, None
        if action is None or isinstance(self._app.screen, ModalScreen):
            return False
        getattr(self, action)()
        return True

    def memory(self) -> Memory:
        """Give what is remembered from earlier sessions."""
        from scenescout_tui.console.memory import Memory

        return Memory(self._app.state_dir or Path.home() / ".local" / "state" / "scenescout")

    def _import_source(self, source: str) -> None:
        if not self._may(f"import_{source}"):
            return
        row = next((row for row in self._seen.sources if row.name == source), None)
        newest = next((run for run in self._seen.runs if run.source == source), None)
        now = self._app.state.now
        if newest is not None and newest.state == "parked" and (newest.resume_at or 0.0) > now:
            # A second run beside it would meet the same limit.
            until = clock(newest.resume_at or 0.0, now)
            until = until if "-" in until else until[:5]
            ways = f"R asks again now, {KEYS[f'import_{source}_other'].shown} imports something else"
            self._app.say(f"{_TITLES[source]} is parked until {until}: {ways}", "warn")
        elif row is not None and row.ready:
            self._start(source)
        else:
            self._prompt(source)

    def _start(self, source: str, named: Named | None = None) -> None:
        self._app.say(f"Starting the import: {_TITLES.get(source, source)}")
        inputs, ask = (named.inputs, named.ask) if named is not None else ((), ())
        self._app.state.start_import(source, None, inputs, ask=ask, said=self.tell, done=self._run_ended)

    def _prompt(self, source: str) -> None:
        from scenescout_tui.console.dialogs.import_prompt import ImportPrompt

        def start(named: Named | None) -> None:
            if named is not None:
                self.memory().keep(source, named.text)
                self._start(source, named)

        may_ask = partial(self._app.may_ask, source) if source in _ASKED else None
        remembered = self.memory().last(source)
        self._app.push_screen(ImportPrompt(source, _TITLES[source], remembered, may_ask=may_ask), start)

    def _resume(self, offered: list[RunRow]) -> None:
        if len(offered) == 1:
            self._app.state.send(ResumeRuns(offered[0].run_id), self.tell, self._run_ended)
            return
        from scenescout_tui.console.dialogs.resume import ResumeDialog

        def go_on(commands: tuple[ResumeRuns, ...] | None) -> None:
            for command in commands or ():
                self._app.state.send(command, self.tell, self._run_ended)

        self._app.push_screen(ResumeDialog(), go_on)

    def _run_ended(self, report: Any) -> None:
        if isinstance(report, Exception):
            self._app.wants_you(f"The import failed: {report}")
            return
        counts, title = report.counts, _TITLES.get(report.source, report.source)
        parts = [
            f"{count(number)} {word}"
            for number, word in (
                # What matters most comes first: the end of the line may be cut.
                (counts.created, "new"),
                (counts.failed, "failed"),
                (counts.review, "to review"),
                (counts.updated, "updated"),
                (counts.duplicate, "duplicates"),
                (counts.skipped, "skipped"),
                (counts.unchanged, "unchanged"),
            )
            if number
        ]
        end = "" if report.state == "completed" else f" {report.state}"
        if report.error is not None:
            end = f"{end}: {report.error}"
        if report.missing:
            parts.append(f"{count(report.missing)} missing")
        if report.state == "parked" and report.resume_at is not None:
            end = f" parked until {clock(report.resume_at, self._seen.at)}"
        elif report.note:
            parts.append(report.note)
        text = f"{title}{end}: {', '.join(parts) or 'nothing to import'}, in {duration(report.elapsed)}"
        if report.state == "failed":
            self._app.wants_you(text)
        else:
            self._app.say(text, "warn" if counts.failed or report.state == "parked" else "good")

    def _resize(self, action: str, step: int) -> None:
        if not self._may(action):
            return
        now = self._seen.max_workers
        if self._wanted_workers is None or self._wanted_workers == now:
            self._wanted_workers = now
        wanted = self._wanted_workers + step
        if not 1 <= wanted <= MOST_WORKERS:
            self._app.say("One worker is the least." if step < 0 else f"{MOST_WORKERS} workers are the most.")
            return
        self._wanted_workers = wanted
        self._app.state.send(Resize(wanted), self._resized)

    def _resized(self, result: CommandResult) -> None:
        if not result.ok:
            self._wanted_workers = None
        self.tell(result)

    def _selected(self, action: str) -> ErrorGroupRow | None:
        from scenescout_tui.console.screens.framed import FramedScreen

        screen = self._app.screen
        group = screen.selected_group if isinstance(screen, FramedScreen) else None
        if group is None:
            self._app.say(f"{BY_ID[action].title}: there is no error to choose.")
        return group

    def _leave(self, choice: str | None) -> None:
        if choice not in {"drain", "stop"}:
            return
        self._leaving = True
        drain = choice == "drain"
        seen = self._seen
        left = max((source.eta or 0.0 for source in seen.sources), default=0.0)
        if drain:
            about = (
                f"{plural(seen.workers_busy, 'batch', 'batches')} to finish"
                if seen.workers_busy
                else "a moment"
            )
            self._app.say(f"Leaving: {about}.", "warn")
        else:
            self._app.say(
                f"Stopping now{'' if not left else f', {countdown(left)} of work is left undone'}.", "warn"
            )
        self._app.state.send(Stop(drain=drain))
        if self._app.handle is not None:
            self._app.state.when(self._app.handle.ended, lambda _: self._app.exit(return_code=0))
