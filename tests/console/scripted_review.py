"""An engine with things to review, kept in lists: it decides, takes back and refuses as it is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import Command, CommandResult, Query
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    CountReview,
    DecideReview,
    DecideReviewByRule,
    GetReviewItem,
    ListReview,
    RefuseSubmissions,
    ReviewCase,
    ReviewField,
    ReviewRecord,
    ReviewRow,
    ReviewRule,
    UndoDecision,
)
from scenescout_tui.imports.snapshot import EngineSnapshot
from tests.console import scripted

EARLY = ReviewCase(
    ReviewRow(
        "01kkp00000000000000000001a",
        "pair",
        "open",
        71.4,
        "same start, 40 m apart, titles 87",
        scripted.NOW - 3_600,
        "001kkp00000000000000000001a",
        "01kke000000000000000000e01",
        "Moonlight Jazz Session: the early show at the Blue Room",
        "Moonlight Jazz Session: the late show at the Blue Room",
        "2026-12-24T20:00:00",
        "Berlin",
        ("eventbrite", "yelp"),
    ),
    (
        ReviewField(
            "title",
            "Moonlight Jazz Session: the early show at the Blue Room",
            "Moonlight Jazz Session: the late show at the Blue Room",
            True,
        ),
        ReviewField("start", "2026-12-24 20:00 Europe/Berlin", "2026-12-24 20:00 Europe/Berlin", False),
        ReviewField("end", "2026-12-24 22:00 Europe/Berlin", "", False),
        ReviewField("venue", "Blue Room", "Blue Room", False),
        ReviewField("address", "Kastanienallee 7, 10435", "Kastanienallee 7a, 10435", True),
        ReviewField("city", "Berlin, DE", "Berlin, DE", False),
        ReviewField("coordinates", "52.54040, 13.41110", "52.54060, 13.41160", True),
        ReviewField("organiser", "Blue Room", "", False),
        ReviewField("category", "music", "music", False),
        ReviewField("price", "12.50 EUR", "15.00 EUR", True),
        ReviewField("status", "scheduled", "scheduled", False),
        ReviewField("url", "https://example.org/jazz", "https://yelp.example/jazz", True),
        ReviewField("description", "Three bands, one piano. The doors open at", "Three bands.", True),
        ReviewField("sources", "eventbrite", "yelp", False),
    ),
    (ReviewRecord("eventbrite", "18012345", scripted.NOW - 7_200),),
    (ReviewRecord("yelp", "moonlight-jazz-berlin", scripted.NOW - 3_600),),
    "Three bands, one piano. The doors open at seven.\n\nBring a friend.",
    "Three bands.",
)
SUBMITTED = ReviewCase(
    ReviewRow(
        "01kkr00000000000000000002b",
        "submission",
        "open",
        None,
        "known from eventbrite",
        scripted.NOW - 1_800,
        "001kkr00000000000000000002b",
        "01kke000000000000000000e02",
        "Poetry Slam: Finals",
        "Poetry Slam Finals 2026",
        "2026-12-05T19:30:00",
        "Hamburg",
        ("manual", "eventbrite"),
    ),
    (
        ReviewField("title", "Poetry Slam: Finals", "Poetry Slam Finals 2026", True),
        ReviewField("start", "2026-12-05 19:30 Europe/Berlin", "2026-12-05 19:30 Europe/Berlin", False),
        ReviewField("venue", "Kampnagel", "Kampnagel", False),
        ReviewField("city", "Hamburg, DE", "Hamburg, DE", False),
        ReviewField("price", "free", "", False),
    ),
    (ReviewRecord("manual", "5d1c0e", scripted.NOW - 1_800),),
    (ReviewRecord("eventbrite", "18055501", scripted.NOW - 90_000),),
    "",
    "",
)


def pair(number: int, **changed: Any) -> ReviewCase:
    """Give one of many pairs: their scores go from 60 to 79, their cities take turns."""
    score = 60.0 + number % 20
    values: dict[str, Any] = {
        "item_id": f"01kkq{number:021d}",
        "key": f"001kkq{number:021d}",
        "score": score,
        "title": f"Improv Night Vol. {number}",
        "other_title": f"Improv Night {number}",
        "city": ("Berlin", "Leipzig")[number % 2],
        "starts": f"2026-12-{1 + number % 28:02d}T21:00:00",
        "evidence": f"same evening, titles {score:.0f}",
    }
    row = replace(EARLY.row, **(values | changed))
    start = f"{row.starts[:16].replace('T', ' ')} Europe/Berlin"
    fields = (
        ReviewField("title", row.title, row.other_title, True),
        ReviewField("start", start, start, False),
        ReviewField("city", row.city, row.city, False),
    )
    return replace(EARLY, row=row, fields=fields, first_text="", second_text="")


def some() -> tuple[ReviewCase, ...]:
    """Give two that tell much, and a dozen pairs."""
    return (EARLY, SUBMITTED, *(pair(number) for number in range(1, 13)))


#: What an import is not sure of: score, both titles, start, city.
_DOUBTFUL = (
    (78.2, "Poetry Slam: Open Stage", "Open Stage Poetry Slam 2026", "2026-12-05T19:30:00", "Hamburg"),
    (74.0, "Sunday Techno Brunch", "Techno Brunch w/ DJ Lena", "2026-12-06T12:00:00", "Berlin"),
    (81.5, "Queen Tribute Band", "A Night of Queen: The Tribute", "2026-12-12T20:00:00", "Leipzig"),
    (69.9, "Drag Bingo Late Show", "Drag Bingo", "2026-12-12T22:30:00", "Berlin"),
    (72.3, "Vinyl & Wine", "Vinyl and Wine Tasting", "2026-12-13T18:00:00", "Wien"),
    (76.8, "Improv Night Vol. 4", "Improv Night", "2026-12-16T20:00:00", "Hamburg"),
    (80.1, "Chamber Music by Candlelight", "Candlelight: Chamber Music", "2026-12-18T19:00:00", "Wien"),
)


def doubtful() -> tuple[ReviewCase, ...]:
    """Give a list as an import leaves it behind."""
    others = [
        pair(number, score=score, title=title, other_title=other, starts=starts, city=city)
        for number, (score, title, other, starts, city) in enumerate(_DOUBTFUL, 1)
    ]
    return (EARLY, *others, SUBMITTED)


class ReviewHandle(scripted.ScriptedHandle):
    """Plays a list to review. ``refusal`` refuses every command instead."""

    def __init__(
        self,
        cases: tuple[ReviewCase, ...],
        snapshot: EngineSnapshot | None = None,
        *,
        refusal: CommandResult | None = None,
    ) -> None:
        super().__init__(snapshot or scripted.idle(), answers=self._obey)
        self.cases = {case.row.item_id: case for case in cases}
        self.asked: list[Query] = []
        self.refusal = refusal
        #: Commands wait for their answers while it is set.
        self.holds: list[Callable[[], None]] | None = None
        self._undo: dict[str, dict[str, ReviewCase]] = {}
        self._count()

    def send(self, command: Command) -> Future[CommandResult]:
        """Answer at once, or when the test lets the answers go."""
        if self.holds is None:
            return super().send(command)
        answer: Future[CommandResult] = Future()
        self.sent.append(command)
        self.holds.append(lambda: answer.set_result(self._obey(command)))
        return answer

    def query(self, query: Query) -> Future[Any]:
        """Answer what is asked of the review."""
        self.asked.append(query)
        answer: Future[Any] = Future()
        match query:
            case ListReview(rule=rule, limit=limit, after=after):
                rows = [row for row in self._rows(rule) if row.key > (after or "")]
                answer.set_result(tuple(rows[:limit]))
            case CountReview(rule=rule):
                answer.set_result(len(self._rows(rule)))
            case GetReviewItem(item_id=item_id) if item_id in self.cases:
                answer.set_result(self.cases[item_id])
            case GetReviewItem(item_id=item_id):
                answer.set_exception(SpawnerError(f"there is no {item_id}", code="NOT_FOUND"))
            case _:
                return super().query(query)
        return answer

    def _rows(self, rule: ReviewRule) -> list[ReviewRow]:
        rows = [case.row for case in self.cases.values()]
        return sorted((row for row in rows if _passes(row, rule)), key=lambda row: row.key)

    def _obey(self, command: Command) -> CommandResult:
        if self.refusal is not None:
            return self.refusal
        gone: list[str] = []
        match command:
            case DecideReview(item_ids=ids, decision=decision):
                gone = list(ids)
            case DecideReviewByRule(rule=rule, decision=decision, most=most):
                gone = [row.item_id for row in self._rows(rule)][:most]
            case ApproveSubmissions(item_ids=ids) | RefuseSubmissions(item_ids=ids):
                decision, gone = "same", list(ids)
            case UndoDecision(undo_ids=undo_ids):
                for one in undo_ids or list(self._undo)[-1:]:
                    self.cases |= self._undo.pop(one)
                self._count()
                return CommandResult(True, "taken back", data={"count": 1})
        before = {one: self.cases.pop(one) for one in gone}
        if decision == "later":
            self.cases |= {one: _put_off(case) for one, case in before.items()}
        self._undo[f"act{len(self._undo)}"] = before
        self._count()
        return CommandResult(
            True,
            f"{len(gone)} pairs decided",
            data={"count": len(gone), "undo_ids": (list(self._undo)[-1],)},
        )

    def _count(self) -> None:
        self.picture = replace(
            self.picture,
            number=self.picture.number + 1,
            pairs_to_review=len(self._rows(ReviewRule(kind="pair"))),
            pending_review=len(self._rows(ReviewRule(kind="submission"))),
        )


def _put_off(case: ReviewCase) -> ReviewCase:
    return replace(case, row=replace(case.row, state="later", key=f"1{case.row.item_id}"))


def _passes(row: ReviewRow, rule: ReviewRule) -> bool:
    score = -1.0 if row.score is None else row.score
    return (
        rule.kind in (None, row.kind)
        and rule.state in ("all", row.state)
        and rule.source in (None, *row.sources)
        and rule.city in (None, row.city)
        and (rule.least_score is None or score >= rule.least_score)
        and (rule.most_score is None or 0 <= score <= rule.most_score)
    )
