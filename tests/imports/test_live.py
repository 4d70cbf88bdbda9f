"""Sources asked over HTTP: all pages, limits, parking, resume, old copies, what is gone (DESIGN §1, §4)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scenescout_tui.errors import DatabaseError
from scenescout_tui.imports.commands import CancelRun, ImportOptions, RefreshExpired, ResumeRuns, StartImport
from scenescout_tui.imports.local import LocalEngineHandle, start_engine
from scenescout_tui.imports.report import RunReport
from scenescout_tui.imports.services import scope_of
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import Settings, load_settings
from scenescout_tui.sources.ask import Ask
from scenescout_tui.store import Store
from tests.imports.engines import PATIENCE, report, rows, tell, until


def settings_for(sandbox: SandboxServer, database: str, **flags: Any) -> Settings:
    settings = load_settings(
        {
            "database_url": database,
            "eventbrite_url": sandbox.eventbrite_url,
            "yelp_url": sandbox.yelp_url,
            "private_addresses": True,
            "retry_delay": 0.05,
            **flags,
        }
    )
    return replace(
        settings,
        eventbrite_token=Secret(sandbox.eventbrite_token),
        yelp_token=Secret(sandbox.yelp_token),
    )


@contextmanager
def live_engine(sandbox: SandboxServer, database: str, **flags: Any) -> Iterator[LocalEngineHandle]:
    handle = start_engine(settings_for(sandbox, database, **flags))
    try:
        yield handle
    finally:
        handle.stop(drain=False)
        assert handle.join(PATIENCE), "the engine did not end"


def begin(handle: LocalEngineHandle, source: str, **what: str) -> str:
    answer = tell(handle, StartImport(source, ask=tuple(what.items())))
    assert answer.ok, answer
    return str(answer.data["run_id"])


def ask(handle: LocalEngineHandle, source: str, **what: str) -> RunReport:
    return report(handle, begin(handle, source, **what))


def ids(database: str, source: str) -> list[str]:
    found = rows(database, "SELECT external_id FROM source_records WHERE source = ? ORDER BY 1", source)
    return [external_id for (external_id,) in found]


def drafts(database: str) -> set[str]:
    """Return the ids of records that were skipped for what they are."""
    with Store(database) as store:
        outcomes = [one for run in store.runs() for one in store.outcomes(run.id)]
    return {one.external_id or "" for one in outcomes if one.reason in ("draft", "series parent")}


def test_every_page_of_an_organiser_is_imported_and_again_nothing_changes(database: str) -> None:
    with SandboxServer(events=130, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        first = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
        again = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
        until(lambda: handle.snapshot().state == "idle")
        row = next(one for one in handle.snapshot().sources if one.name == "eventbrite")
        listed = sandbox.eventbrite_ids()
    assert first.state == again.state == "completed"
    assert set(ids(database, "eventbrite")) <= listed
    assert first.counts.created + first.counts.duplicate + first.counts.review == len(
        ids(database, "eventbrite")
    )
    assert again.counts.created == again.counts.updated == 0
    assert row.budget_limit == 2000
    assert row.budget_left is not None
    assert row.budget_left < 2000
    assert row.ready


def test_a_city_of_yelp_is_imported_with_zones_and_a_time_until_which_it_may_be_kept(database: str) -> None:
    with SandboxServer(events=120, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        done = ask(handle, "yelp", location=sandbox.yelp_location)
    assert done.state == "completed"
    assert len(ids(database, "yelp")) > 100
    kept = rows(database, "SELECT min(retention_until), max(retention_until) FROM source_records")[0]
    now = datetime.now(UTC)
    for moment in kept:
        until_when = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        assert timedelta(hours=23) < until_when - now < timedelta(hours=25)
    zones = rows(database, "SELECT count(*) FROM events WHERE timezone LIKE '%/%' AND tz_source = 'geo'")
    assert zones[0][0] > 50


@pytest.mark.usefixtures("no_tokens")
def test_without_a_token_the_answer_says_which_variable_to_set(database: str) -> None:
    handle = start_engine(load_settings({"database_url": database}))
    try:
        refused = tell(handle, StartImport("yelp", ask=(("location", "Lisboa"),)))
    finally:
        handle.stop(drain=False)
        assert handle.join(PATIENCE)
    assert not refused.ok
    assert refused.code == "SETTINGS_ERROR"
    assert "SCENESCOUT_YELP_TOKEN" in (refused.action or "")


def test_a_daily_limit_parks_the_run_and_it_goes_on_by_itself(database: str) -> None:
    with SandboxServer(events=260, latency=0, yelp_daily_limit=3, yelp_window=400) as sandbox:
        with live_engine(sandbox, database) as handle:
            parked = ask(handle, "yelp", location=sandbox.yelp_location, start="2020-01-01")
            until(lambda: handle.snapshot().state == "idle")
            row = next(one for one in handle.snapshot().sources if one.name == "yelp")
        assert parked.state == "parked"
        assert parked.resume_at is not None
        assert 300 < parked.resume_at - time.time() < 420
        assert row.state == "waiting"
        assert row.waits
        assert row.until == pytest.approx(parked.resume_at, abs=2)
        before = len(ids(database, "yelp"))
        assert 0 < before < 260
    # Its time has come: the next engine goes on with it, and nobody has to say so.
    rows(database, "UPDATE runs SET resume_at = '2020-01-01T00:00:00.000000Z'")
    with SandboxServer(events=260, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        until(lambda: any(run.state == "completed" for run in handle.snapshot().runs))
        listed = sandbox.yelp_ids()
    assert set(ids(database, "yelp")) == listed
    assert rows(database, "SELECT count(*), min(state) FROM runs") == [(1, "completed")]
    assert rows(database, "SELECT total - in_flight >= ? FROM run_accounting", len(listed)) == [(1,)]


def test_an_interrupted_import_is_offered_at_the_next_start_and_goes_on(database: str) -> None:
    with SandboxServer(events=500, latency=0.002) as sandbox:
        with live_engine(sandbox, database) as handle:
            run_id = begin(handle, "eventbrite", organizer=sandbox.organizer_id)
            until(lambda: handle.snapshot().counts.finished >= 150)
            tell(handle, CancelRun(run_id))
            assert report(handle, run_id).state == "cancelled"
        before = len(ids(database, "eventbrite"))
        assert before < 480
        with live_engine(sandbox, database) as handle:
            (offered,) = [run for run in handle.snapshot().runs if run.resumable]
            assert offered.run_id == run_id
            asked_before = sandbox.counts().eventbrite.requests
            answer = tell(handle, ResumeRuns())
            assert answer.data["run_ids"] == [run_id]
            twice = tell(handle, ResumeRuns(run_id))
            done = report(handle, run_id)
            assert not twice.ok, "a run never starts twice"
            assert not any(run.resumable for run in handle.snapshot().runs)
        listed = sandbox.eventbrite_ids()
        assert sandbox.counts().eventbrite.requests - asked_before < 10, "the pages before are not walked"
    assert done.state == "completed"
    assert done.counts.total == 500, "no page is counted twice"
    assert set(ids(database, "eventbrite")) == listed - drafts(database)
    assert rows(database, "SELECT count(*) FROM runs") == [(1,)]


def test_what_a_complete_walk_no_longer_sees_is_missing_and_comes_back(database: str) -> None:
    with SandboxServer(events=100, latency=0) as many, SandboxServer(events=90, latency=0) as fewer:
        organizer = many.organizer_id
        assert organizer == fewer.organizer_id
        with live_engine(many, database) as handle:
            ask(handle, "eventbrite", organizer=organizer)
        with live_engine(fewer, database) as handle:
            done = ask(handle, "eventbrite", organizer=organizer)
        gone = many.eventbrite_ids() - fewer.eventbrite_ids()
        assert gone
        assert done.missing > 0
        lost = rows(
            database,
            "SELECT r.external_id FROM source_records r JOIN events e ON e.id = r.event_id "
            "WHERE e.status = 'missing'",
        )
        assert {external_id for (external_id,) in lost} <= gone
        assert len(lost) == done.missing
        with live_engine(many, database) as handle:
            ask(handle, "eventbrite", organizer=organizer)
    assert rows(database, "SELECT count(*) FROM events WHERE status = 'missing'") == [(0,)]


def test_a_list_that_lost_too_much_marks_nothing_and_says_so(database: str) -> None:
    with SandboxServer(events=100, latency=0) as many, SandboxServer(events=50, latency=0) as half:
        with live_engine(many, database) as handle:
            ask(handle, "eventbrite", organizer=many.organizer_id)
        with live_engine(half, database) as handle:
            done = ask(handle, "eventbrite", organizer=many.organizer_id)
            assert done.missing == 0
            until(lambda: handle.snapshot().errors_open == 1)
            (group,) = handle.snapshot().error_groups
            assert group.code == "RECONCILE_REFUSED"
            assert "--accept-missing" in group.action
            assert rows(database, "SELECT count(*) FROM events WHERE status = 'missing'") == [(0,)]
            accept = ImportOptions(accept_missing=True)
            what = (("organizer", many.organizer_id),)
            answer = tell(handle, StartImport("eventbrite", ask=what, options=accept))
            accepted = report(handle, answer.data["run_id"])
    assert accepted.missing > 20


def test_a_walk_that_was_cut_short_marks_nothing(database: str) -> None:
    with SandboxServer(events=120, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        ask(handle, "eventbrite", organizer=sandbox.organizer_id)
        cut = ask(handle, "eventbrite", organizer=sandbox.organizer_id, **{"max-pages": "1"})
    assert cut.state == "completed"
    assert cut.missing == 0


def test_a_list_that_cannot_be_compared_costs_the_run_nothing_but_that(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault: the database is lost while what is missing is looked for."""

    def lost(*_: object, **__: object) -> None:
        raise DatabaseError("reconcile", "disk I/O error")

    monkeypatch.setattr(Store, "reconcile", lost)
    with SandboxServer(events=20, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        done = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
    assert done.state == "completed"
    assert "disk I/O error" in done.note
    assert rows(database, "SELECT state, note FROM runs") == [("completed", done.note)]


def test_while_a_service_is_down_its_last_pages_are_served_where_that_is_allowed(database: str) -> None:
    settings = {"retry_attempts": 4, "serve_stale": True}
    sandbox = SandboxServer(events=120, latency=0)
    with sandbox, live_engine(sandbox, database, **settings) as handle:
        ask(handle, "eventbrite", organizer=sandbox.organizer_id)
    # Nobody listens there any more.
    with live_engine(sandbox, database, **settings) as handle:
        stale = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
        until(lambda: handle.snapshot().runs[0].state == "completed")
        shown = handle.snapshot().runs[0]
    with live_engine(sandbox, database, retry_attempts=1) as handle:
        refused = ask(handle, "eventbrite", organizer=sandbox.organizer_id)
    assert stale.state == "completed"
    assert shown.stale
    assert stale.missing == 0
    assert refused.state == "failed"
    assert refused.error is not None
    assert refused.error.metadata["action"]


def test_expired_content_is_blanked_and_refresh_brings_it_back(database: str) -> None:
    with SandboxServer(events=60, latency=0) as sandbox:
        with live_engine(sandbox, database) as handle:
            ask(handle, "yelp", location=sandbox.yelp_location)
        titles = rows(database, "SELECT title FROM events ORDER BY id")
        rows(database, "UPDATE source_records SET retention_until = '2020-01-01T00:00:00.000000Z'")
        with live_engine(sandbox, database) as handle:
            until(lambda: rows(database, "SELECT count(*) FROM events WHERE title <> ''") == [(0,)])
            until(lambda: any(row.expired for row in handle.snapshot().sources))
            answer = tell(handle, RefreshExpired())
            assert answer.ok
            assert answer.data["count"] == len(titles)
            for run_id in answer.data["run_ids"]:
                assert report(handle, run_id).state == "completed"
        assert rows(database, "SELECT title FROM events ORDER BY id") == titles


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_faults_of_every_kind_cost_no_event(database: str, source: str) -> None:
    with SandboxServer(events=400, faults=0.3, latency=0, shift=source == "eventbrite") as sandbox:
        organizer = {"organizer": sandbox.organizer_id}
        city = {"location": sandbox.yelp_location, "start": "2020-01-01"}
        what = organizer if source == "eventbrite" else city
        with live_engine(sandbox, database, retry_attempts=8) as handle:
            done = ask(handle, source, **what)
        listed = sandbox.eventbrite_ids() if source == "eventbrite" else sandbox.yelp_ids()
        counts = sandbox.counts()
    assert done.state == "completed"
    assert listed - drafts(database) <= set(ids(database, source))
    assert sum(counts.faults.values()) > 2
    assert done.counts.failed == 0
    assert rows(database, "SELECT total - (created + updated + unchanged + duplicate + review + skipped + "
                "failed) FROM run_accounting") == [(0,)]  # fmt: skip


def test_the_store_knows_what_each_run_walked(database: str) -> None:
    with SandboxServer(events=20, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        ask(handle, "eventbrite", organizer=sandbox.organizer_id)
    with Store(database) as store:
        (run,) = store.runs()
    assert run.scope == f"eventbrite organizer={sandbox.organizer_id}"
    assert run.inputs == (f"organizer={sandbox.organizer_id}",)


def feed(handle: LocalEngineHandle, source: str, *urls: str) -> RunReport:
    answer = tell(handle, StartImport(source, inputs=urls))
    assert answer.ok, answer
    return report(handle, answer.data["run_id"])


@pytest.mark.parametrize("source", ["ics", "auto"])
def test_a_feed_is_imported_and_asked_again_only_for_changes(database: str, source: str) -> None:
    with SandboxServer(events=50, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        first = feed(handle, source, sandbox.feed_url)
        again = feed(handle, source, sandbox.feed_url)
    assert first.state == again.state == "completed"
    assert first.counts.created > 20
    assert again.counts.total == 0, "not modified: nothing is read"


def test_a_feed_that_changed_is_read_and_what_it_lost_is_missing(database: str) -> None:
    with SandboxServer(events=50, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        first = feed(handle, "ics", sandbox.shifting_feed_url)
        later = [feed(handle, "ics", sandbox.shifting_feed_url) for _ in range(4)]
    assert first.counts.created > 20
    assert any(one.counts.created + one.counts.updated for one in later)
    assert all(one.state == "completed" for one in later)


def test_events_of_a_web_page_are_imported(database: str) -> None:
    with SandboxServer(events=50, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        done = feed(handle, "jsonld", sandbox.page_url)
        both = feed(handle, "auto", sandbox.page_url, sandbox.feed_url)
    assert done.state == both.state == "completed"
    assert done.counts.created > 5
    assert both.counts.created + both.counts.duplicate + both.counts.review > 10


def test_private_networks_are_not_asked_unless_the_settings_say_so(database: str) -> None:
    with SandboxServer(events=5, latency=0) as sandbox:
        with live_engine(sandbox, database, private_addresses=False) as handle:
            refused = feed(handle, "ics", sandbox.feed_url)
        assert sandbox.counts().requests == 0
    assert refused.state == "failed"
    assert refused.error is not None
    assert refused.error.metadata["action"]


def test_a_feed_that_is_down_is_served_from_its_last_copy(database: str) -> None:
    settings = {"retry_attempts": 0, "serve_stale": True}
    sandbox = SandboxServer(events=30, latency=0)
    with sandbox, live_engine(sandbox, database, **settings) as handle:
        first = feed(handle, "ics", sandbox.feed_url)
    with live_engine(sandbox, database, **settings) as handle:
        stale = feed(handle, "ics", sandbox.feed_url)
    assert stale.state == "completed"
    assert stale.counts.unchanged == first.counts.created > 20
    assert stale.counts.failed == first.counts.failed
    assert stale.missing == 0


@pytest.mark.parametrize(
    ("source", "pairs", "scope"),
    [
        ("eventbrite", (("max-pages", "2"), ("organizer", "7")), "eventbrite organizer=7"),
        ("yelp", (("location", "Porto"), ("start", "2027-01-01")), "yelp location=Porto start=2027-01-01"),
        ("yelp", (("free", "true"), ("location", "Porto")), None),
        ("yelp", (("category", "music"), ("location", "Porto")), None),
        ("eventbrite", (("event", "1,2"),), None),
    ],
)
def test_only_a_whole_list_can_say_what_is_gone(
    source: str, pairs: tuple[tuple[str, str], ...], scope: str | None
) -> None:
    assert scope_of(source, Ask.of(pairs)) == scope


def test_a_dry_run_goes_on_with_nothing(database: str) -> None:
    with SandboxServer(events=5, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        options = ImportOptions(dry_run=True)
        what = (("organizer", sandbox.organizer_id),)
        refused = tell(handle, StartImport("eventbrite", ask=what, options=options, resume=True))
    assert not refused.ok
    assert refused.code == "INPUT_ERROR"
