"""What doors ask and say about what waits for a person: over the engine, and beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.events.match import Thresholds
from scenescout_tui.imports import review
from scenescout_tui.imports.local import LocalEngineHandle
from scenescout_tui.imports.review_commands import (
    ApproveSubmissions,
    CountReview,
    DecideReview,
    DecideReviewByRule,
    GetReviewItem,
    ListReview,
    RefuseSubmissions,
    ReviewCase,
    ReviewQuery,
    ReviewRow,
    ReviewRule,
    UndoDecision,
)
from scenescout_tui.imports.viewer import start_viewer
from scenescout_tui.settings import load_settings
from scenescout_tui.store import BatchOptions, Store
from tests.imports.engines import PATIENCE, engine, tell, until
from tests.store.samples import event, prepared, run

pytestmark = pytest.mark.integration

#: Every likeness is a question.
ASKING = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Three pairs of one concert each, and two submissions."""
    path = tmp_path / "events.db"
    with Store(f"sqlite:///{path}") as store:
        numbers = range(3)
        run(store, [prepared(event(number), number) for number in numbers], ASKING)
        run(store, [prepared(event(number, "yelp"), number) for number in numbers], ASKING)
        run(store, [prepared(event(number, "manual"), number) for number in (10, 11)], ASKING)
    return path


def ask(handle: Any, query: ReviewQuery) -> Any:
    return handle.query(query).result(PATIENCE)


def rows(handle: Any, **rule: Any) -> list[ReviewRow]:
    return list(ask(handle, ListReview(ReviewRule(**rule))))


def waiting(handle: LocalEngineHandle, pairs: int, submissions: int) -> Callable[[], bool]:
    """Return whether the picture says that so many wait."""

    def holds() -> bool:
        seen = handle.snapshot()
        return (seen.pairs_to_review, seen.pending_review) == (pairs, submissions)

    return holds


def test_what_waits_is_listed_oldest_first_counted_and_in_the_picture(database: Path) -> None:
    with engine(database) as handle:
        assert waiting(handle, 3, 2)()
        found = rows(handle)
        assert [row.kind for row in found] == ["pair"] * 3 + ["submission"] * 2
        first = found[0]
        assert (first.title, first.other_title) == ("Kammerorchester Programm 0",) * 2
        assert (first.city, first.starts) == ("Berlin", "2027-03-01T20:00:00")
        assert set(first.sources) == {"eventbrite", "yelp"}
        assert first.evidence
        assert first.score is not None
        assert found[3].score is None
        assert ask(handle, CountReview()) == 5
        assert ask(handle, CountReview(ReviewRule(kind="pair", source="yelp"))) == 3
        assert ask(handle, CountReview(ReviewRule(city="Hamburg"))) == 0
        assert ask(handle, CountReview(ReviewRule(kind="pair", most_score=10.0))) == 0


def test_a_page_goes_on_behind_a_row_that_is_decided(database: Path) -> None:
    with engine(database) as handle:
        first, *others = rows(handle)
        assert tell(handle, DecideReview((first.item_id,), "different")).ok
        behind = ask(handle, ListReview(limit=2, after=first.key))
        assert [row.item_id for row in behind] == [row.item_id for row in others[:2]]


def test_an_item_is_told_field_by_field_with_its_records_and_whole_texts(database: Path) -> None:
    with engine(database) as handle:
        first, *_, submission = rows(handle)
        case: ReviewCase = ask(handle, GetReviewItem(first.item_id))
        fields = {field.name: field for field in case.fields}
        assert not fields["title"].differs
        assert fields["url"].differs
        assert {one.source for one in (*case.first, *case.second)} == {"eventbrite", "yelp"}
        assert case.first_text == case.second_text == "Ein Abend mit Werk 0."
        alone: ReviewCase = ask(handle, GetReviewItem(submission.item_id))
        assert (alone.second, alone.second_text) == ((), "")
        assert not any(field.second or field.differs for field in alone.fields)
        with pytest.raises(SpawnerError) as caught:
            ask(handle, GetReviewItem("nothing-has-this-id"))
        assert caught.value.code == "NOT_FOUND"


def test_same_makes_one_event_of_two_and_is_taken_back(database: Path) -> None:
    with engine(database) as handle:
        first = rows(handle)[0]
        said = tell(handle, DecideReview((first.item_id,), "same"))
        assert (said.ok, said.message, said.data["count"]) == (True, "1 pair made one event", 1)
        until(waiting(handle, 2, 2))
        with Store(f"sqlite:///{database}", read_only=True) as store:
            assert store.counts().events == 7
        assert tell(handle, UndoDecision(said.data["undo_ids"])).ok
        until(waiting(handle, 3, 2))
        assert rows(handle)[0].item_id == first.item_id


