"""What the keys do with errors and dead letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from scenescout_tui.console.dialogs.confirm_set import ConfirmSet
from scenescout_tui.console.dialogs.reason import Reason
from scenescout_tui.console.errors.editor import EditorError, edit
from scenescout_tui.console.errors.payload import to_edit
from scenescout_tui.console.formats import job_words, plural
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.list_acting import ListActing, Undo
from scenescout_tui.imports.commands import Command, CommandResult, UndoClear
from scenescout_tui.imports.errors_commands import (
    ClearErrorSet,
    DiscardLetters,
    FailureFilters,
    FreezeFailures,
    ResubmitLetter,
    RetrySet,
    UndoClearing,
)
from scenescout_tui.imports.snapshot import EngineSnapshot
from scenescout_tui.paging import Chosen, Frozen

if TYPE_CHECKING:
    from scenescout_tui.console.errors.screen import Errors

Set = Chosen[FailureFilters]


class ErrorActions(ListActing):
    """Acts on the marked rows, else on the one under the cursor, or on all that pass the filter.

    A set is counted and frozen by the engine before anybody is asked; one row alone is not asked about
    where it can be undone or tried again.
    """

    screen: Errors

    def __init__(self, screen: Errors) -> None:
        super().__init__(screen)
        #: Jobs begun here whose end is not said yet.
        self._begun: set[str] = set()

    def errors_list(self) -> None:
        """Show the next list."""
        self.screen.next_kind()

    def errors_retry(self) -> None:
        """Import the records of the marked rows again."""
        self._retry("errors_retry", shown=False)

    def errors_retry_shown(self) -> None:
        """Import the records of all that is shown again."""
        self._retry("errors_retry_shown", shown=True)

    def errors_clear(self) -> None:
        """Acknowledge the marked errors or groups."""
        self._clear("errors_clear", shown=False)

    def errors_clear_shown(self) -> None:
        """Acknowledge all that is shown."""
        self._clear("errors_clear_shown", shown=True)

    def errors_undo(self) -> None:
        """Bring back what was cleared last."""
        if not self._may("errors_undo"):
            return
        running = {job.job_id for job in self._seen.jobs if job.state == "running"}
        newest = self.undo_stack[-1].command if self.undo_stack else None
        if isinstance(newest, UndoClearing) and newest.job_id in running:
            self._app.say("These errors are still being cleared; wait until it has ended.", "warn")
        elif not self.take_back():
            if self._seen.undoable:
                self._app.state.send(UndoClear(), self._took)
            else:
                self._app.say("There is nothing to undo.")

    def errors_discard(self) -> None:
        """Give up the marked dead letters, for a reason."""
        self._discard("errors_discard", shown=False)

    def errors_discard_shown(self) -> None:
        """Give up all dead letters that are shown, for a reason."""
        self._discard("errors_discard_shown", shown=True)

    def errors_edit(self) -> None:
        """Edit the record under the cursor, and import it in the place of its dead letter."""
        if not self._may("errors_edit"):
            return
        if self.screen.kind == "groups" or self.screen.table.selected is None:
            self._app.say("Open the group first: a single record is edited.")
        else:
            self.screen.detail.ask(self._edit)

    def say_what_ended(self, snapshot: EngineSnapshot) -> None:
        """Say what came of the jobs that were begun here."""
        for job in snapshot.jobs:
            if job.job_id in self._begun and job.state != "running":
                self._begun.discard(job.job_id)
                self._app.say(job_words(job), "bad" if job.state == "failed" or job.failed else "good")

    def take_back(self) -> bool:
        """Undo the newest clear of this session; tell whether there was any."""
        if not self.undo_stack:
            return False
        self._app.state.send(self.undo_stack.pop().command, self._took)
        return True

    def _edit(self) -> None:
        letter, payload = self.screen.detail.letter, self.screen.detail.payload
        if letter is None or payload is None:
            self._app.say("There is no record to edit: none belongs to it, or it may not be kept any longer.")
            return
        before = to_edit(payload)
        try:
            after = edit(self._app, before)
        except (EditorError, OSError, ValueError) as error:
            self._app.say(f"Nothing was sent: {error}", "bad")
        except SuspendNotSupported:
            self._app.say("Nothing was sent: this terminal cannot make room for an editor.", "bad")
        else:
            if not after.strip() or after == before:
                self._app.say("Nothing was changed, nothing was sent.")
            else:
                self._app.state.send(ResubmitLetter(letter.key, after), self.tell, self._resubmitted)

    def _resubmitted(self, report: Any) -> None:
        """Say what came of a correction."""
        if isinstance(report, Exception):
            self._app.say(f"The correction was not imported: {report}", "bad")
        elif report.counts.failed:
            self._app.say("It failed again, and stays a dead letter.", "bad")
        else:
            self._app.say("The corrected record is imported.", "good")

    def _retry(self, action: str, *, shown: bool) -> None:
        kind = self.screen.kind
        noun = "error" if kind == "errors" else "dead letter"
        facts = ["Their records are imported again, as runs of their own.", "What fails again stays here."]
        self._on_set(
            action,
            shown,
            letters=True,
            ask=lambda number, then: self._confirm("Try again?", number, noun, facts, "try again", then),
            command=lambda chosen: RetrySet(kind, chosen),
        )

    def _clear(self, action: str, *, shown: bool) -> None:
        if self.screen.kind == "letters":
            self._app.say("Dead letters are tried again or discarded; errors are cleared.")
            return
        kind = self.screen.kind
        facts = [
            f"They can come back: {KEYS['errors_undo'].shown}.",
            "Their records stay as dead letters.",
        ]
        self._on_set(
            action,
            shown,
            letters=False,
            ask=lambda number, then: self._confirm("Clear errors?", number, "error", facts, "clear", then),
            command=lambda chosen: ClearErrorSet(kind, chosen),
        )

    def _discard(self, action: str, *, shown: bool) -> None:
        if self.screen.kind != "letters":
            self._app.say("Dead letters are discarded; errors are cleared.")
            return
        why: list[str] = []

        def ask(number: int, then: Callable[[], None]) -> None:
            def reasoned(reason: str | None) -> None:
                if reason is not None:
                    why.append(reason)
                    then()

            def give_reason() -> None:
                words = f"{plural(number, 'record')} will never be imported.\nThis cannot be undone."
                self._app.push_screen(Reason("Discard dead letters", words, yes="discard"), reasoned)

            if number == 1:
                give_reason()
            else:
                facts = ["They will never be imported; their errors are cleared.", "This cannot be undone."]
                self._confirm("Discard dead letters?", number, "dead letter", facts, "discard", give_reason)

        self._on_set(
            action,
            shown,
            letters=True,
            always=True,
            ask=ask,
            command=lambda chosen: DiscardLetters(chosen, why[-1]),
        )

    def _confirm(
        self, title: str, number: int, noun: str, facts: list[str], yes: str, then: Callable[[], None]
    ) -> None:
        dialog = ConfirmSet(title, number, noun, facts, yes=yes)
        self._app.push_screen(dialog, lambda answer: then() if answer else None)

    def _on_set(
        self,
        action: str,
        shown: bool,
        *,
        letters: bool,
        ask: Callable[[int, Callable[[], None]], None],
        command: Callable[[Set], Command],
        always: bool = False,
    ) -> None:
        """Freeze and count what is meant, ask, and send the command; ``always``: ask of a single row too."""
        if not self._may(action):
            return
        table, kind, filters = self.screen.table, self.screen.kind, self.screen.filters()
        if table.cursor_key is None:
            self._app.say("There is nothing in this list.")
            return
        ids = () if shown else tuple(sorted(table.marked)) or (table.cursor_key,)
        chosen: Set = Chosen(filters, ids)

        def counted(answer: Any) -> None:
            if not isinstance(answer, Frozen):
                self._app.say(f"The engine could not count them: {answer}", "bad")
            elif not answer.number:
                self._app.say("There is nothing left to do that with.")
            else:
                whole = replace(chosen, upto=answer.upto, most=answer.number)
                if len(ids) == 1 and kind != "groups" and not always:
                    self._send(command(whole))
                else:
                    ask(answer.number, lambda: self._send(command(whole)))

        self._app.state.ask(FreezeFailures(kind, chosen, letters), counted)

    def _send(self, command: Command) -> None:
        self.screen.table.unmark_all()
        self._app.state.send(command, lambda result: self._took(result, command))

    def _took(self, result: CommandResult, command: Command | None = None) -> None:
        self.tell(result)
        job_id = result.data.get("job_id")
        if result.ok and job_id:
            self._begun.add(job_id)
            if isinstance(command, ClearErrorSet):
                self.undo_stack.append(Undo(plural(result.data["count"], "error"), UndoClearing(job_id)))
        self.say_what_ended(self._seen)
