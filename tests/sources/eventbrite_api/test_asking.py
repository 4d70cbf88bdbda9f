"""What Eventbrite can be asked for."""

from __future__ import annotations

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.sources.ask import Ask
from scenescout_tui.sources.eventbrite_api import check_ask
from scenescout_tui.sources.eventbrite_api.asking import MAX_PAGES, Asked, read_ask


def asked(text: str) -> Asked:
    return read_ask(Ask.from_text(text))


@pytest.mark.parametrize("kind", ["organizer", "organization", "venue", "series", "event"])
def test_each_kind_takes_ids_with_commas_and_each_once(kind: str) -> None:
    found = asked(f"{kind}=12, 34,12,")
    assert (found.kind, found.ids, found.max_pages) == (kind, ("12", "34"), MAX_PAGES)


@pytest.mark.parametrize(
    ("text", "external_id"),
    [
        ("organizer=https://www.eventbrite.co.uk/o/queer-lit-48062165483", "48062165483"),
        ("organizer=https://www.eventbrite.com/o/48062165483/?aff=oddtdtcreator#events", "48062165483"),
        ("organizer=/o/queer-lit-48062165483", "48062165483"),
        ("organizer=queer-lit-2-48062165483", "48062165483"),
        ("event=https://www.eventbrite.de/e/songs-2026-tickets-1249263784609?aff=x-1", "1249263784609"),
        ("event=/e/songs-tickets-1249263784609", "1249263784609"),
        ("series=/e/songs-tickets-1249263784609", "1249263784609"),
        ("venue=https://www.eventbriteapi.com/v3/venues/245730893/", "245730893"),
    ],
)
def test_an_address_or_a_slug_is_taken_for_its_id(text: str, external_id: str) -> None:
    assert asked(text).ids == (external_id,)


@pytest.mark.parametrize("text", ["", "organization=mine", "organization=MINE", "max-pages=5"])
def test_without_a_kind_all_organisations_of_the_token_are_meant(text: str) -> None:
    assert (asked(text).kind, asked(text).ids) == ("organization", ())


def test_a_cap_on_pages_is_never_above_the_hard_one() -> None:
    assert asked("organizer=1 max-pages=3").max_pages == 3
    assert asked("organizer=1 max-pages=99999999").max_pages == MAX_PAGES


@pytest.mark.parametrize(
    ("text", "option", "words"),
    [
        ("organizer=abc", "--organizer", "is not an id"),
        ("organizer=12,abc", "--organizer", "'abc' is not an id"),
        ("organizer=,", "--organizer", "is not an id"),
        ("venue=12.5", "--venue", "is not an id"),
        ("venue=-5x", "--venue", "is not an id"),
        ("event=https://example.org/e/songs-tickets-5", "--event", "is not an id"),
        ("event=http://[/e/1", "--event", "is not an id"),
        ("event=" + "1" * 30, "--event", "is not an id"),
        ("organizer=https://www.eventbrite.com/e/songs-tickets-5", "--organizer", "something else (event)"),
        ("event=/o/queer-lit-5", "--event", "something else (organizer)"),
        ("organization=mine,5", "--organization", "'mine' is not an id"),
        ("organizer=1 venue=2", "--venue", "--organizer and --venue do not go together"),
        ("organizer=1 max-pages=0", "--max-pages", "not a number of pages"),
        ("organizer=1 max-pages=x", "--max-pages", "not a number of pages"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_the_name_of_its_option(
    text: str, option: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        check_ask(Ask.from_text(text))
    assert refused.value.field == option
    assert words in str(refused.value)
    assert refused.value.metadata["action"]


def test_an_unknown_key_is_refused_with_the_list_and_why_there_is_no_search() -> None:
    with pytest.raises(ValidationError) as refused:
        check_ask(Ask.from_text("location=New York"))
    assert refused.value.field == "--location"
    assert "--organizer, --organization, --venue, --series, --event, --max-pages" in str(refused.value)
    assert "shut its search" in refused.value.metadata["action"]


def test_a_good_ask_passes() -> None:
    check_ask(Ask.from_text("organizer=1,2 max-pages=3"))
    check_ask(Ask())
