"""A recorded walk of an organizer, served again; it runs where the recordings are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scenescout_tui.events.requirements import require
from scenescout_tui.sources.adapters import ADAPTERS
from tests.sources.eventbrite_api.server import Answer, Request, always, number_of
from tests.sources.eventbrite_api.walking import Way

RECORDED = Path(__file__).parents[4] / "shared" / "payloads" / "eventbrite" / "placecal"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded payloads are not here"),
]

ORGANIZER = "48062165483"


def pages(request: Request) -> Answer:
    number = number_of(request)
    body = (RECORDED / f"organizer_events_expand_venue_0925_page{number}.json").read_bytes()
    return Answer(body=body)


async def test_the_recorded_walk_gives_its_72_events(way: Way) -> None:
    way.server.routes[f"/organizers/{ORGANIZER}/events/"] = pages
    walked = await way.walk(f"organizer=https://www.eventbrite.co.uk/o/queer-lit-social-refuge-{ORGANIZER}")
    assert (len(walked.records), len(set(walked.ids)), walked.complete) == (72, 72, True)
    assert [len(one.records) for one in walked.pages] == [50, 22]
    assert len(way.server.requests) == 2
    bodies = b"".join(pages(one).body for one in way.server.requests)
    for record in walked.records:
        assert record.data in bodies
        require(ADAPTERS["eventbrite"].parse(record.data))


async def test_recorded_descriptions_are_longer_than_what_the_listing_says(way: Way) -> None:
    way.server.routes[f"/organizers/{ORGANIZER}/events/"] = pages
    recorded = {path.stem.removeprefix("description_"): path for path in RECORDED.glob("description_*.json")}
    for external_id, path in recorded.items():
        way.server.routes[f"/events/{external_id}/description/"] = always(Answer(body=path.read_bytes()))
    walked = await way.walk(f"organizer={ORGANIZER}", descriptions=True)
    assert len(walked.records) == 72
    described = 0
    for record in walked.records:
        event = ADAPTERS["eventbrite"].parse(record.data)
        if event.external_id in recorded:
            described += 1
            assert event.description_text is not None
            assert len(event.description_text) > len(event.summary or "")
            whole = json.loads(recorded[event.external_id].read_bytes())["description"]
            assert json.loads(record.data)["full_description"] == whole
        else:
            assert "full_description" not in json.loads(record.data)
    assert 0 < described <= len(recorded)
