"""What `import` asks an API for: options become what the engine is told, and what means nothing exits 2."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scenescout_tui.cli import import_verb
from scenescout_tui.cli.follow import Ending
from scenescout_tui.imports.commands import ImportOptions, ResumeRuns, StartImport
from scenescout_tui.sources.read_options import ReadOptions
from scenescout_tui.store import Store
from tests.cli.conftest import Program


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What engines are told, instead of engines; tokens are set."""
    jobs: list[Any] = []

    def take(settings: object, job: object, resume: str | None = None) -> Ending:
        jobs.append((job, resume))
        return Ending(())

    monkeypatch.setattr(import_verb, "run_to_end", take)
    monkeypatch.setenv("SCENESCOUT_EVENTBRITE_TOKEN", "one")
    monkeypatch.setenv("SCENESCOUT_YELP_TOKEN", "two")
    return jobs


@pytest.mark.parametrize(
    ("words", "ask"),
    [
        (["eventbrite", "--organizer", "123"], (("organizer", "123"),)),
        (["eventbrite", "--event", "1,2", "--max-pages", "3"], (("event", "1,2"), ("max-pages", "3"))),
        (["eventbrite"], ()),
        (["yelp", "--location", "New York", "--free"], (("location", "New York"), ("free", "true"))),
        (
            ["yelp", "--latitude", "38.7", "--longitude", "-9.1", "--radius", "5000"],
            (("latitude", "38.7"), ("longitude", "-9.1"), ("radius", "5000")),
        ),
        (
            [
                "yelp",
                "--location",
                "x",
                "--start",
                "2026-12-01",
                "--end",
                "2026-12-24",
                "--category",
                "music",
            ],
            (("location", "x"), ("start", "2026-12-01"), ("end", "2026-12-24"), ("category", "music")),
        ),
    ],
)
def test_options_become_what_is_asked_for(
    verb: Program, told: list[Any], words: list[str], ask: tuple[tuple[str, str], ...]
) -> None:
    answer = verb("import", *words)
    assert answer.status == 0, answer
    ((job, resume),) = told
    assert job == StartImport(words[0], ask=ask)
    assert resume == " ".join(["scenescout", "import", *_quoted(words), "--resume"])


def _quoted(words: list[str]) -> list[str]:
    return [f"'{word}'" if " " in word else word for word in words]


def test_how_a_run_treats_its_records_is_said_beside_it(verb: Program, told: list[Any]) -> None:
    verb("import", "eventbrite", "--no-descriptions", "--accept-missing", "--resume")
    verb("import", "eventbrite", "--descriptions")
    assert [job for job, _ in told] == [
        StartImport(
            "eventbrite", options=ImportOptions(descriptions=False, accept_missing=True), resume=True
        ),
        StartImport("eventbrite", options=ImportOptions(descriptions=True)),
    ]


def test_an_address_is_an_input(verb: Program, told: list[Any]) -> None:
    feed = "webcal://example.org/events.ics"
    assert verb("import", "auto", feed).status == 0
    assert told == [(StartImport("auto", (feed,)), f"scenescout import auto {feed} --resume")]


def test_how_inputs_are_read_is_told_too(verb: Program, told: list[Any]) -> None:
    feed = "https://example.org/events.csv"
    words = ["--map", "title=Name", "--map", "start=Date", "--place", "Canal Hall", "--dates", "dmy"]
    assert verb("import", "csv", feed, *words, "--timezone", "Europe/London").status == 0
    assert verb("import", "ics", feed, "--series-until", "2027-02-03").status == 0
    first, second = (job.options.read for job, _ in told)
    assert first == ReadOptions(
        map=(("title", "Name"), ("start", "Date")),
        place="Canal Hall",
        timezone="Europe/London",
        dates="dmy",
    )
    assert second == ReadOptions(series_until=date(2027, 2, 3))


def test_resume_alone_goes_on_with_every_run(verb: Program, told: list[Any]) -> None:
    answer = verb("import", "--resume")
    assert (answer.status, answer.out) == (0, "There is no import to go on with.\n")
    assert told == [(ResumeRuns(), "scenescout import --resume")]
    assert verb("import", "--resume", "--json").json == {"success": True, "runs": []}


