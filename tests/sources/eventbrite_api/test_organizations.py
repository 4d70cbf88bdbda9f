"""The organisations of a token, and walks over all of them."""

from __future__ import annotations

import pytest

from scenescout_tui.errors import ExternalAPIError
from scenescout_tui.sources.eventbrite_api import Organization, list_organizations
from tests.sources.eventbrite_api.server import Answer, EventList, always, in_turn, json_answer, refused
from tests.sources.eventbrite_api.walking import Way

pytestmark = pytest.mark.anyio

MINE = "/users/me/organizations/"


def organizations(*named: tuple[object, object], **pagination: object) -> Answer:
    items = [{"id": external_id, "name": name, "_type": "organization"} for external_id, name in named]
    return json_answer({"pagination": pagination, "organizations": items})


async def test_all_pages_of_organisations_are_listed_each_once(way: Way) -> None:
    way.server.routes[MINE] = in_turn(
        organizations(("1", "Canal\x1b[31m Arts"), ("2", None), page_number=1, page_count=2),
        organizations(
            (2, "again"), (3, "Hall"), ("../4", "evil"), (None, "none"), page_number=2, page_count=2
        ),
    )
    assert await list_organizations(way.access) == (
        Organization("1", "Canal Arts"),
        Organization("2", ""),
        Organization("3", "Hall"),
    )
    assert [one.query for one in way.server.requests] == [{}, {"page": "2"}]


async def test_a_list_of_organisations_without_end_is_left(way: Way) -> None:
    way.server.routes[MINE] = lambda _: organizations(("1", "A"), has_more_items=True)
    assert len(await list_organizations(way.access)) == 1
    assert len(way.server.requests) == 2


async def test_a_public_token_is_told_what_it_lacks(way: Way) -> None:
    way.server.routes[MINE] = always(refused(403, "NOT_AUTHORIZED"))
    with pytest.raises(ExternalAPIError) as closed:
        await list_organizations(way.access)
    assert "private token" in closed.value.metadata["action"]


async def test_an_answer_that_is_no_list_may_be_tried_again(way: Way) -> None:
    way.server.routes[MINE] = always(json_answer({"organizations": None}))
    with pytest.raises(ExternalAPIError, match="no page of organizations") as strange:
        await list_organizations(way.access)
    assert strange.value.retryable


@pytest.mark.parametrize("ask", ["", "organization=mine"])
async def test_all_organisations_of_the_token_are_walked(way: Way, ask: str) -> None:
    way.server.routes |= {
        MINE: lambda _: organizations(("1", "A"), ("2", "B")),
        "/organizations/1/events/": EventList([1, 2, 3]),
        "/organizations/2/events/": EventList([4]),
    }
    walked = await way.walk(ask)
    assert (walked.ids, walked.complete) == ([1, 2, 3, 4], True)
    assert way.server.paths().count(MINE) == 1
    rest = await way.walk(ask, cursor=walked.pages[1].cursor)
    assert rest.ids == [4]


async def test_an_organisation_that_was_left_meanwhile_is_not_looked_for(way: Way) -> None:
    way.server.routes |= {
        MINE: in_turn(organizations(("1", "A"), ("2", "B")), organizations(("2", "B"))),
        "/organizations/1/events/": EventList([1]),
        "/organizations/2/events/": EventList([4]),
    }
    first = await way.walk("")
    assert (await way.walk("", cursor=first.pages[0].cursor)).ids == [4]


async def test_a_token_without_organisations_is_told_so(way: Way) -> None:
    way.server.routes[MINE] = lambda _: organizations()
    with pytest.raises(ExternalAPIError, match="belongs to none") as alone:
        await way.walk("")
    assert not alone.value.retryable
    assert "--organizer" in alone.value.metadata["action"]


async def test_a_list_of_organisations_that_failed_is_asked_for_again(way: Way) -> None:
    way.server.routes |= {
        MINE: in_turn(refused(500, "INTERNAL_ERROR"), organizations(("1", "A"))),
        "/organizations/1/events/": EventList([1]),
    }
    walk = way.open("")
    with pytest.raises(ExternalAPIError):
        await walk.next_page()
    assert await walk.last_good_page() is None
    assert await walk.next_page() is not None
    await walk.aclose()
