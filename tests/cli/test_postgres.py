"""The command line on a PostgreSQL server, whose password it keeps to itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.cli.conftest import Program
from tests.imports.payloads import eventbrite
from tests.postgres import own_schema

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