def test_what_the_settings_name_needs_no_option(
    verb: Program, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verb("import", "yelp").status == 2
    monkeypatch.setenv("SCENESCOUT_YELP_IMPORT", "location=Lisboa")
    assert verb("import", "yelp").status == 0
    assert verb("import", "yelp", "--max-pages", "1").status == 0
    assert [job.ask for job, _ in told] == [(), (("max-pages", "1"),)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["yelp", "--organizer", "3"], ["--organizer", "eventbrite", "--location"]),
        (["eventbrite", "--location", "x"], ["--location", "yelp", "--organizer"]),
        (["yelp", "--location", "x", "--descriptions"], ["--descriptions", "eventbrite"]),
        (["manual", "--organizer", "3"], ["--organizer", "no API", "INPUT"]),
        (["auto", "--max-pages", "3"], ["--max-pages", "no API"]),
        (["eventbrite", "events.json", "--organizer", "3"], ["--organizer", "INPUT"]),
        (["eventbrite", "events.json", "--no-descriptions"], ["--descriptions", "INPUT"]),
        (["eventbrite", "--organizer", "abc"], ["--organizer", "abc"]),
        (["eventbrite", "--organizer", "1", "--venue", "2"], ["--organizer", "--venue"]),
        (["eventbrite", "--max-pages", "none"], ["--max-pages"]),
        (["yelp", "--latitude", "38.7"], ["--longitude is missing"]),
        (["yelp", "--longitude", "8.7", "--radius", "9"], ["--latitude is missing"]),
        (["eventbrite", "--event", ""], ["--event is empty"]),
        (["eventbrite", "--organizer", " , "], ["--organizer is empty"]),
        (["eventbrite", "--organizer", "1", "--max-pages", ""], ["--max-pages is empty"]),
        (["yelp", "--location", ""], ["--location is empty"]),
        (["--resume", "--dry-run"], ["nothing it could go on with", "--dry-run"]),
        (["yelp", "a.json", "--resume", "--dry-run"], ["nothing it could go on with"]),
        (["yelp", "a.json", "--place", "Canal Hall"], ["--place", "yelp"]),
        (["csv", "a.csv", "--series-from", "2027-01-02"], ["--series-from", "csv"]),
        (["yelp", "--location", "x", "--start", "soon"], ["--start", "2026-12-01"]),
        (["yelp"], ["--location"]),
        (["eventbrite", "--sandbox-faults", "10%"], ["--sandbox"]),
        (["eventbrite", "--sandbox", "--sandbox-faults", "140%"], ["140%", "10%"]),
        (["eventbrite", "--sandbox", "--sandbox-faults", "many"], ["many", "0.1"]),
        (["eventbrite", "--map", "title=Name"], ["--map", "INPUT"]),
        (["csv", "a.csv", "--map", "colour=Name"], ["colour", "title"]),
        (["ics", "a.ics", "--timezone", "Mars/Olympus"], ["--timezone", "Europe/London"]),
        (["ics", "a.ics", "--series-from", "2027-01-02", "--series-until", "2027-01-01"], ["--series-until"]),
        (["csv", "a.csv", "--dates", "ymd"], ["--dates", "dmy"]),
        ([], ["SOURCE"]),
    ],
)
def test_what_cannot_be_asked_exits_2_in_words(
    verb: Program, told: list[Any], words: list[str], said: list[str]
) -> None:
    answer = verb("import", *words)
    assert (answer.status, answer.out) == (2, "")
    assert [text for text in said if text not in answer.err] == []
    as_json = verb("import", *words, "--json")
    assert as_json.status == 2
    assert set(as_json.json["error"]) == {"code", "message", "action"}
    assert told == []


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_missing_token_exits_2_and_says_both_ways_to_set_it(
    verb: Program, told: list[Any], monkeypatch: pytest.MonkeyPatch, database: Path, source: str
) -> None:
    name = f"SCENESCOUT_{source.upper()}_TOKEN"
    monkeypatch.delenv(name)
    key = "--organizer" if source == "eventbrite" else "--location"
    answer = verb("import", source, key, "1", "--database", database)
    assert answer.status == 2
    assert all(text in answer.err for text in (name, f"{name}_FILE", "0600", "--sandbox"))
    assert told == []
    assert not database.exists()


@pytest.mark.parametrize(("given", "faults"), [("10%", 0.1), ("0.25", 0.25), ("0", 0.0), ("100%", 1.0)])
@pytest.mark.parametrize("before", [True, False])
def test_the_faults_of_the_sandbox_are_told_before_or_after_the_verb(
    verb: Program, monkeypatch: pytest.MonkeyPatch, given: str, faults: float, before: bool
) -> None:
    seen: list[Any] = []

    def run(flags: object, *rest: object, **more: object) -> Ending:
        seen.append(flags)
        return Ending(())

    monkeypatch.setattr(import_verb, "_run", run)
    flags = ["--sandbox", "--sandbox-faults", given]
    words = [*flags, "import", "yelp"] if before else ["import", "yelp", *flags]
    assert verb(*words).status == 0
    assert [(one.sandbox, one.sandbox_faults) for one in seen] == [(True, faults)]


def _unfinished(database: Path, state: str = "interrupted") -> None:
    """Leave an import of one organisation behind that did not finish."""
    with Store(f"sqlite:///{database}") as store:
        ask = [["organization", "768"]]
        run_id = store.begin_run("eventbrite", inputs=["organization=768"], options={"ask": ask}, who="ann")
        if state != "running":
            store.finish_run(run_id, "interrupted")


@pytest.mark.parametrize("state", ["interrupted", "running"])
def test_what_is_to_go_on_starts_no_larger_import_instead(
    verb: Program, told: list[Any], database: Path, state: str
) -> None:
    _unfinished(database, state)
    answer = verb("import", "eventbrite", "--resume", "--database", database)
    assert (answer.status, told) == (2, [])
    assert "no unfinished import of eventbrite organization=mine" in answer.err
    assert "unfinished: eventbrite organization=768" in answer.err
    assert f"scenescout import --resume --database {database}" in answer.err
    assert verb("import", "eventbrite", "--organization", "768", "--resume", "--database", database).err == ""
    assert [job.ask for job, _ in told] == [(("organization", "768"),)]


def test_where_nothing_is_to_go_on_with_it_says_that_it_starts_anew(
    verb: Program, told: list[Any], database: Path, eventbrite_file: Path
) -> None:
    _unfinished(database)
    for words in (("yelp", "--location", "x"), ("eventbrite", eventbrite_file)):
        answer = verb("import", *words, "--resume", "--database", database)
        assert (answer.status, answer.err) == (0, "There is nothing to go on with; starting anew.\n")
    assert len(told) == 2
