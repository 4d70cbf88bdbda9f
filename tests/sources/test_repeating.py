"""Repetition rules: the same dates as dateutil finds, in work that the rule cannot make longer."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from scenescout_tui.sources.calendars.repeating import OutOfWork, Rule, RuleError, Work

FIRST, LAST = datetime(2026, 11, 23), datetime(2027, 11, 23, 23, 59, 59)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def followed(text: str, start: datetime, first: datetime = FIRST, last: datetime = LAST) -> list[datetime]:
    work = Work()
    work.begin_series()
    return list(Rule(text).starts(start, first, last, None, work))


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    one = st.integers(low, high).filter(bool)
    return st.lists(one, min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts = [f"FREQ={frequency}"]
    options = {
        "INTERVAL": st.integers(1, 6).map(str),
        "COUNT": st.integers(1, 2_000).map(str),
        "BYMONTH": numbers(1, 12),
        "BYMONTHDAY": numbers(-31, 31),
        "BYDAY": st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(",".join),
        "WKST": st.sampled_from(DAYS),
        "BYHOUR": numbers(1, 23),
    }
    if frequency in ("YEARLY", "MONTHLY"):
        place = st.tuples(st.sampled_from(["-1", "1", "2", "4", "-3"]), st.sampled_from(DAYS)).map("".join)
        options["BYDAY"] = st.lists(place, min_size=1, max_size=2, unique=True).map(",".join)
    if frequency == "YEARLY":
        options["BYYEARDAY"] = numbers(-366, 366)
    for name, values in options.items():
        if draw(st.booleans()) and draw(st.booleans()):
            parts.append(f"{name}={draw(values)}")
    if len(parts) > 2 and draw(st.booleans()) and any(part.startswith("BY") for part in parts):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2']))}")
    return ";".join(parts)


@settings(max_examples=300, deadline=None)
@given(
    rules(),
    st.datetimes(datetime(2019, 1, 1), datetime(2027, 6, 1)).map(lambda at: at.replace(microsecond=0)),
)
def test_a_rule_gives_the_dates_that_dateutil_gives_from_its_start(text: str, start: datetime) -> None:
    try:
        found = followed(text, start)
    except OutOfWork:
        # Then dateutil looks for ages too: it must find nothing more in the window.
        return
    expected = rrulestr(f"{text};UNTIL={LAST:%Y%m%dT%H%M%S}" if "COUNT" not in text else text, dtstart=start)
    assert found == [wall for wall in expected if FIRST <= wall <= LAST]


@pytest.mark.parametrize(
    ("text", "start", "count"),
    [
        # From Monday 23 November 2026 to Tuesday 23 November 2027 there are 366 days and 53 Mondays.
        ("FREQ=DAILY", datetime(2001, 1, 1, 20), 366),
        ("FREQ=WEEKLY;BYDAY=MO", datetime(1970, 1, 5, 20), 53),
        ("FREQ=MONTHLY", datetime(1970, 1, 15, 20), 12),
        ("FREQ=MONTHLY;BYDAY=-1FR", datetime(1999, 12, 31, 20), 12),
        ("FREQ=YEARLY", datetime(1601, 12, 24, 20), 1),
        # December, January, March, May, July, August and October have a 31st.
        ("FREQ=MONTHLY", datetime(2020, 1, 31, 20), 7),
        ("FREQ=HOURLY;INTERVAL=24", datetime(2010, 1, 1, 20), 366),
        # Leap day: none in the window, and in 2028 again.
        ("FREQ=YEARLY", datetime(2024, 2, 29, 20), 0),
    ],
)
def test_a_rule_that_began_long_ago_is_followed_where_it_is_wanted(
    text: str, start: datetime, count: int
) -> None:
    found = followed(text, start)
    assert len(found) == count
    assert all(FIRST <= wall <= LAST for wall in found)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=100",
        "FREQ=YEARLY;BYDAY=5MO;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=366",
        "FREQ=HOURLY;COUNT=1000000000",
        "FREQ=DAILY;COUNT=999999999999",
    ],
)
def test_a_rule_that_never_matches_or_counts_for_ever_costs_no_more_than_its_share(text: str) -> None:
    work = Work(series=50_000)
    work.begin_series()
    with pytest.raises(OutOfWork):
        list(Rule(text).starts(datetime(1601, 1, 1), FIRST, LAST, None, work))


def test_all_series_of_a_document_share_what_may_be_done() -> None:
    work = Work(document=1_000, series=600)
    shares = []
    for _ in range(3):
        work.begin_series()
        shares.append(sum(1 for _ in iter(lambda: _spent(work), False)))
    assert shares == [600, 400, 0]


def _spent(work: Work) -> bool:
    try:
        work.spend()
    except OutOfWork:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "FREQ=",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=x",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO,",
        "FREQ=MONTHLY;BYDAY=99MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=YEARLY;RSCALE=CHINESE",
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        Rule(text)


def test_the_end_of_a_rule_is_its_last_day() -> None:
    work = Work()
    work.begin_series()
    until = FIRST + timedelta(days=3)
    found = list(Rule("FREQ=DAILY").starts(datetime(2020, 1, 1), FIRST, LAST, until, work))
    assert found == [FIRST + timedelta(days=n) for n in range(4)]
