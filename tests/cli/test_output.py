"""What leaves the program is exact for programs and harmless for terminals."""

from __future__ import annotations

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenescout_tui.cli import output

HOSTILE = "\x1b[2J \x07 \x9b31m \x7f \u202egnp.exe \u2066 \u200b \ufeff \U000e0041 tab\t line\n"


@given(st.text())
def test_json_gives_back_exactly_what_went_in(text: str) -> None:
    assert json.loads(output.exact_json({"title": text})) == {"title": text}


def test_json_holds_lone_surrogates_too() -> None:
    assert json.loads(output.exact_json("\ud800x")) == "\ud800x"
    output.exact_json("\ud800x").encode()


def test_json_holds_no_character_a_terminal_would_act_upon() -> None:
    text = output.exact_json({"title": HOSTILE, "other": "Kraków 東京 🎷"})
    assert not any(ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F for char in text)
    assert not set(text) & set("\u202e\u2066\u200b\ufeff\U000e0041")
    assert "Kraków 東京 🎷" in text


def test_times_are_shown_in_this_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert output.local_time("2026-11-23T12:00:00Z") == "2026-11-23 07:00"
        assert output.local_time(0) == "1969-12-31 19:00"
        assert output.local_time(None) == ""
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("term", ["", "dumb"])
def test_a_dumb_terminal_is_none(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    leader, follower = os.openpty()
    try:
        with open(follower, closefd=False) as stream:
            monkeypatch.setenv("TERM", "xterm-256color")
            assert output.is_terminal(stream)
            monkeypatch.setenv("TERM", term)
            assert not output.is_terminal(stream)
    finally:
        os.close(leader)
        os.close(follower)
