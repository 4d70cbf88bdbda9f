"""Houses: each once, whoever names it; made from what its sources say, and gone with the last of them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from scenescout_tui.events.model import Venue
from scenescout_tui.events.record import PreparedRecord
from scenescout_tui.events.venue_forms import MAX_FORMS
from scenescout_tui.events.venue_match import Place
from scenescout_tui.store import BatchOptions, NotFoundError, Store, VenueRow
from scenescout_tui.store.venue_reads import venue_order
from scenescout_tui.store.writer import venues as writer
from tests.events.adversarial.guides import FOLDER, entries, linked
from tests.store.clock import Clock
from tests.store.databases import on_sqlite
from tests.store.samples import HALL, changed, event, prepared, run

DAY = 24 * 3600.0
LIMITED = BatchOptions(retention={"yelp": DAY})
TABLES = ("venues", "venue_blocks", "source_venues")


def at(venue: Venue | None, number: int = 0, source: str = "eventbrite", **changes: Any) -> PreparedRecord:
    """The record of an event of its own at a place."""
    return prepared(event(number, source, venue=venue, **changes), number)


def rows(store: Store, table: str) -> list[tuple[Any, ...]]:
    with store._database.reading("test") as connection:
        return sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}")))


def houses_of(store: Store) -> dict[str, str | None]:
    """Which house each event of the store is in, by its address."""
    return {row.url or "": row.venue_id for row in store.events(limit=10_000)}


def parted(store: Store) -> set[frozenset[tuple[str, str | None]]]:
    """The forms that share a house, by source and id."""
    found = [store.venue(row.id).forms for row in store.venues(limit=10_000)]
    return {frozenset((form.source, form.external_id) for form in forms) for forms in found}


# One house


def test_a_house_that_four_sources_name_is_one(store: Store) -> None:
    said = {
        "eventbrite": HALL,
        "yelp": Venue(
            name="Kantine, Alte",
            address1="Knaackstr. 97",
            city="Berlin",
            postal="10435",
            country="DE",
            latitude=52.53912,
            longitude=13.41277,
            external_id="alte-kantine-berlin",
        ),
        "ics": Venue(name="Alte Kantine", city="Berlin", latitude=52.5393, longitude=13.4131),
        "manual": Venue(name="Alte Kantine", address1="Knaackstraße 97", city="Berlin"),
    }
    for number, (source, venue) in enumerate(said.items()):
        run(store, [at(venue, number, source)])
    (house,) = store.venues()
    assert (house.name, house.address1, house.postal) == ("Alte Kantine", "Knaackstr. 97", "10435")
    assert (house.source_count, house.sources) == (4, ("eventbrite", "ics", "manual", "yelp"))
    # Those of the source that counts most among those that have any.
    assert (house.latitude, house.longitude) == (HALL.latitude, HALL.longitude)
    forms = store.venue(house.id).forms
    assert [(form.source, form.external_id) for form in forms] == [
        ("eventbrite", "77"),
        ("ics", None),
        ("manual", None),
        ("yelp", "alte-kantine-berlin"),
    ]
    assert {form.source: form.venue for form in forms} == said
    assert set(houses_of(store).values()) == {house.id}


def test_one_batch_finds_the_same_houses_as_one_batch_each(url: str, store: Store) -> None:
    venues = [
        HALL,
        msgspec.structs.replace(HALL, name="Die Alte Kantine", external_id=None),
        Venue(name="Gruenspan", city="Hamburg", latitude=53.55, longitude=9.96),
        Venue(
            name="Grünspan", address1="Große Freiheit 58", city="Hamburg", latitude=53.5501, longitude=9.9603
        ),
        Venue(name="Alte Kantine", city="Hamburg"),
    ]
    sources = ("eventbrite", "csv", "eventbrite", "ics", "csv")
    records = [at(venue, n, source) for n, (venue, source) in enumerate(zip(venues, sources, strict=True))]
    run(store, records)
    with Store("sqlite://") as other:
        for record in records:
            run(other, [record])
        assert parted(other) == parted(store)
    assert sorted(row.source_count for row in store.venues()) == [1, 2, 2]


def test_noise_in_coordinates_makes_no_second_house_and_few_forms(store: Store) -> None:
    rng = random.Random(7)
    records = [
        at(
            Venue(
                name="Alte Kantine",
                city="Berlin",
                latitude=52.5391 + rng.uniform(-0.0004, 0.0004),
                longitude=13.4128 + rng.uniform(-0.0006, 0.0006),
            ),
            number,
            "ics",
        )
        for number in range(60)
    ]
    run(store, records[:30])
    run(store, records[30:])
    (house,) = store.venues()
    # Two or three steps of 0.001 degrees in each direction.
    assert house.source_count <= 9
    assert set(houses_of(store).values()) == {house.id}


def test_events_of_one_venue_name_its_house_and_what_has_none_names_none(store: Store) -> None:
    online = Venue(name="Some platform", external_id="o")
    places = [
        HALL,
        HALL,
        Venue(city="Berlin"),
        Venue(name="TBA", city="Berlin"),
        Venue(external_id="77"),
        None,
    ]
    records = [at(venue, number) for number, venue in enumerate(places)]
    records.append(at(online, 9, attendance="online"))
    run(store, records)
    (house,) = store.venues()
    named = [row.venue_id for row in store.events()]
    assert named == [house.id, house.id, None, None, None, None, None]
    assert house.source_count == 1


# Two houses


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Rooms.
        ({"name": "Kesselhaus – Saal 1"}, {"name": "Kesselhaus – Saal 2"}),
        ({"name": "Old Mill (Bakery)"}, {"name": "Old Mill (Turbine)"}),
        ({"name": "Kesselhaus, Studio 2"}, {"name": "Kesselhaus"}),
        # Houses of a chain, a kilometre and more apart or at other addresses.
        (
            {"name": "Blue Note", "address1": "Kantstraße 12", "latitude": 52.505, "longitude": 13.32},
            {"name": "Blue Note", "address1": "Sonnenallee 80", "latitude": 52.481, "longitude": 13.44},
        ),
        ({"name": "Blue Note", "address1": "Kantstr. 12"}, {"name": "Blue Note", "address1": "Hauptstr. 8"}),
        # Neighbours, and one name in two towns and two countries.
        ({"name": "Otter & Anchor", "address1": "Elm St. 4"}, {"name": "Blue Note", "address1": "Elm St. 6"}),
        ({"name": "Stadthalle"}, {"name": "Stadthalle", "city": "Bremen"}),
        (
            {"name": "Town Hall", "address1": "1 Main Street", "latitude": 44.05, "longitude": -123.02},
            {"name": "Town Hall", "address1": "1 Main Street", "latitude": 39.78, "longitude": -89.65},
        ),
        (
            {"name": "Opera", "city": "Valencia", "country": "ES"},
            {"name": "Opera", "city": "Valencia", "country": "VE"},
        ),
    ],
)
def test_other_houses_stay_apart(store: Store, first: dict[str, Any], second: dict[str, Any]) -> None:
    ours, theirs = (Venue(**{"city": "Berlin", **one}) for one in (first, second))
    run(store, [at(ours, 1, "eventbrite")])
    run(store, [at(theirs, 2, "yelp"), at(ours, 3, "ics")])
    assert sorted(row.source_count for row in store.venues()) == [1, 2]
    first_id, second_id, third_id = (row.venue_id for row in store.events())
    assert first_id == third_id != second_id


def test_a_room_does_not_join_the_house_that_another_room_is_in(store: Store) -> None:
    """Each is like the house itself, and they are not like each other."""
    names = ("Old Mill", "Old Mill (Bakery)", "Old Mill (Turbine)", "Old Mill (Bakery)")
    sources = ("eventbrite", "yelp", "csv", "ics")
    for number, (name, source) in enumerate(zip(names, sources, strict=True)):
        run(store, [at(Venue(name=name, address1="Elm Street 4", city="Leeds"), number, source)])
    _, bakery, turbine, again = (row.venue_id for row in store.events())
    assert bakery == again != turbine


@pytest.mark.parametrize(
    ("name", "together"), [("Alte Kantine", True), ("alte kantine", True), ("Alte Kantine Berlin", False)]
)
def test_what_a_source_gives_two_ids_is_one_house_only_if_nothing_differs(
    store: Store, name: str, together: bool
) -> None:
    other = msgspec.structs.replace(HALL, name=name, external_id="78")
    run(store, [at(HALL, 1), at(other, 2)])
    assert len(store.venues()) == (1 if together else 2)
    # Another source has no ids of theirs.
    run(store, [at(msgspec.structs.replace(other, external_id="5"), 3, "yelp")])
    assert len(store.venues()) == (1 if together else 2)


# Again, and otherwise


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_second_import_changes_nothing(timed: Store, clock: Clock, source: str) -> None:
    no_id = msgspec.structs.replace(HALL, external_id=None)
    records = [
        at(HALL, 1, source),
        at(no_id, 2, "ics"),
        at(Venue(name="Gruenspan", city="Hamburg"), 3, source),
    ]
    run(timed, records)
    before = {table: rows(timed, table) for table in TABLES}
    clock.move(hours=2)
    run(timed, records)
    # Noise of some metres, and texts that no digest holds.
    noisy = msgspec.structs.replace(no_id, latitude=52.53912, address2="im Hof")
    assert run(timed, [at(noisy, 2, "ics")]) == ["updated"]
    assert {table: rows(timed, table) for table in TABLES} == before


def test_a_house_takes_the_new_name_of_its_only_form(store: Store) -> None:
    run(store, [at(HALL, 1)])
    (before,) = store.venues()
    renamed = msgspec.structs.replace(HALL, name="Neue Kantine", address1="Schönhauser Allee 36")
    assert run(store, [at(renamed, 1)]) == ["updated"]
    (after,) = store.venues()
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert (after.name, after.address1) == ("Neue Kantine", "Schönhauser Allee 36")
    assert store.known_venue("eventbrite", "", "77") == renamed
    # It is found by what it says now.
    run(
        store,
        [at(msgspec.structs.replace(renamed, external_id=None, latitude=None, longitude=None), 2, "csv")],
    )
    assert [row.source_count for row in store.venues()] == [2]
    moved = Venue(name="Alte Kantine", address1="Knaackstraße 97", city="Potsdam")
    run(store, [at(moved, 3, "csv")])
    assert len(store.venues()) == 2


def test_a_form_that_fits_its_house_no_longer_leaves_it(store: Store) -> None:
    run(store, [at(HALL, 1), at(msgspec.structs.replace(HALL, external_id="k"), 2, "yelp")])
    (house,) = store.venues()
    other = Venue(name="Gruenspan", city="Hamburg", latitude=53.55, longitude=9.96, external_id="77")
    run(store, [at(other, 1)])
    kept, new = store.venues()
    assert (kept.id, kept.sources, kept.source_count) == (house.id, ("yelp",), 1)
    assert (new.name, new.sources) == ("Gruenspan", ("eventbrite",))
    moved, stayed = store.events()
    assert (moved.venue_id, stayed.venue_id) == (new.id, house.id)
    # And nothing is found in it any more by what has left.
    run(store, [at(msgspec.structs.replace(other, external_id=None), 3, "ics")])
    assert [row.source_count for row in store.venues()] == [1, 2]


def test_a_house_has_room_for_so_many_forms(store: Store) -> None:
    forms = [
        msgspec.structs.replace(HALL, external_id=f"k{number}", address2=f"Tor {number}")
        for number in range(MAX_FORMS + 2)
    ]
    run(store, [at(venue, number) for number, venue in enumerate(forms)])
    assert sorted(row.source_count for row in store.venues()) == [2, MAX_FORMS]
    run(store, [at(msgspec.structs.replace(forms[0], address2="Hof"), 0)])
    assert sorted(row.source_count for row in store.venues()) == [2, MAX_FORMS]


def test_the_house_of_an_event_is_that_of_the_record_whose_venue_it_shows(store: Store) -> None:
    bare = Venue(name="Alte Kantine", city="Berlin", latitude=52.5391, longitude=13.4128)
    run(store, [at(Venue(city="Berlin", latitude=52.5391, longitude=13.4128), 1, "manual")])
    run(store, [at(bare, 1, "yelp")])
    row, *others = store.events()
    assert (others, row.record_count) == ([], 2)
    detail = store.event(row.id)
    (shown,) = [one for one in detail.records if one.id == row.field_sources["venue"]]
    assert shown.source == "yelp"
    (house,) = [one for one in store.venues() if one.sources == ("yelp",)]
    assert row.venue_id == house.id
    # A person's decision makes the event anew.
    store.move_record(shown.id, None, "not the same", who="ada")
    assert {one.venue_id for one in store.events() if one.sources == ("yelp",)} == {house.id}


def test_events_of_an_earlier_version_get_their_house_when_they_are_read_again(store: Store) -> None:
    record = at(HALL, 1)
    run(store, [record])
    with store._database.writing("test") as connection:
        connection.execute(text("UPDATE events SET venue_id = NULL"))
        connection.execute(text("UPDATE source_venues SET venue_id = NULL"))
        connection.execute(text("DELETE FROM venues"))
        connection.execute(text("DELETE FROM venue_blocks"))
    assert record.event is not None
    assert run(store, [prepared(record.event, raw=b"another version reads it")]) == ["unchanged"]
    (house,) = store.venues()
    assert [row.venue_id for row in store.events()] == [house.id]


def test_a_dry_run_makes_no_house(store: Store) -> None:
    run(store, [at(HALL, 1)], dry_run=True)
    assert all(rows(store, table) == [] for table in TABLES)


# What may not be kept


def test_a_house_goes_with_its_last_form(timed: Store, clock: Clock) -> None:
    run(timed, [at(HALL, 1, "yelp"), at(Venue(name="Gruenspan", city="Hamburg"), 2)], LIMITED)
    assert len(timed.venues()) == 2
    clock.move(hours=25)
    timed.blank_expired()
    (left,) = timed.venues()
    assert left.name == "Gruenspan"
    assert {table: len(rows(timed, table)) for table in TABLES} == {
        "venues": 1,
        "venue_blocks": 1,
        "source_venues": 1,
    }
    assert {row.venue_id for row in timed.events()} == {left.id}
    # It comes back with what it says.
    run(timed, [at(HALL, 1, "yelp")], LIMITED)
    assert {row.venue_id for row in timed.events()} == {row.id for row in timed.venues()}
    assert len(timed.venues()) == 2


def test_a_house_goes_on_with_what_its_other_sources_say(timed: Store, clock: Clock) -> None:
    theirs = msgspec.structs.replace(HALL, name="Alte Kantine Berlin", postal="10435", external_id="k")
    run(
        timed,
        [at(theirs, 1, "yelp"), at(msgspec.structs.replace(HALL, latitude=None, longitude=None), 2)],
        LIMITED,
    )
    (before,) = timed.venues()
    assert (before.postal, before.latitude) == ("10435", HALL.latitude)
    clock.move(hours=25)
    timed.blank_expired()
    (after,) = timed.venues()
    assert (after.id, after.name, after.postal, after.latitude) == (before.id, "Alte Kantine", None, None)
    assert (after.sources, after.source_count) == (("eventbrite",), 1)


@pytest.mark.parametrize("how", ["known", "same", "other bytes"])
def test_a_venue_is_kept_as_long_as_the_events_that_name_it(timed: Store, clock: Clock, how: str) -> None:
    record = at(HALL, 1, "yelp")
    assert record.event is not None
    run(timed, [record], LIMITED)
    clock.move(hours=20)
    again: Any = record
    if how == "known":
        again = timed.known_digests("yelp", [record.digest])[record.digest].at(0)
    elif how == "other bytes":
        again = prepared(record.event, raw=b"other")
    assert run(timed, [again], LIMITED) == ["unchanged"]
    clock.move(hours=20)
    timed.blank_expired()
    (house,) = timed.venues()
    assert [row.venue_id for row in timed.events()] == [house.id]
    assert timed.known_venue("yelp", "", "77") == HALL
    clock.move(hours=5)
    timed.blank_expired()
    assert timed.venues() == ()
    assert [row.venue_id for row in timed.events()] == []


# What strangers write


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 100_000},
        {"name": "Saal " * 20_000, "address1": "5 " + "Straße " * 20_000},
        {"external_id": "k" * 50_000},
        {"external_id": "#1"},
        {"name": "…", "address1": "?!", "city": "—"},
        {"name": "'; DROP TABLE venues; --%_", "city": '"'},
        {"name": "日本武道館", "city": "東京", "address1": "北の丸公園2-3"},
        {"latitude": 90.0, "longitude": 180.0},
        {"latitude": -90.0, "longitude": -180.0},
        {"name": None, "address1": None},
    ],
)
def test_whatever_a_venue_is_called_it_is_kept_and_found_again(store: Store, changes: dict[str, Any]) -> None:
    venue = msgspec.structs.replace(HALL, **changes)
    run(store, [at(venue, 1)])
    run(store, [at(venue, 2)])
    (house,) = store.venues()
    assert (house.name, house.address1, house.source_count) == (venue.name, venue.address1, 1)
    assert {row.venue_id for row in store.events()} == {house.id}


def test_an_id_made_here_is_no_id_of_the_source(store: Store) -> None:
    run(store, [at(msgspec.structs.replace(HALL, external_id=None), 1)])
    ((_, _, made, *_),) = rows(store, "source_venues")
    assert made.startswith("#")
    assert store.known_venue("eventbrite", "", made) is None


@on_sqlite
def test_houses_are_found_without_looking_at_the_rest(store: Store) -> None:
    for query, index in (
        (writer._STORED, "sqlite_autoindex_source_venues_1"),
        (writer._FORMS, "ix_source_venues_venue"),
        (writer._BLOCKS, "PRIMARY KEY"),
        (writer._DUE, "ix_source_venues_retention"),
    ):
        statement = query.replace(":keys", "?, ?")
        with store._database.reading("test") as connection:
            values = ("x",) * statement.count("?")
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert index in plan[0]
        assert not any("SCAN" in step for step in plan)


# Lists


def names(found: Sequence[VenueRow]) -> list[str | None]:
    return [row.name for row in found]


def test_houses_are_listed_by_name_page_by_page_and_found_by_text_and_city(store: Store) -> None:
    venues = [
        Venue(name="beta", city="Leeds"),
        Venue(name="Alpha", city="York", address1="12 50% Lane"),
        Venue(address1="Alpine Road 1", city="York"),
        Venue(name="Gamma", city="Leeds"),
    ]
    run(store, [at(venue, number) for number, venue in enumerate(venues)])
    everything = store.venues()
    assert names(everything) == ["Alpha", None, "beta", "Gamma"]
    assert store.venues(limit=2) == everything[:2]
    assert store.venues(after=venue_order(everything[1])) == everything[2:]
    assert names(store.venues("ALP")) == ["Alpha", None]
    assert names(store.venues("50%")) == ["Alpha"]
    assert names(store.venues(city="leeds")) == ["beta", "Gamma"]
    assert store.venues("alp", "Leeds") == ()
    assert store.venue(everything[0].id[-8:].upper()).venue == everything[0]
    for wanted in ("nosuch", everything[0].id[:10], ""):
        with pytest.raises(NotFoundError):
            store.venue(wanted)


# Other people's houses


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the restaurants of the two guides are not here")
def test_the_store_finds_the_pairs_that_the_matcher_finds(store: Store) -> None:
    """Our venues have no telephones, so the matcher gets none either."""
    guides = {
        source: {key: msgspec.structs.replace(place, phone=None) for key, place in entries(file).items()}
        for source, file in (("csv", "fodors.csv"), ("yelp", "zagats.csv"))
    }
    for source, places in guides.items():
        records = [at(_venue(key, place), n, source) for n, (key, place) in enumerate(places.items())]
        for start in range(0, len(records), 50):
            run(store, records[start : start + 50], BatchOptions(deduplicate=False))
    joined = [dict(house) for house in parted(store) if len(house) > 1]
    found = {(house["csv"], house["yelp"]) for house in joined}
    assert len(found) == len(joined)
    assert found == linked(guides["csv"], guides["yelp"])[0]


def _venue(key: str, place: Place) -> Venue:
    return Venue(name=place.name, address1=place.address, city=place.city, external_id=key)


@pytest.mark.parametrize("seed", [1, 2])
def test_all_tables_of_houses_agree_whatever_happens(timed: Store, clock: Clock, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        records = {}
        for _ in range(rng.randrange(1, 8)):
            number, source = rng.randrange(12), rng.choice(("eventbrite", "yelp", "ics"))
            records[number, source] = at(_some_house(rng), number, source)
        run(timed, list(records.values()), LIMITED)
        clock.move(hours=rng.choice((1, 1, 9)))
        timed.blank_expired()
        _check(timed)
    clock.now += timedelta(days=2)
    timed.blank_expired()
    _check(timed)
    assert all("yelp" not in row.sources for row in timed.venues(limit=1_000))


def _some_house(rng: random.Random) -> Venue:
    number = rng.randrange(6)
    return Venue(
        name=rng.choice(("Kesselhaus", "Kesselhaus, Saal 2", "The Kesselhaus", "Old Mill")),
        address1=rng.choice((None, f"Elm Street {number}")),
        city=rng.choice(("Leeds", "York")),
        latitude=53.8 + number / 500,
        longitude=-1.55,
        external_id=rng.choice((None, None, str(rng.randrange(5)))),
    )


def _check(store: Store) -> None:
    """Every house has forms and says how many, every form has a house, every house is found, and no event
    names one that is gone.
    """
    forms: dict[str, int] = {}
    for _, _, _, _, venue_id, *_ in rows(store, "source_venues"):
        forms[venue_id] = forms.get(venue_id, 0) + 1
    assert forms == {row.id: row.source_count for row in store.venues(limit=1_000)}
    assert {venue_id for _, venue_id in rows(store, "venue_blocks")} == set(forms)
    assert {row.venue_id for row in store.events(limit=1_000)} <= {None, *forms}


def test_a_corrected_venue_is_that_of_the_record(store: Store) -> None:
    record = at(HALL, 1)
    run(store, [record])
    run(store, [changed(record, venue=msgspec.structs.replace(HALL, postal="10435"))])
    (house,) = store.venues()
    assert house.postal == "10435"
