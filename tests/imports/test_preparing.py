"""The CPU step as one function: what its options change, and what it tells of its own work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scenescout_tui.events import quality
from scenescout_tui.events.enrich import StepTimes
from scenescout_tui.events.model import Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.imports.commands import StartImport
from scenescout_tui.imports.prepare import Batch, PrepareOptions, digests, needs_venue, prepare, with_venue
from scenescout_tui.presets import ENRICH_STEPS
from scenescout_tui.settings import load_settings
from scenescout_tui.sources.pages import RawRecord
from tests.imports.engines import engine, report, rows, tell
from tests.imports.payloads import eventbrite


def prepared(payload: dict[str, Any], options: PrepareOptions, times: StepTimes) -> PreparedRecord:
    """Prepare one Eventbrite payload."""
    batch = Batch("b", "run", 0, "eventbrite", 0, (RawRecord(json.dumps(payload).encode(), 1, "test"),))
    (record,) = prepare(batch, options, digests(batch, options), [0], times)
    return record


def test_each_choice_of_steps_makes_every_record_new() -> None:
    chosen = [ENRICH_STEPS, (), ("slug",), ("category",)]
    salts = {PrepareOptions(enrich_steps=steps).salt for steps in chosen}
    assert len(salts) == len(chosen)


def test_only_the_steps_chosen_are_taken_and_timed() -> None:
    times = StepTimes()
    full = prepared(eventbrite(1, category_id="103"), PrepareOptions(), times)
    assert full.event is not None
    assert full.event.category == "music"
    assert full.event.slug is not None
    assert {name: spent.calls for name, spent in times.steps.items()} == dict.fromkeys(ENRICH_STEPS, 1)
    none = StepTimes()
    bare = prepared(eventbrite(1, category_id="103"), PrepareOptions(enrich_steps=()), none)
    assert bare.event is not None
    assert (bare.event.category, bare.event.slug, none.steps) == (None, None, {})
    assert bare.digest != full.digest


def test_a_venue_that_the_store_knows_is_what_the_event_is_enriched_by() -> None:
    times = StepTimes()
    reference = prepared(eventbrite(1, venue=None), PrepareOptions(), times)
    assert needs_venue(reference)
    assert times.steps == {}
    known = Venue(name="Casa", city="Lisboa", latitude=38.7223, longitude=-9.1393, external_id="v1")
    whole = with_venue(reference, known, PrepareOptions(), times)
    assert whole.event is not None
    assert whole.event.venue is not None
    assert (whole.event.venue.country, whole.event.quality) == ("PT", (quality.COUNTRY_DERIVED,))
    assert whole.event.slug is not None
    assert "-lisboa-2027-02-02" in whole.event.slug
    assert times.of("place").calls == 1


def test_the_setting_reaches_the_events_and_no_enrichment_means_no_step(tmp_path: Path) -> None:
    assert load_settings(environ={"HOME": "/h"}).enrich_steps == ENRICH_STEPS
    source = tmp_path / "in.ndjson"
    source.write_text(json.dumps(eventbrite(1, category_id="103")) + "\n")
    found = []
    chosen: list[dict[str, Any]] = [{"enrich_steps": ("category",)}, {"enrichment": False}, {}]
    for number, given in enumerate(chosen):
        database = f"sqlite:///{tmp_path}/{number}.db"
        with engine(database, **given) as handle:
            report(handle, tell(handle, StartImport("eventbrite", inputs=(str(source),))).data["run_id"])
        found += rows(database, "SELECT category, slug IS NOT NULL FROM events")
    assert found == [("music", 0), (None, 0), ("music", 1)]
