"""What the keys of the review do: the row leaves at once, and comes back if the engine refuses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scenescout_tui.console.acting import Acting
from scenescout_tui.console.formats import plural
from scenescout_tui.console.keys import KEYS
from scenescout_tui.console.review_queue import ReviewQueue, Step
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    DecideReview,
    DecideReviewByRule,
    PairDecision,
    RefuseSubmissions,
    ReviewKind,
    ReviewRow,
    UndoDecision,
)

if TYPE_CHECKING:
    from scenescout_tui.console.app import SceneScoutApp
    from scenescout_tui.console.screens.review import Review

_DONE: dict[PairDecision, str] = {"same": "One event now", "different": "Kept apart", "later": "Put off"}
#: Refusals that say that an item waits no longer.
_SETTLED = {"NOT_FOUND", "NOT_DECIDED"}
_UNDO = f"{KEYS['review_undo'].shown} takes it back"


class ReviewActions(Acting):
    """The actions of the review, on the item under its cursor."""

    def __init__(self, app: SceneScoutApp) -> None:
        super().__init__(app)
        self._queue = ReviewQueue()

    def open_review(self) -> None:
        """Show what waits for a word."""
        if self._app.handle is None:
            self._app.say("The engine is still starting; try again in a moment.", "warn")
        elif self._review() is None:
            from scenescout_tui.console.screens.review import Review

            self._app.push_screen(Review(self._queue))

    def review_same(self) -> None:
        """Make one event of the pair."""
        self._decide("review_same", "same")

    def review_different(self) -> None:
        """Keep the pair apart for good."""
        self._decide("review_different", "different")

    def review_later(self) -> None:
        """Put the pair off."""
        self._decide("review_later", "later")

    def review_approve(self) -> None:
        """Let the submission count."""
        row = self._chosen("review_approve", "submission")
        if row is not None:
            self._send(row, ApproveSubmissions((row.item_id,)), "Approved")

    def review_refuse(self) -> None:
        """Refuse the submission, for a reason."""
        row = self._chosen("review_refuse", "submission")
        if row is None:
            return
        from scenescout_tui.console.dialogs.reason import Reason

        def refuse(reason: str | None) -> None:
            if reason:
                self._send(row, RefuseSubmissions((row.item_id,), reason), "Refused")

        words = "It is kept, but counts for nothing and is in no list."
        self._app.push_screen(Reason(f"Refuse: {row.title}", words, yes="refuse it"), refuse)

    def review_undo(self) -> None:
        """Take back the last decision of this console; without one, the newest there is."""
        if not self._may("review_undo"):
            return
        if not self._queue.steps:
            self._app.state.send(UndoDecision(), partial(self._undone, None))
            return
        step = self._queue.steps.pop()
        if step.undo_ids is None:
            step.undo_wanted = True
        else:
            self._take_back(step)

    def review_by_rule(self) -> None:
        """Decide all pairs of a rule, after saying how many they are."""
        if not self._may("review_by_rule"):
            return
        from scenescout_tui.console.dialogs.review_rule import RuleDialog

        like = self._queue.selected if self._review() is not None else None
        put_off = self._queue.rule.state == "later"
        self._app.push_screen(RuleDialog(like, put_off=put_off), self._decide_by_rule)

    def review_text(self) -> None:
        """Show both sides whole, or the list again."""
        review = self._review()
        if review is not None and self._queue.selected is not None:
            review.show_whole(not review.shows_whole)
        else:
            self._say_how("review_text")

    def review_next_list(self) -> None:
        """Show the next of the lists."""
        review = self._review()
        if review is None:
            self._say_how("review_next_list")
            return
        self._queue.change_view(1)
        review.show_whole(False)
        review.recount()
        review.changed()

    def _review(self) -> Review | None:
        """Give the screen, where it is open."""
        from scenescout_tui.console.screens.review import Review

        return next((one for one in self._app.screen_stack if isinstance(one, Review)), None)

    def _chosen(self, action: str, kind: ReviewKind) -> ReviewRow | None:
        """Give the item under the cursor, or say why there is none for this."""
        if not self._may(action):
            return None
        row = self._queue.selected if self._review() is not None else None
        if row is None or row.kind != kind:
            self._say_how(action, f"there is no {kind} under the cursor")
            return None
        return row

    def _say_how(self, action: str, why: str = "there is nothing to choose") -> None:
        if self._review() is None:
            why = f"open the review first, with {KEYS['open_review'].shown}"
        self._app.say(f"{BY_ID[action].title}: {why}.")

    def _decide(self, action: str, decision: PairDecision) -> None:
        row = self._chosen(action, "pair")
        if row is None:
            return
        if row.state == decision:
            self._app.say("Decide later: it is put off already.")
            return
        self._send(row, DecideReview((row.item_id,), decision), _DONE[decision])

    def _send(
        self, row: ReviewRow, command: DecideReview | ApproveSubmissions | RefuseSubmissions, word: str
    ) -> None:
        """Let the row leave, and send what was said of it."""
        step = self._queue.take({row.item_id})
        self._queue.steps.append(step)
        self._app.say(f"{word}, {_UNDO}: {row.title}", "good")
        self._app.state.send(command, partial(self._decided, step))
        self._changed()

    def _decided(self, step: Step, result: CommandResult) -> None:
        if result.ok:
            step.undo_ids = tuple(result.data.get("undo_ids", ()))
            if step.undo_wanted:
                self._take_back(step)
            self._queue.doubt()
            self._changed()
            return
        if step in self._queue.steps:
            self._queue.steps.remove(step)
        self._refused(step, result)

    def _decide_by_rule(self, command: DecideReviewByRule | None) -> None:
        if command is None:
            return
        self._app.say(f"Deciding {plural(command.most, 'pair')}.")
        self._app.state.send(command, self._decided_by_rule)

    def _decided_by_rule(self, result: CommandResult) -> None:
        undo_ids = tuple(result.data.get("undo_ids", ()))
        if undo_ids:
            self._queue.steps.append(Step((), -1, undo_ids))
        self._begin_anew()
        if result.ok and undo_ids:
            self._app.say(f"{result.message}; {_UNDO}", "good")
        else:
            self.tell(result)

    def _take_back(self, step: Step) -> None:
        if step.undo_ids:
            self._app.state.send(UndoDecision(step.undo_ids), partial(self._undone, step))

    def _undone(self, step: Step | None, result: CommandResult) -> None:
        self.tell(result)
        if result.ok and step is not None:
            self._restore(step)
        elif result.ok:
            self._begin_anew()

    def _refused(self, step: Step, result: CommandResult) -> None:
        """Show again what the engine has not taken, unless somebody else has decided it meanwhile."""
        if result.code in _SETTLED:
            self._begin_anew()
        else:
            self._restore(step)
        self.tell(result)

    def _restore(self, step: Step) -> None:
        """Show again what had left the list."""
        if step.rows and step.generation == self._queue.generation:
            self._queue.put_back(step)
            self._queue.doubt()
            self._changed()
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._queue.restart()
        if (review := self._review()) is not None:
            review.recount()
        self._changed()

    def _changed(self) -> None:
        if (review := self._review()) is not None:
            review.changed()
