"""Content that may be kept for a limited time: gone everywhere in time, and back when it comes again."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from scenescout_tui.events.match import Thresholds
from scenescout_tui.events.model import Organizer, Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.store import (
    BatchOptions,
    BatchPlan,
    Blanked,
    EventFilters,
    EventRow,
    StaleDigestsError,
    Store,
    retention,
)
from scenescout_tui.store.rows import WITHHELD
from scenescout_tui.store.schema import metadata
from tests.store.clock import Clock
from tests.store.databases import on_sqlite
from tests.store.samples import broken, changed, event, prepared, run, run_batches

DAY = 24 * 3600.0
LIMITED = BatchOptions(retention={"yelp": DAY})
CANARY_HALL = Venue(
    name="Canaryhall",
    display="Canarydisplay",
    address1="Canarystreet 1",
    city="Canarytown",
    latitude=12.34567,
    longitude=23.45678,
    external_id="88",
)


def yelp(number: int = 1, **changes: Any) -> PreparedRecord:
    """A record whose every text holds a canary."""
    values: dict[str, Any] = {
        "title": f"Canarytitle {number}",
        "summary": "Canarysummary",
        "description_text": "Canarydescription " * 400,
        "description_html": "<p>Canaryhtml</p>",
        "venue": CANARY_HALL,
        "organizer": Organizer(name="Canaryorganizer", url="https://canaryorganizer.example"),
        "tags": ("canarytag",),
        "category_raw": ("canarycategory",),
        "tickets_url": "https://tickets.example/canarytickets",
        "image_url": "https://tickets.example/canaryimage",
        "url": f"https://yelp.example/events/{number}",
    }
    return prepared(event(number, "yelp", **(values | changes)))


def canaries(store: Store) -> list[str]:
    """Everything in the files of the database, or in the rows of a server, that once was content."""
    if store.path is None:
        return [row for name in metadata.tables for row in canary_rows(store, name)]
    found = []
    for file in (store.path, Path(f"{store.path}-wal")):
        data = file.read_bytes().lower() if file.exists() else b""
        at = data.find(b"canary")
        while at >= 0:
            found.append(f"{file.name} {data[at : at + 24]!r}")
            at = data.find(b"canary", at + 1)
    return found


def canary_rows(store: Store, name: str) -> list[str]:
    """Every canary in the rows of a table, bytes read as text."""
    hidden = b"canary".hex()
    rows = [row[0].lower().replace(hidden, "canary") for row in table(store, f"SELECT t::text FROM {name} t")]
    return [f"{name} {part[:18]!r}" for row in rows for part in row.split("canary")[1:]]


def expired(store: Store) -> tuple[EventRow, ...]:
    return store.events(EventFilters(status="expired"))


def table(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store._database.reading("test") as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def later(timed: Store, clock: Clock) -> Store:
    """A store with one record of Yelp, a day and an hour later."""
    run(timed, [yelp()], LIMITED)
    clock.move(hours=25)
    return timed


# Until when


@pytest.mark.parametrize("how", ["known", "same", "other bytes", "changed"])
def test_whatever_comes_again_may_be_kept_so_much_longer(timed: Store, clock: Clock, how: str) -> None:
    record = yelp()
    assert record.event is not None
    run(timed, [record], LIMITED)
    first = timed.next_expiry()
    assert first is not None
    assert abs(first - clock.now - timedelta(days=1)) < timedelta(seconds=1)
    clock.move(hours=20)
    again: Any = record
    if how == "known":
        again = timed.known_digests("yelp", [record.digest])[record.digest].at(0)
    elif how == "other bytes":
        again = prepared(record.event, raw=record.raw + b" ")
    elif how == "changed":
        again = changed(record, capacity=9)
    run(timed, [again], LIMITED)
    (row,) = timed.events()
    until = timed.event(row.id).records[0].retention_until
    assert until is not None
    assert until >= clock.now + timedelta(days=1, seconds=-1)
    clock.move(hours=23)
    assert timed.blank_expired() == Blanked()


def test_a_duplicate_and_a_doubtful_pair_are_limited_too(timed: Store) -> None:
    run(timed, [prepared(event(1)), prepared(event(2))])
    assert run(timed, [prepared(event(1, "yelp"))], LIMITED) == ["duplicate"]
    review = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0), retention={"yelp": DAY})
    assert run(timed, [prepared(event(2, "yelp"))], review) == ["review"]
    limited = table(timed, "SELECT source FROM source_records WHERE retention_until IS NOT NULL")
    assert limited == [("yelp",), ("yelp",)]


def test_other_sources_are_kept_for_good(timed: Store, clock: Clock) -> None:
    run(timed, [prepared(event(1)), broken(2)], LIMITED)
    assert timed.next_expiry() is None
    clock.move(days=4_000)
    assert timed.blank_expired() == Blanked()
    assert timed.events()[0].description_text == "Ein Abend mit Werk 1."


# Gone


def test_nothing_of_expired_content_is_in_the_files(timed: Store, clock: Clock) -> None:
    run(timed, [prepared(event(number), number) for number in range(40)])
    records = [yelp(number) for number in range(30)]
    run(timed, records, LIMITED)
    # Replaced content is content too.
    run(
        timed,
        [changed(record, summary="Canaryshort", description_text=None) for record in records[:9]],
        LIMITED,
    )
    # The same concerts from there and from elsewhere: linked, and doubtful.
    ours = Venue(name="Gruenspan", city="Hamburg", latitude=53.55, longitude=9.96)
    run(timed, [prepared(event(50, title="Orgelkonzert Saal 3", venue=ours))])
    run(
        timed,
        [yelp(50, title="Orgelkonzert Saal 3", venue=msgspec.structs.replace(ours, name="Canaryhall"))],
        LIMITED,
    )
    failed = [
        broken(1, "title: canarymessage is none", b"canarypayload " * 900),
        broken(2, "canaryerror", b"canary"),
    ]
    run(timed, [msgspec.structs.replace(one, source="yelp") for one in failed], LIMITED)
    page_run = timed.begin_run("yelp", who="test")
    timed.keep_page(
        "yelp",
        "/events?offset=0",
        run_id=page_run,
        salt="",
        body=bytes(range(256)) * 100,
        etag="canaryetag",
        last_modified="canarymodified",
        fetched_at=clock.now,
        retention_until=clock.now + timedelta(hours=24),
    )
    assert len(canaries(timed)) > 500
    clock.move(hours=25)
    assert timed.blank_expired() == Blanked(records=31, dead_letters=2, pages=1)
    assert canaries(timed) == []
    assert timed.next_expiry() is None
    assert timed.count_events() == timed.counts().events == 41


def test_a_blanked_event_keeps_its_ids_its_address_and_its_links(later: Store, clock: Clock) -> None:
    (before,) = later.events()
    (kept,) = later.event(before.id).records
    assert later.blank_expired() == Blanked(records=1)
    (row,) = expired(later)
    assert (row.id, row.url, row.created_at) == (before.id, before.url, before.created_at)
    assert (row.status, row.sources, row.record_count) == ("expired", ("yelp",), 1)
    gone = (row.title, row.summary, row.venue_name, row.city, row.latitude, row.description_text, row.ends_at)
    assert gone == ("", None, None, None, None, None, None)
    assert row.field_sources == {}
    detail = later.event(row.id)
    assert detail.event == row
    (record,) = detail.records
    assert (record.external_id, record.content_hash) == (kept.external_id, kept.content_hash)
    assert (record.event, record.retention_until, record.state) == (None, None, "active")
    assert record.blanked_at is not None
    assert abs(record.blanked_at - clock.now) < timedelta(seconds=1)


def test_an_expired_event_is_in_no_list_count_or_export(later: Store, clock: Clock) -> None:
    run(later, [prepared(event(1, title="Ganz etwas anderes", venue=Venue(name="x", city="y")))])
    assert later.counts().events == 2
    later.blank_expired()
    assert [row.sources for row in later.events()] == [("eventbrite",)]
    assert [row.sources for row in later.iter_events()] == [("eventbrite",)]
    assert later.count_events() == later.counts().events == 1
    assert later.events(EventFilters(source="yelp")) == ()
    assert later.count_events(EventFilters(status="expired")) == len(expired(later)) == 1
    assert later.expired_counts() == {"yelp": 1}
    assert later.counts().records == {"eventbrite": 1, "yelp": 1}


def test_events_of_any_time_are_listed_beside_expired_ones(later: Store) -> None:
    long_ago = [event(number, starts_at=event().starts_at.replace(year=1969 + number)) for number in range(3)]
    epoch = event(9, starts_at=event().starts_at.replace(1970, 1, 1, 0, 0, 0))
    run(later, [prepared(one, number) for number, one in enumerate([*long_ago, epoch])])
    later.blank_expired()
    assert later.count_events() == later.counts().events == len(later.events()) == 4


def test_an_event_goes_on_with_what_its_other_sources_say(timed: Store, clock: Clock) -> None:
    run(timed, [prepared(event(1, description_text=None, capacity=50))])
    run(timed, [prepared(event(1, "yelp", summary="Canarysummary"))], LIMITED)
    (before,) = timed.events()
    assert (before.summary, before.description_text) == ("Canarysummary", "Ein Abend mit Werk 1.")
    clock.move(hours=25)
    timed.blank_expired()
    (after,) = timed.events()
    ours, theirs = timed.event(after.id).records
    assert (after.summary, after.description_text, after.capacity) == (None, None, 50)
    assert set(after.field_sources.values()) == {ours.id}
    assert (after.status, after.record_count, after.sources) == ("scheduled", 2, ("eventbrite", "yelp"))
    assert theirs.event is None
    (link,) = timed.event(after.id).links
    assert (link.record_id, link.decided_by, link.evidence) == (theirs.id, "matcher", "")
    assert timed.expired_counts() == {"yelp": 1}
    # It is found where it was, by what is left.
    assert run(timed, [prepared(event(1, "ics"))]) == ["duplicate"]


def test_an_event_that_lost_its_record_to_another_forgets_it_too(timed: Store, clock: Clock) -> None:
    run(timed, [prepared(event(1)), yelp(2)], LIMITED)
    first, second = timed.events()
    record = timed.event(second.id).records[0]
    timed.move_record(record.id, first.id, "the same", who="ada")
    assert timed.event(second.id).event.title == "Canarytitle 2"
    clock.move(hours=25)
    timed.blank_expired()
    emptied = timed.event(second.id)
    assert (emptied.event.title, emptied.event.merged_into, emptied.records) == ("", first.id, ())
    assert [row.id for row in timed.events()] == [first.id]
    assert expired(timed) == ()
    assert canaries(timed) == []
    # What a person wrote is theirs.
    assert timed.event(first.id).links[-1].evidence == "the same"


def test_the_evidence_of_a_doubtful_pair_goes_with_either_side(timed: Store, clock: Clock) -> None:
    review = BatchOptions(thresholds=Thresholds(link=101.0, review=50.0), retention={"yelp": DAY})
    for one in (event(1), event(1, "yelp"), event(2, "yelp"), event(2)):
        run(timed, [prepared(one)], review)
    assert all(pair.evidence for pair in timed.review_pairs())
    clock.move(hours=25)
    timed.blank_expired()
    assert [pair.evidence for pair in timed.review_pairs()] == ["", ""]


def test_a_missing_record_expires_as_well(timed: Store, clock: Clock) -> None:
    for number in (2, 1):
        run_id, _ = run_batches(timed, [[yelp(one) for one in range(number)]], LIMITED, scope="yelp city")
    assert timed.reconcile(run_id, guard=1.0).missing == 1
    clock.move(hours=25)
    timed.blank_expired()
    rows = expired(timed)
    assert sorted(timed.event(row.id).records[0].state for row in rows) == ["active", "missing"]
    # It is listed again, but with nothing that may be shown.
    assert run(timed, [yelp(1)], LIMITED) == ["updated"]
    assert [row.status for row in timed.events()] == ["scheduled"]


def test_much_is_blanked_in_steps(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(number) for number in range(7)], LIMITED)
    clock.move(hours=25)
    done = [timed.blank_expired(limit=3) for _ in range(4)]
    assert [(one.records, one.more) for one in done] == [(3, True), (3, True), (1, False), (0, False)]
    assert canaries(timed) == []
    assert timed.expired_counts() == {"yelp": 7}


def test_only_what_is_due_is_blanked(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(1)], LIMITED)
    clock.move(hours=12)
    run(timed, [yelp(2)], LIMITED)
    assert timed.blank_expired(clock.now + timedelta(hours=13)).records == 1
    assert [row.title for row in timed.events()] == ["Canarytitle 2"]
    assert timed.next_expiry() == timed.event(timed.events()[0].id).records[0].retention_until


def test_outcomes_keep_no_texts_of_limited_content(timed: Store) -> None:
    run(timed, [prepared(event(1))])
    letter = msgspec.structs.replace(broken(2, "canarymessage"), source="yelp")
    run_id, (batch,) = run_batches(timed, [[prepared(event(1, "yelp")), letter, broken(3)]], LIMITED)
    assert batch.outcomes[0].reason
    assert batch.outcomes[1].message == "canarymessage"
    kept = timed.outcomes(run_id)
    assert [one.outcome for one in kept] == ["duplicate", "failed", "failed"]
    assert [(one.reason, one.message) for one in kept] == [
        (None, None),
        (None, WITHHELD),
        (None, "title: missing"),
    ]


@on_sqlite
def test_a_reader_that_holds_the_log_back_delays_the_end_and_nothing_else(later: Store) -> None:
    """Fault: an export that reads while content expires."""
    run(later, [prepared(event(7))])
    with Store(str(later.path), read_only=True) as reader, reader._database.reading("test") as snapshot:
        before = snapshot.execute(text("SELECT title FROM events ORDER BY title")).all()
        assert later.blank_expired() == Blanked(records=1)
        assert snapshot.execute(text("SELECT title FROM events ORDER BY title")).all() == before
        assert later.next_expiry() is not None
        assert later.blank_expired() == Blanked()
    due = later.next_expiry()
    assert due is not None
    assert later.blank_expired() == Blanked()
    assert canaries(later) == []
    assert later.next_expiry() is None


def test_writers_go_on_while_content_is_blanked(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(number) for number in range(300)], LIMITED)
    clock.move(hours=25)
    failures: list[BaseException] = []

    def blank() -> None:
        try:
            while timed.blank_expired(limit=50).more:
                pass
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=blank)
    thread.start()
    for number in range(10):
        run(timed, [prepared(event(number))])
    thread.join()
    assert failures == []
    assert timed.count_events() == timed.counts().events == 10
    assert timed.expired_counts() == {"yelp": 300}


def test_an_event_is_not_missing_while_a_record_lists_it_that_may_not_be_shown(
    timed: Store, clock: Clock
) -> None:
    run_batches(timed, [[prepared(event(1))]], scope="eventbrite organizer=1")
    run(timed, [prepared(event(1, "yelp"))], LIMITED)
    clock.move(hours=25)
    timed.blank_expired()
    run_id, _ = run_batches(timed, [[]], scope="eventbrite organizer=1")
    assert timed.reconcile(run_id, guard=1.0).missing == 1
    assert [row.status for row in timed.events()] == ["scheduled"]


# Dead letters


def failed_yelp(store: Store, **changes: Any) -> PreparedRecord:
    letter = msgspec.structs.replace(
        broken(1, "start: 'canary' is no date", b"canary"), source="yelp", **changes
    )
    run(store, [letter], LIMITED)
    return letter


def test_a_blanked_dead_letter_stays_without_its_bytes_and_texts(timed: Store, clock: Clock) -> None:
    letter = failed_yelp(timed)
    clock.move(hours=25)
    assert timed.blank_expired() == Blanked(dead_letters=1)
    (listed,) = timed.dead_letters()
    assert (listed.blanked, listed.external_id, listed.state) == (True, letter.external_id, "open")
    whole = timed.dead_letter(listed.id)
    assert (whole.payload, whole.message, whole.field) == (None, WITHHELD, None)
    (error,) = timed.errors()
    assert (error.message, error.field, error.code) == (WITHHELD, None, "VALIDATION_ERROR")
    (group,) = timed.error_groups()
    assert (group.message, group.sample, group.open) == (WITHHELD, "", 1)
    assert (timed.counts().dead_letters, timed.counts().errors_open) == (1, 1)


def test_a_group_whose_newest_error_may_be_kept_goes_on_saying_what_it_is(timed: Store, clock: Clock) -> None:
    failed_yelp(timed)
    clock.move(hours=20)
    failed_yelp(timed, digest=b"other bytes", external_id="other")
    clock.move(hours=5)
    assert timed.blank_expired().dead_letters == 1
    (group,) = timed.error_groups()
    assert (group.message, group.total) == ("start: <value> is no date", 2)
    assert sorted(one.blanked for one in timed.dead_letters()) == [False, True]


@pytest.mark.parametrize("cleared", [False, True])
def test_bytes_that_fail_again_make_their_dead_letter_whole(
    timed: Store, clock: Clock, cleared: bool
) -> None:
    failed_yelp(timed)
    clock.move(hours=25)
    timed.blank_expired()
    if cleared:
        timed.clear_errors(who="ada")
    failed_yelp(timed)
    (listed,) = timed.dead_letters()
    whole = timed.dead_letter(listed.id)
    assert (whole.payload, whole.message, whole.field) == (b"canary", "start: 'canary' is no date", "title")
    (error,) = timed.errors()
    assert error.message == "start: 'canary' is no date"
    assert timed.error_groups()[0].message == "start: <value> is no date"
    assert timed.next_expiry() is not None


def test_a_new_error_of_a_blanked_group_says_again_what_it_is(timed: Store, clock: Clock) -> None:
    failed_yelp(timed)
    clock.move(hours=25)
    timed.blank_expired()
    failed_yelp(timed, digest=b"other bytes", external_id="other")
    (group,) = timed.error_groups()
    assert (group.message, group.sample) == ("start: <value> is no date", "events.ndjson record 2")


# Back


def test_a_blanked_record_that_comes_again_is_whole_again(later: Store) -> None:
    (before,) = later.events()
    later.blank_expired()
    assert later.known_digests("yelp", [yelp().digest]) == {}
    assert run(later, [yelp()], LIMITED) == ["updated"]
    (after,) = later.events()
    assert after.id == before.id
    assert (after.title, after.city, after.description_text) == (
        before.title,
        before.city,
        before.description_text,
    )
    assert (after.status, after.starts_at) == ("scheduled", before.starts_at)
    (record,) = later.event(after.id).records
    assert (record.event, record.blanked_at) == (yelp().event, None)
    assert record.retention_until is not None
    assert later.counts().events == later.count_events() == 1
    assert later.expired_counts() == {}
    assert run(later, [yelp()], LIMITED) == ["unchanged"]
    # And is found as before.
    assert record.event is not None
    assert run(later, [prepared(msgspec.structs.replace(record.event, source="ics"))]) == ["duplicate"]


def test_two_records_of_one_expired_event_bring_it_back_once(timed: Store, clock: Clock) -> None:
    both = BatchOptions(retention={"yelp": DAY, "ics": DAY})
    records = [
        yelp(),
        prepared(msgspec.structs.replace(event(1, "ics"), title="Canarytitle 1", venue=CANARY_HALL), 1),
    ]
    assert run(timed, records, both) == ["created", "duplicate"]
    clock.move(hours=25)
    timed.blank_expired()
    assert timed.counts().events == timed.count_events() == 0
    assert run(timed, records, both) == ["updated", "updated"]
    assert timed.counts().events == timed.count_events() == 1
    assert timed.expired_counts() == {}


def test_bytes_known_before_they_were_blanked_are_read_anew(later: Store) -> None:
    """Fault: content expires between the look for known bytes and the commit."""
    known = later.known_digests("yelp", [yelp().digest])[yelp().digest].at(0)
    later.blank_expired()
    run_id = later.begin_run("yelp", who="test")
    later.accept_page(run_id, [BatchPlan(0, 1)])
    with pytest.raises(StaleDigestsError):
        later.commit_batch(run_id, 0, [known], LIMITED)


def test_what_expires_is_named_for_a_refresh_the_most_urgent_first(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(1, source_account="a")], LIMITED)
    clock.move(hours=2)
    run(timed, [yelp(2)], LIMITED)
    clock.move(hours=22.5)
    timed.blank_expired()
    assert timed.expired_ids("yelp") == (("a", "yelp-1"),)
    assert timed.expired_ids("yelp", within=timedelta(hours=2)) == (("", "yelp-2"), ("a", "yelp-1"))
    assert timed.expired_ids("yelp", 1, within=timedelta(hours=2)) == (("", "yelp-2"),)
    assert timed.expired_ids("eventbrite", within=timedelta(days=9)) == ()
    clock.move(hours=9)
    timed.blank_expired()
    assert timed.expired_ids("yelp") == (("", "yelp-2"), ("a", "yelp-1"))
    run(timed, [yelp(2)], LIMITED)
    assert timed.expired_ids("yelp") == (("a", "yelp-1"),)


@on_sqlite
def test_what_is_due_is_found_without_looking_at_the_rest(timed: Store) -> None:
    for query, index in (
        (retention._DUE_RECORDS, "ix_source_records_retention"),
        (retention._EXPIRING, "ix_source_records_retention"),
        (retention._BLANKED, "ix_source_records_blanked"),
        (retention._DUE_LETTERS, "ix_dead_letters_retention"),
    ):
        with timed._database.reading("test") as connection:
            values = ("x",) * query.count("?")
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
        assert index in plan[0]
        assert not any("SCAN" in step or "TEMP" in step for step in plan)


def test_nobody_fetches_again_what_is_over_or_no_longer_listed(timed: Store, clock: Clock) -> None:
    over = yelp(1, starts_at=clock.now + timedelta(hours=30))
    lasting = yelp(2, starts_at=clock.now + timedelta(hours=30), ends_at=clock.now + timedelta(days=9))
    run(timed, [over, lasting], LIMITED)
    clock.move(hours=48)
    assert timed.expired_ids("yelp") == (("", "yelp-2"),)
    timed.blank_expired()
    assert timed.expired_ids("yelp") == (("", "yelp-2"),)
    assert timed.expired_counts() == {"yelp": 2}


def test_venues_are_kept_no_longer_than_the_rest(timed: Store, clock: Clock) -> None:
    run(timed, [yelp(), prepared(event(2))], LIMITED)
    clock.move(hours=20)
    run(timed, [yelp(3)], LIMITED)
    clock.move(hours=5)
    timed.blank_expired()
    assert timed.known_venue("yelp", "", "88") == CANARY_HALL
    clock.move(hours=20)
    timed.blank_expired()
    assert timed.known_venue("yelp", "", "88") is None
    assert timed.known_venue("eventbrite", "", "77") is not None
