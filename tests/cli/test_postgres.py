"""The command line on a PostgreSQL server, whose password it keeps to itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from scenescout_tui.store import Store
from tests.cli.conftest import Program
from tests.imports.payloads import eventbrite
from tests.postgres import own_schema, server_version

pytestmark = pytest.mark.server


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of an empty schema, with a password in it (which a server that trusts us does not ask for)."""
    with own_schema() as address:
        yield make_url(address).set(password="S3CRET").render_as_string(False)


def test_an_import_and_a_look_at_it(scenescout: Program, url: str, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("".join(json.dumps(eventbrite(number)) + "\n" for number in range(7)) + '{"id": 1}\n')
    answers = [
        scenescout(*words, "--database", url)
        for words in (
            ("import", "eventbrite", str(file)),
            ("runs", "--json"),
            ("errors",),
            ("doctor",),
            ("locate",),
            ("export", "--format", "csv"),
        )
    ]
    assert [answer.status for answer in answers] == [1, 0, 0, 0, 0, 0], answers
    assert "S3CRET" not in "".join(answer.out + answer.err for answer in answers)
    assert '"completed"' in answers[1].out
    assert "events" in answers[3].out
    assert answers[5].out.count("\n") == 8


def test_a_server_that_does_not_answer_is_said(scenescout: Program, url: str) -> None:
    answer = scenescout("runs", "--database", make_url(url).set(port=1).render_as_string(False))
    assert (answer.status, answer.out) == (3, "")
    assert "lost or refused" in answer.err
    assert "S3CRET" not in answer.err


def test_the_lists_come_from_the_read_url_and_changes_go_to_the_other(
    scenescout: Program, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "events.ndjson"
    with own_schema() as follower:
        for number, place in ((3, url), (1, follower)):
            lines = "".join(json.dumps(eventbrite(one)) + "\n" for one in range(number))
            file.write_text(lines + '{"id": 1}\n' * number)
            assert scenescout("import", "eventbrite", str(file), "--database", place).status == 1
        environ = {"SCENESCOUT_DATABASE_URL": url, "SCENESCOUT_READ_DATABASE_URL": follower}
        lists = ("events", "--json"), ("export",)
        seen = [scenescout(*words, **environ) for words in lists]
        assert [len(seen[0].json["events"]), len(seen[1].json)] == [1, 1]
        there = [scenescout(*words, "--database", url, **environ) for words in lists]
        assert [len(there[0].json["events"]), len(there[1].json)] == [3, 3]
        assert (
            scenescout("import", "eventbrite", str(file), "--json", **environ).json["summary"]["skipped"] == 1
        )
        cleared = scenescout("errors", "clear", "--json", **environ)
        assert cleared.status == 0, cleared
        with Store(follower, read_only=True) as left, Store(url, read_only=True) as store:
            assert (left.counts().errors_open, store.counts().errors_open) == (1, 0)


def test_doctor_says_how_the_servers_are(scenescout: Program, url: str) -> None:
    with own_schema() as follower:
        environ = {
            "SCENESCOUT_DATABASE_URL": url,
            "SCENESCOUT_READ_DATABASE_URL": follower,
            "SCENESCOUT_DATABASE_CONNECTIONS": "1000",
        }
        with Store(url) as store:
            store.begin_run("eventbrite", who="test")
            answer = scenescout("doctor", "--json", **environ)
    checks = [(check["what"], check["state"], check["detail"]) for check in answer.json["checks"]]
    (where,) = [detail for what, _, detail in checks if what == "database" and "PostgreSQL" in detail]
    assert where.endswith(f"0 events, PostgreSQL {server_version()}")
    assert any(
        what == "database" and state == "note" and "at most 1000" in detail for what, state, detail in checks
    )
    assert any(what == "engine" and detail.startswith("importing: sessions ") for what, _, detail in checks)
    assert any(what == "reading" and "holds no events yet" in detail for what, _, detail in checks)
    assert "S3CRET" not in answer.out + answer.err
