"""The library's front door: `create_event_processor` and what it promises (DESIGN §6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from scenescout_tui import SpawnerError, ValidationError, create_event_processor, load_settings
from scenescout_tui.imports.local import start_engine
from scenescout_tui.imports.processor import EventProcessor, ProcessResult
from tests.imports.engines import on_sqlite, rows
from tests.imports.payloads import eventbrite, manual, yelp

pytestmark = pytest.mark.anyio


def processor(database: str, **options: Any) -> EventProcessor:
    return create_event_processor(database, **options)


def outcomes(results: list[ProcessResult]) -> list[str]:
    return [result.data["outcome"] if result.data else "failed" for result in results]


async def test_one_result_per_payload_in_order(database: str) -> None:
    async with processor(database, batch_size=3) as imports:
        results = await imports.process_eventbrite_events([eventbrite(number) for number in range(20)])
    assert [result.data and result.data["external_id"] for result in results] == [
        str(900_000 + number) for number in range(20)
    ]
    assert all(result.success and result.error is None and result.duration > 0 for result in results)
    assert set(outcomes(results)) == {"created"}
    assert {result.data["source"] for result in results if result.data} == {"eventbrite"}


async def test_a_second_import_changes_nothing_and_a_changed_event_is_updated(database: str) -> None:
    payloads = [eventbrite(number) for number in range(4)]
    async with processor(database) as imports:
        first = await imports.process_eventbrite_events(payloads)
        again = await imports.process_eventbrite_events(payloads)
        payloads[2] |= {"status": "canceled"}
        third = await imports.process_eventbrite_events(payloads)
    assert outcomes(again) == ["unchanged"] * 4
    assert outcomes(third) == ["unchanged", "unchanged", "updated", "unchanged"]
    assert [one.data and one.data["event_id"] for one in first] == [
        one.data and one.data["event_id"] for one in third
    ]
    assert rows(database, "SELECT count(*) FROM events") == [(4,)]
    assert rows(database, "SELECT status FROM events WHERE status <> 'scheduled'") == [("cancelled",)]


async def test_a_new_processor_finds_what_an_earlier_one_stored(database: str) -> None:
    async with processor(database) as imports:
        await imports.process_yelp_events([yelp(1)])
    async with processor(database) as imports:
        assert outcomes(await imports.process_yelp_events([yelp(1), yelp(2)])) == ["unchanged", "created"]


async def test_the_same_event_twice_in_one_call_is_skipped_with_its_reason(database: str) -> None:
    async with processor(database) as imports:
        results = await imports.process_eventbrite_events([eventbrite(1), eventbrite(1)])
    assert outcomes(results) == ["created", "skipped"]
    assert results[1].data is not None
    assert results[1].data["reason"] == "seen before in this run"
    assert results[0].data is not None
    assert results[1].data["event_id"] == results[0].data["event_id"]


async def test_one_concert_of_two_sources_is_one_event(database: str) -> None:
    concert = eventbrite(5)
    same = yelp(
        1,
        name=concert["name"]["text"],
        time_start="2027-02-06T13:00:00+00:00",
        latitude=float(concert["venue"]["address"]["latitude"]),
        longitude=float(concert["venue"]["address"]["longitude"]),
        location={**yelp()["location"], "address1": "Rua 5", "city": "Lisboa"},
    )
    assert concert["start"]["utc"] == "2027-02-06T13:00:00Z"
    async with processor(database) as imports:
        (first,) = await imports.process_eventbrite_events([concert])
        (second,) = await imports.process_yelp_events([same])
    assert first.data is not None
    assert second.data is not None
    assert second.data["outcome"] == "duplicate"
    assert second.data["event_id"] == first.data["event_id"]
    assert rows(database, "SELECT count(*) FROM events") == [(1,)]
    assert rows(database, "SELECT count(DISTINCT event_id) FROM source_records") == [(1,)]


async def test_without_deduplication_they_stay_two(database: str) -> None:
    concert = eventbrite(5)
    same = yelp(1, name=concert["name"]["text"], time_start="2027-02-06T13:00:00+00:00")
    async with processor(database, deduplication_enabled=False) as imports:
        results = await imports.process_events([concert, same])
    assert outcomes(results) == ["created", "created"]


async def test_a_manual_submission_waits_for_review(database: str) -> None:
    async with processor(database) as imports:
        result = await imports.process_manual_event(manual())
    assert result.success
    assert result.data is not None
    assert result.data["outcome"] == "created"
    assert result.data["status"] == "pending"
    assert rows(database, "SELECT status FROM events") == [("pending",)]


async def test_auto_tells_the_source_from_each_payload(database: str) -> None:
    async with processor(database) as imports:
        results = await imports.process_events([yelp(1), eventbrite(1), manual(1)])
    assert [result.data and result.data["source"] for result in results] == ["yelp", "eventbrite", "manual"]


@pytest.mark.parametrize(
    ("payload", "code", "said"),
    [
        ("only text", "VALIDATION_ERROR", "object"),
        (None, "VALIDATION_ERROR", "object"),
        ([1, 2], "VALIDATION_ERROR", "object"),
        ({**eventbrite(), "name": None}, "VALIDATION_ERROR", "title"),
        ({**eventbrite(), "start": None}, "VALIDATION_ERROR", "start"),
        ({**eventbrite(), "venue": None, "venue_id": None}, "VALIDATION_ERROR", "venue"),
        ({**eventbrite(), "capacity": float("nan")}, "VALIDATION_ERROR", "NaN"),
        (yelp(), "VALIDATION_ERROR", "yelp"),
    ],
)
async def test_a_bad_payload_is_a_failed_result_and_a_dead_letter(
    database: str, payload: Any, code: str, said: str
) -> None:
    async with processor(database) as imports:
        results = await imports.process_eventbrite_events([eventbrite(1), payload, eventbrite(2)])
    assert outcomes(results) == ["created", "failed", "created"]
    error = results[1].error
    assert error is not None
    assert error.code == code
    assert said.lower() in error.message.lower()
    assert error.metadata["action"]
    ((stored_code, message, raw),) = rows(database, "SELECT code, message, payload FROM dead_letters")
    assert (stored_code, message) == (code, error.message)
    assert raw


async def test_the_account_holds_whatever_comes(database: str) -> None:
    payloads = [eventbrite(1), eventbrite(1), {"id": "x"}, eventbrite(2, status="draft"), eventbrite(3)]
    async with processor(database, batch_size=2) as imports:
        results = await imports.process_eventbrite_events(payloads)
        stats = imports.get_stats()
    assert outcomes(results) == ["created", "skipped", "failed", "skipped", "created"]
    assert stats.processed_count == 5
    assert stats.metrics.failed_tasks == 0
    assert rows(
        database,
        "SELECT total, created, updated, unchanged, duplicate, review, skipped, failed, in_flight "
        "FROM run_accounting",
    ) == [(5, 2, 0, 0, 0, 0, 2, 1, 0)]


async def test_a_venue_known_by_its_id_is_taken_from_the_store(database: str) -> None:
    reference = eventbrite(7, venue=None, venue_id="v1")
    async with processor(database) as imports:
        (unknown,) = await imports.process_eventbrite_events([reference])
        await imports.process_eventbrite_events([eventbrite(1)])
        (known,) = await imports.process_eventbrite_events([reference])
    assert not unknown.success
    assert known.success
    assert rows(
        database, "SELECT venue_name FROM events WHERE title LIKE 'Evening%' ORDER BY starts_at DESC"
    )[0] == (eventbrite(1)["venue"]["name"],)


async def test_callbacks_get_the_results_and_the_error(database: str) -> None:
    seen: list[list[ProcessResult]] = []
    errors: list[SpawnerError] = []
    async with processor(database, on_success=seen.append, on_error=errors.append) as imports:
        results = await imports.process_eventbrite_events([eventbrite(1)])
    assert seen == [results]
    assert errors == []


async def test_an_unknown_source_is_refused_with_the_list(database: str) -> None:
    async with processor(database) as imports:
        with pytest.raises(SpawnerError, match="eventbrite") as caught:
            await imports.process_events([eventbrite()], source="facebook")
    assert caught.value.code == "UNKNOWN_SOURCE"


async def test_an_exception_of_the_caller_leaves_the_processor_as_it_is(database: str) -> None:
    async def fail() -> None:
        async with processor(database) as imports:
            await imports.process_events([eventbrite()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert rows(database, "SELECT count(*) FROM events") == [(1,)]


async def test_no_payloads_give_no_results(database: str) -> None:
    async with processor(database) as imports:
        assert await imports.process_events([]) == []


async def test_two_calls_at_once_keep_their_results_apart(database: str) -> None:
    found: dict[str, list[ProcessResult]] = {}

    async def work(name: str, payloads: list[Any]) -> None:
        found[name] = await imports.process_events(payloads)

    async with processor(database, batch_size=5) as imports, anyio.create_task_group() as group:
        group.start_soon(work, "eventbrite", [eventbrite(number) for number in range(30)])
        group.start_soon(work, "yelp", [yelp(number) for number in range(30)])
    assert outcomes(found["eventbrite"]) == ["created"] * 30
    assert {result.data["source"] for result in found["yelp"] if result.data} == {"yelp"}


@on_sqlite
async def test_two_processors_work_beside_each_other_and_an_engine_alone(
    database: str, tmp_path: Path
) -> None:
    async with processor(database) as first:
        async with processor(database) as second:
            await second.process_events([eventbrite(1)])
            assert outcomes(await first.process_events([eventbrite(2)])) == ["created"]
        link = tmp_path / "link.db"
        link.symlink_to(tmp_path / "events.db")
        for name in (database, link):
            with pytest.raises(SpawnerError) as caught:
                start_engine(load_settings({"database_url": name}))
            assert caught.value.code == "ENGINE_LOCKED"
    assert rows(database, "SELECT DISTINCT state FROM runs") == [("completed",)]


async def test_a_processor_that_opens_does_not_interrupt_a_run_of_another(database: str) -> None:
    found: list[ProcessResult] = []
    async with processor(database, batch_size=5) as first, anyio.create_task_group() as group:

        async def work() -> None:
            found.extend(await first.process_events([eventbrite(number) for number in range(400)]))

        group.start_soon(work)
        for _ in range(3):
            async with processor(database) as second:
                await second.process_events([yelp(1)])
    assert outcomes(found) == ["created"] * 400


async def test_a_failed_result_is_an_error_of_its_class_that_names_each_field(database: str) -> None:
    async with processor(database) as imports:
        result = await imports.process_manual_event({})
    assert isinstance(result.error, ValidationError)
    assert {"title", "start_time", "venue_name"} <= set(result.error.field.split(","))


async def test_a_draft_is_skipped_with_its_id(database: str) -> None:
    async with processor(database) as imports:
        (result,) = await imports.process_events([eventbrite(4, status="draft")], source="eventbrite")
    assert result.data == {
        "event_id": None,
        "external_id": eventbrite(4)["id"],
        "source": "eventbrite",
        "outcome": "skipped",
        "reason": "draft",
    }


async def test_a_venue_of_the_same_call_is_known(database: str) -> None:
    async with processor(database) as imports:
        results = await imports.process_events([eventbrite(7, venue=None, venue_id="v1"), eventbrite(1)])
    assert outcomes(results) == ["created", "created"]


async def test_a_callback_with_a_bug_takes_no_results_away(database: str) -> None:
    def broken(results: list[ProcessResult]) -> None:
        raise ZeroDivisionError

    async with processor(database, on_success=broken) as imports:
        assert outcomes(await imports.process_events([eventbrite(1)])) == ["created"]


async def test_a_processor_that_is_not_open_says_so(database: str) -> None:
    imports = processor(database)
    with pytest.raises(SpawnerError, match="not open"):
        imports.get_stats()


async def test_a_record_that_came_without_its_details_takes_nothing_away(database: str) -> None:
    whole = eventbrite(1, status="canceled", organizer={"id": "7", "name": "The House"})
    bare = {name: value for name, value in whole.items() if name not in ("venue", "organizer")}
    bare |= {"status": "live", "expansions_missing": True}
    look = "SELECT title, status, venue_name, organizer_name, city, updated_at FROM events"
    async with processor(database) as imports:
        await imports.process_eventbrite_events([whole])
        before = rows(database, look)
        (kept,) = await imports.process_eventbrite_events([bare])
        after = rows(database, look)
        (again,) = await imports.process_eventbrite_events([whole])
        (fresh,) = await imports.process_eventbrite_events([eventbrite(2, expansions_missing=True)])
    assert before == after
    assert outcomes([kept, again, fresh]) == ["unchanged", "unchanged", "created"]
    assert "DETAILS_MISSING" in rows(database, "SELECT quality FROM events ORDER BY id DESC LIMIT 1")[0][0]
