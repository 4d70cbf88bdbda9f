"""Asks for a rule and says how many pairs it means, before a key decides them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.console.formats import plural
from scenescout_tui.imports.review_commands import (
    CountReview,
    DecideReviewByRule,
    PairDecision,
    ReviewRow,
    ReviewRule,
)

_WORDS: dict[PairDecision, str] = {
    "same": "make each pair one event",
    "different": "keep all of them apart",
    "later": "put all of them off",
}
_SCORES = (("least_score", "score from"), ("most_score", "score to"))
_TYPING = (
    (("enter", "key"), (" count   ", "muted"), ("tab", "key"), (" next field   ", "muted"))
    + (("esc", "key"), (" close", "muted")),
)


class RuleDialog(Dialog[DecideReviewByRule]):
    """Gives the command, or None: first the rule is typed, then the number is shown and a key decides."""

    DEFAULT_CSS = """
    RuleDialog .field { height: 1; background: $surface; }
    RuleDialog .label { width: 14; color: $ss-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "decide('same')", "Same", show=False, id="same"),
        Binding("d", "decide('different')", "Different", show=False, id="different"),
        Binding("l", "decide('later')", "Later", show=False, id="later"),
        Binding("down", "app.focus_next", "Next field", show=False, id="next_field"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="field_before"),
    ]
    AUTO_FOCUS = "#least_score"

    def __init__(self, like: ReviewRow | None, *, put_off: bool) -> None:
        super().__init__("Decide pairs by a rule")
        self._like = like
        self._put_off = put_off
        #: What was counted last, and how many that were; None while the rule is typed.
        self._counted: tuple[ReviewRule, int] | None = None

    def main(self) -> Iterable[Widget]:
        """Give a line per part of the rule, the number and the keys."""
        like = self._like
        score = f"{int(like.score)}" if like is not None and like.score is not None else ""
        examples = {
            "least_score": (score, "0 to 100"),
            "most_score": ("", "0 to 100"),
            "source": ("", f"{like.sources[0] if like and like.sources else 'eventbrite'}, of either side"),
            "city": ("", f"{like.city if like and like.city else 'Berlin'}, of either side"),
        }
        which = "that were put off" if self._put_off else "that wait"
        yield Lines(((f"Which of the pairs {which}? An empty field lets all pass.", ""),), ())
        for name, label in (*_SCORES, ("source", "source"), ("city", "city")):
            field = TextInput(*examples[name], id=name)
            # What is filled in already is an offer: typing replaces it.
            field.select_on_focus = True
            yield Horizontal(Lines(((label, "muted"),), classes="label"), field, classes="field")
        yield Lines(id="number")
        yield Lines(*_TYPING, id="keys")

    @on(Input.Changed)
    def _changed(self) -> None:
        self._counted = None
        self._say("", "")
        self.query_one("#keys", Lines).say(*_TYPING)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        rule, fault = self._rule()
        if fault:
            self._say(f"{self.console_app.glyphs.failed} {fault}", "bad")
            return
        self._say("Counting.", "muted")
        self.console_app.state.ask(CountReview(rule), partial(self._told, rule))

    def action_decide(self, decision: PairDecision) -> None:
        """Close with the command, once it was said how many it means."""
        if self._counted is not None and self._counted[1]:
            rule, number = self._counted
            self.dismiss(DecideReviewByRule(rule, decision, number))

    def _told(self, rule: ReviewRule, answer: Any) -> None:
        if not self.is_attached or self._rule() != (rule, ""):
            return
        if isinstance(answer, Exception):
            self._say(f"The engine could not answer: {answer}", "bad")
        elif not answer:
            self._say("No pair is like this.", "warn")
        else:
            self._counted = (rule, answer)
            self._say(plural(answer, "pair"), "strong")
            # From here on letters are answers.
            self.set_focus(None)
            decisions = [one for one in _WORDS if not (self._put_off and one == "later")]
            ways = [((one[0], "key"), (f"    {_WORDS[one]}", "")) for one in decisions]
            change, close = (
                (("tab", "key"), ("  change the rule", "muted")),
                (("esc", "key"), ("  close", "muted")),
            )
            self.query_one("#keys", Lines).say(*ways, change, close)

    def _rule(self) -> tuple[ReviewRule, str]:
        """Give the rule as it is typed, and what is wrong with it."""
        rule = ReviewRule(kind="pair", state="later" if self._put_off else "open")
        scores: dict[str, float | None] = dict.fromkeys(("least_score", "most_score"))
        for name, label in _SCORES:
            text = self._text(name)
            if not text:
                continue
            try:
                score = float(text)
            except ValueError:
                score = -1.0
            if not 0 <= score <= 100:
                return rule, f"{label}: type a number from 0 to 100, or nothing."
            scores[name] = score
        rule = replace(rule, least_score=scores["least_score"], most_score=scores["most_score"])
        return replace(rule, source=self._text("source") or None, city=self._text("city") or None), ""

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", TextInput).value.strip()

    def _say(self, text: str, role: str) -> None:
        self.query_one("#number", Lines).say((), ((text, role),), ())
