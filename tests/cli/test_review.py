"""`scenescout review` and the edits of `scenescout events`: what people decide, at the command line."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.cli import event_detail
from scenescout_tui.events.match import Thresholds
from scenescout_tui.imports.lock import EngineLock
from scenescout_tui.store import BatchOptions, Store
from tests.cli.conftest import Answer, Program
from tests.store.samples import event, prepared, run

ASKING = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0))


@pytest.fixture
def asked(database: Path) -> Path:
    """Two pairs of events that may be one, and a submission that waits."""
    with Store(str(database)) as store:
        for number, title in ((1, "Programm 1"), (2, "Programm 2 [@click=x]Zusatz")):
            run(store, [prepared(event(number, capacity=80, title=f"Kammerorchester {title}"))], ASKING)
            run(store, [prepared(event(number, "yelp", title=f"Kammerorchester {title}"))], ASKING)
        run(store, [prepared(event(5, "manual"))])
        assert store.counts().review == 2
    return database


@pytest.fixture
def review(verb: Program, asked: Path) -> Any:
    """`scenescout review …` on that database."""

    def call(*words: str) -> Answer:
        return verb("review", *words, "--database", asked)

    return call


def ids(review: Any) -> list[str]:
    return [pair["id"] for pair in review("--json").json["pairs"]]


def test_pairs_and_submissions_are_listed_with_the_way_to_decide_them(review: Any) -> None:
    answer = review()
    assert answer.status == 0
    assert answer.out.count("\n") == 1 + 3 + 2
    assert "[@click=x]" in answer.out
    assert "same, different or later" in answer.out
    assert "approve" in answer.out
    found = review("list", "--json").json
    assert (found["count"], len(found["pairs"]), len(found["pending"])) == (3, 2, 1)
    pair = found["pairs"][0]
    assert {pair["event"]["sources"][0], pair["other"]["sources"][0]} == {"eventbrite", "yelp"}
    assert review("--kind", "submission", "--json").json["pairs"] == []
    assert review("--city", "Bonn").out == "Nothing matches these filters.\n"
    assert "the first 1 of 3" in review("--limit", "1").out


@pytest.mark.usefixtures("_eighty")
def test_both_sides_fit_into_80_columns_and_what_differs_is_marked_without_colour(review: Any) -> None:
    first = ids(review)[1]
    out = review("show", first[-6:]).out
    assert all(len(line) <= 80 for line in out.splitlines())
    marked = [line for line in out.splitlines() if line.startswith("≠")]
    assert [line.split()[1] for line in marked] == ["url"]
    assert "[@click=x]" in out
    assert "\x1b" not in out
    detail = review("show", first, "--json").json["item"]
    assert {row["field"]: row["differs"] for row in detail["differences"]}["title"] is False
    assert [record["source"] for record in detail["records"] + detail["otherRecords"]] == [
        "yelp",
        "eventbrite",
    ]


@pytest.fixture
def _eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_submission_is_shown_and_approved_by_its_own_id(review: Any) -> None:
    (waiting,) = review("--json").json["pending"]
    shown = review("show", waiting["recordId"][-6:])
    assert "Kammerorchester Programm 5" in shown.out
    refused = review("same", waiting["recordId"])
    assert refused.status == 2
    assert "review approve" in refused.err
    said = review("approve", waiting["recordId"][-6:], "--json").json
    assert (said["success"], said["count"], len(said["decisionIds"])) == (True, 1, 1)
    assert review("--json").json["pending"] == []
    assert review("undo", said["undoId"][-6:]).out.startswith("Taken back 1 decision: approved: ")
    assert review("--json").json["pending"] == [waiting]
    refused = review("refuse", waiting["eventId"], "--reason", "spam")
    assert refused.out.startswith("Refused 1 submission. Take it back with: scenescout review undo ")
    assert review(*refused.out.split()[-3:][1:]).status == 0
    assert review("--json").json["pending"] == [waiting]


def test_one_of_two_submissions_of_an_event_is_refused_by_its_own_id(review: Any, asked: Path) -> None:
    (good,) = review("--json").json["pending"]
    with Store(str(asked)) as store:
        run(store, [prepared(event(5, "manual", external_id="spam"))])
        store.merge_events([one.event_id for one in store.pending()], who="ada")
    spam = next(one for one in review("--json").json["pending"] if one["recordId"] != good["recordId"])
    assert spam["eventId"] == good["eventId"]
    refused = review("refuse", spam["recordId"], "--reason", "spam", "--json").json
    assert refused["count"] == 1
    assert [one["recordId"] for one in review("--json").json["pending"]] == [good["recordId"]]
    assert review("approve", "--all", "--json").json["count"] == 1
    assert review("approve", "--all").out == "Nothing waits for approval.\n"


def test_a_pair_is_decided_and_taken_back(review: Any, verb: Program, asked: Path) -> None:
    first, second = ids(review)
    said = review("same", first[-6:], "--reason", "one concert")
    assert said.status == 0
    assert said.out.startswith("1 pair: same. Take it back with: scenescout review undo ")
    assert ids(review) == [second]
    answer = review("different", second, "--json").json
    assert (answer["count"], answer["skipped"]) == (1, [])
    assert ids(review) == []
    again = review("same", second)
    assert again.out.splitlines()[-1] == "Nothing was decided."
    assert "decided already: different" in again.out
    newest, oldest = review("decisions", "--json").json["decisions"]
    assert (newest["id"], newest["kind"], oldest["reason"]) == (answer["undoId"], "different", "one concert")
    listed = review("decisions").out
    assert "one event: " in listed
    assert "two events: " in listed
    assert review("undo").out.startswith("Taken back 1 decision: two events: ")
    assert review("undo", first[-6:], "--json").json["count"] == 1
    assert ids(review) == [first, second]
    assert review("undo").out == "There is nothing to take back.\n"
    assert review("undo", "zzzzzz").status == 2
    events = verb("events", "--json", "--database", asked).json["events"]
    assert len(events) == 5


def test_what_is_put_off_is_listed_behind(review: Any) -> None:
    first, second = ids(review)
    review("later", first)
    out = review().out
    assert "1 pair put off" in out
    assert [pair["id"] for pair in review("--state", "all", "--json").json["pairs"]] == [second, first]
    assert [pair["state"] for pair in review("--state", "later", "--json").json["pairs"]] == ["later"]


def test_many_are_decided_by_a_rule_after_their_number_was_said(review: Any) -> None:
    assert review("same").status == 2
    assert review("same", "x", "--source", "yelp").status == 2
    rehearsed = review("same", "--source", "yelp", "--dry-run")
    assert rehearsed.out.splitlines()[-1] == "2 pairs would be decided."
    assert len(ids(review)) == 2
    unasked = review("same", "--source", "yelp")
    assert unasked.status == 2
    assert "2 pairs would be decided: same" in unasked.err
    assert "--yes" in unasked.err
    assert len(ids(review)) == 2
    assert review("different", "--most-score", "10", "--yes", "--json").json["count"] == 0
    answer = review("same", "--least-score", "60", "--yes", "--json").json
    assert (answer["count"], len(answer["decisionIds"])) == (2, 2)
    assert ids(review) == []
    assert review("undo", answer["undoId"], "--json").json["count"] == 2
    assert len(ids(review)) == 2
    assert review("later", "--all", "--yes").out.startswith("2 pairs: later.")


def test_events_are_merged_and_split_by_hand(review: Any, verb: Program, asked: Path) -> None:
    rows = verb("events", "--json", "--database", asked).json["events"]
    first, second = rows[0]["id"], rows[-1]["id"]
    assert review("merge", first).status == 2
    merged = review("merge", first[-6:], second, "--reason", "both are one", "--json").json
    assert merged["count"] == 1
    shown = [verb("events", one, "--json", "--database", asked).json for one in (first, second)]
    joint = max(shown, key=lambda one: len(one["records"]))
    assert len(joint["records"]) == 2
    record = joint["links"][0]["record_id"]
    answer = review("split", record[-6:], "--json").json
    assert answer["recordId"] == record
    alone = verb("events", answer["eventId"], "--json", "--database", asked).json
    assert [one["id"] for one in alone["records"]] == [record]
    refused = review("undo", merged["undoId"])
    assert refused.status == 2
    assert "moved to other events" in refused.err
    assert review("undo").status == 0
    assert review("undo", merged["undoId"]).status == 0


def test_an_automatic_link_is_taken_back_by_its_id(review: Any, asked: Path) -> None:
    with Store(str(asked)) as store:
        run(store, [prepared(event(9)), prepared(event(9, "ics"), 1)])
    (link,) = review("decisions", "--automatic", "--json").json["decisions"]
    assert link["kind"] == "matcher"
    assert review("undo", link["id"][-6:]).out.startswith("Taken back 1 decision: a record taken out of ")
    assert review("decisions", "--automatic").out == "There is nothing to take back.\n"


def test_fields_are_edited_shown_and_given_back(verb: Program, asked: Path) -> None:
    at = ("--database", asked)
    row = verb("events", "--json", *at).json["events"][0]
    edited = verb("events", "edit", row["id"][-6:], "title=Late=Show", "capacity=", "--json", *at).json
    assert (edited["event"]["title"], edited["event"]["capacity"]) == ("Late=Show", None)
    assert edited["event"]["field_sources"]["title"] == "edit"
    shown = verb("events", row["id"], *at).out
    assert re.search(r"^  title +Late=Show  \(edited\)$", shown, re.MULTILINE)
    assert re.search(r"^  capacity +emptied  \(by ", shown, re.MULTILINE)
    assert "{" not in shown
    whole = verb("events", "show", row["id"], "--json", *at).json
    assert [(edit["field"], edit["value"]) for edit in whole["edits"]] == [
        ("capacity", None),
        ("title", "Late=Show"),
    ]
    wrong = verb("events", "edit", row["id"], "latitude=north", *at)
    assert wrong.status == 2
    assert "latitude" in wrong.err
    assert "Write -90 to 90" in wrong.err
    assert verb("events", "edit", row["id"], "title", *at).status == 2
    assert verb("events", "revert", row["id"], "title", *at).status == 0
    assert verb("events", "revert", row["id"], "title", *at).status == 2
    assert verb("events", "revert", row["id"], *at).status == 0
    after = verb("events", row["id"], "--json", *at).json
    assert (after["event"]["title"], after["edits"]) == (row["title"], [])


def test_an_event_is_shown_with_the_record_of_every_field_and_link(verb: Program, database: Path) -> None:
    with Store(str(database)) as store:
        run(store, [prepared(event(1)), prepared(event(1, "yelp", capacity=80), 1)])
        (row,) = store.events()
        first, second = (one.id[-6:] for one in store.event(row.id).records)
        (link,) = store.recent_decisions(automatic=True)
    shown = verb("events", row.id, "--database", database).out
    assert re.search(rf"^  title +Kammerorchester Programm 1  \(eventbrite {first}\)$", shown, re.MULTILINE)
    assert re.search(rf"^  capacity +80  \(yelp {second}\)$", shown, re.MULTILINE)
    linked = rf"^  {second}  linked by matcher .*undo: (scenescout review undo {link.id[-6:]})\)$"
    found = re.search(linked, shown, re.MULTILINE)
    assert found is not None
    # The command that the line names works.
    assert verb(*found[1].split()[1:], "--database", database).out.startswith("Taken back 1 decision")


def test_on_a_terminal_an_event_is_coloured_and_its_text_is_not_obeyed(
    verb: Program, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(str(database)) as store:
        run(store, [prepared(event(1, title="Late [@click=x]Show[/red]\x1b[2J"))])
        (row,) = store.events()
    monkeypatch.setattr(event_detail, "is_terminal", lambda stream: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    shown = verb("events", row.id, "--database", database).out
    assert "\x1b[36m" in shown
    assert "\x1b[2J" not in shown
    assert "[@click=x]Show[/red]" in shown
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 60 for line in shown.splitlines())


def test_an_edit_says_what_else_it_changed(verb: Program, database: Path) -> None:
    ends = event(1).starts_at + timedelta(hours=2)
    with Store(str(database)) as store:
        run(
            store,
            [
                prepared(
                    event(
                        1,
                        price_min=1250,
                        price_max=2000,
                        currency="EUR",
                        ends_at=ends,
                        end_local=(ends + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S"),
                    )
                )
            ],
        )
        (row,) = store.events()
    at = ("--database", database)
    assert row.end_local is not None
    said = verb("events", "edit", row.id, "start_local=2027-05-01T20:00", *at)
    assert said.out.startswith(
        "  end_local was dropped, it does not go with that: it was 2027-03-02T22:00:00"
    )
    assert "price" not in said.out
    said = verb("events", "edit", row.id, "price_min=3000", "--json", *at)
    assert said.json["alsoChanged"] == ["price_max"]
    assert verb("events", "edit", row.id, "title=Other", "--json", *at).json["alsoChanged"] == []


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("review", "show", "zzzzzz"), "review --state all"),
        (("review", "same", "zzzzzz"), "review --state all"),
        (("review", "approve", "zzzzzz"), "review --kind submission"),
        (("review", "undo", "zzzzzz"), "review decisions"),
        (("events", "zzzzzz"), "events"),
        (("venues", "show", "zzzzzz"), "venues"),
        (("runs", "zzzzzz"), "runs"),
    ],
)
def test_what_is_not_there_names_the_verb_that_lists_what_is(
    verb: Program, asked: Path, words: tuple[str, ...], advice: str
) -> None:
    answer = verb(*words, "--json", "--database", asked)
    assert answer.status == 2
    assert f"with: scenescout {advice}" in answer.json["error"]["action"]
    assert verb(*advice.split(), "--database", asked).status == 0


def test_a_rule_that_no_pair_fits_decides_nothing_and_says_so(review: Any) -> None:
    said = review("same", "--least-score", "100", "--source", "ics")
    assert (said.status, said.out) == (0, "No pair is like that; nothing was decided.\n")
    assert review("same", "--source", "ics", "--json").json["count"] == 0
    assert review("same", "--source", "ics", "--dry-run").out == "0 pairs would be decided.\n"


def test_the_only_record_of_an_event_is_not_split_off(verb: Program, review: Any, asked: Path) -> None:
    at = ("--database", asked)
    rows = verb("events", "--json", *at).json["events"]
    (record,) = verb("events", rows[0]["id"], "--json", *at).json["records"]
    answer = review("split", record["id"])
    assert answer.status == 2
    assert "the only record of event" in answer.err
    assert f"scenescout review split {record['id'][-6:]} --into EVENT" in answer.err
    assert review("split", record["id"][-6:], "--into", rows[1]["id"]).status == 0


def test_events_are_listed_and_exported_by_a_quality_code(
    verb: Program, database: Path, tmp_path: Path
) -> None:
    with Store(str(database)) as store:
        run(store, [prepared(event(1, quality=("TZ_ASSUMED",))), prepared(event(2), 1)])
    at = ("--database", database)
    (row,) = verb("events", "--quality", "tz_assumed", "--json", *at).json["events"]
    assert row["quality"] == ["TZ_ASSUMED"]
    target = tmp_path / "odd.json"
    written = verb("export", "--quality", "TZ_ASSUMED", "--output", target, "--json", *at)
    assert written.json["count"] == 1
    wrong = verb("events", "--quality", "TZ_ASUMED", *at)
    assert wrong.status == 2
    assert "TZ_ASSUMED" in wrong.err


def test_decisions_are_made_beside_a_running_engine(review: Any, asked: Path) -> None:
    lock = EngineLock(asked)
    assert lock.acquire()
    try:
        assert review("same", ids(review)[0]).status == 0
        assert review("undo").status == 0
    finally:
        lock.release()
