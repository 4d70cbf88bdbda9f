"""`sources --test`: one request to a source, and how it was answered."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Program


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_source_that_answers_is_said_to(verb: Program, source: str) -> None:
    answer = verb("sources", "--test", source, "--sandbox", "--json")
    assert answer.status == 0, answer
    assert (answer.json["source"], answer.json["ok"]) == (source, True)
    assert "takes the token" in answer.json["message"]
    assert "takes the token" in verb("sources", "--test", source, "--sandbox").out


@pytest.mark.usefixtures("no_tokens")
def test_what_keeps_it_from_being_asked_is_said_with_what_to_do(verb: Program) -> None:
    answer = verb("sources", "--test", "yelp", "--json")
    assert answer.status == 2
    assert answer.json["success"] is False
    assert "SCENESCOUT_YELP_TOKEN" in answer.json["error"]["action"]
    nothing = verb("sources", "--test", "ics")
    assert nothing.status == 2
    assert "no API" in nothing.err