def test_later_puts_off_and_without_ids_the_newest_decision_is_taken_back(database: Path) -> None:
    with engine(database) as handle:
        one, two, *_ = rows(handle, kind="pair")
        tell(handle, DecideReview((one.item_id,), "different"))
        tell(handle, DecideReview((two.item_id,), "later"))
        assert [row.item_id for row in rows(handle, state="later")] == [two.item_id]
        assert tell(handle, UndoDecision()).ok
        assert rows(handle, state="later") == []
        assert two.item_id in [row.item_id for row in rows(handle)]
        assert one.item_id not in [row.item_id for row in rows(handle)]


def test_nothing_to_take_back_is_said_and_a_pair_decided_twice_is_refused_in_words(database: Path) -> None:
    with engine(database) as handle:
        nothing = tell(handle, UndoDecision())
        assert (nothing.message, nothing.data["count"]) == ("there is nothing to take back", 0)
        gone = tell(handle, UndoDecision(("nothing-has-this-id",)))
        assert (gone.ok, gone.code) == (False, "NOT_FOUND")
        first = rows(handle)[0]
        tell(handle, DecideReview((first.item_id,), "different"))
        twice = tell(handle, DecideReview((first.item_id,), "same"))
        assert (twice.ok, twice.code) == (False, "NOT_DECIDED")
        assert "decided already" in twice.message
        assert twice.action
        unknown = tell(handle, DecideReview(("nothing-has-this-id",), "same"))
        assert (unknown.ok, unknown.code) == (False, "NOT_FOUND")


def test_a_rule_decides_the_oldest_and_no_more_than_were_counted(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As many transactions and reads as there are pairs.
    monkeypatch.setattr(review, "TOGETHER", 1)
    monkeypatch.setattr(review, "PAGE", 1)
    with engine(database) as handle:
        left = rows(handle, kind="pair")[2]
        said = tell(handle, DecideReviewByRule(ReviewRule(kind="pair", city="Berlin"), "different", most=2))
        assert (said.message, said.data["count"]) == ("2 pairs kept apart", 2)
        assert [row.item_id for row in rows(handle, kind="pair")] == [left.item_id]
        back = tell(handle, UndoDecision(said.data["undo_ids"]))
        assert (back.message, back.data["count"]) == ("2 decisions taken back", 2)
        until(waiting(handle, 3, 2))


def test_a_rule_never_decides_submissions(database: Path) -> None:
    with engine(database) as handle:
        said = tell(handle, DecideReviewByRule(ReviewRule(), "different", most=100))
        assert said.data["count"] == 3
        until(waiting(handle, 0, 2))


def test_submissions_are_approved_and_refused_once(database: Path) -> None:
    with engine(database) as handle:
        one, two = rows(handle, kind="submission")
        assert tell(handle, ApproveSubmissions((one.item_id,))).message == "approved 1 submission"
        assert tell(handle, RefuseSubmissions((two.item_id,), "spam")).message == "refused 1 submission"
        until(waiting(handle, 3, 0))
        again = tell(handle, ApproveSubmissions((one.item_id,)))
        assert (again.ok, again.code) == (False, "NOT_FOUND")
    with Store(f"sqlite:///{database}", read_only=True) as store:
        assert store.event(one.event_id).event.status == "scheduled"
        assert store.event(two.event_id).event.status == "refused"
        assert [entry.detail for entry in store.audit_log() if entry.action == "review.refuse"] == ["spam"]


def test_a_console_without_the_engine_reads_what_waits_and_decides_nothing(database: Path) -> None:
    settings = load_settings({"database_url": f"sqlite:///{database}"})
    viewer = start_viewer(settings, SpawnerError("opened with --read-only", "READ_ONLY"))
    try:
        seen = viewer.snapshot()
        assert (seen.pairs_to_review, seen.pending_review) == (3, 2)
        first = rows(viewer)[0]
        assert ask(viewer, CountReview()) == 5
        assert ask(viewer, GetReviewItem(first.item_id)).row == first
        refused = viewer.send(DecideReview((first.item_id,), "same")).result(PATIENCE)
        assert (refused.ok, refused.code) == (False, "READ_ONLY")
        assert ask(viewer, CountReview()) == 5
    finally:
        viewer.stop()
        assert viewer.join(PATIENCE)
