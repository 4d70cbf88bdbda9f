"""The console in a real terminal: what it costs, and what the terminal can do to it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.terminal import Terminal, terminal

_PLAYED = Path(__file__).with_name("played.py")
_COLOUR = re.compile(r"\x1b\[[0-9;]*?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[0-9;]*m")


def _settled(opened: Terminal, text: str = "12:41") -> None:
    opened.shows(text)
    opened.shows("errors:")
    opened.read(1.0)


def test_while_everything_ticks_a_refresh_costs_at_most_3_kB() -> None:
    with terminal(_PLAYED, "ticking") as opened:
        _settled(opened)
        written = opened.read(3.0)
    assert 0 < len(written) / (3.0 * 4) <= 3000


def test_nothing_is_written_while_nothing_changes() -> None:
    with terminal(_PLAYED, "busy") as opened:
        _settled(opened)
        assert opened.read(3.0) == b""


def test_a_byte_that_is_no_utf8_does_not_end_the_input() -> None:
    with terminal(_PLAYED, "idle") as opened:
        _settled(opened)
        opened.type(b"\xff\xc3\x28\xfe")
        opened.type(b"t")
        opened.shows("Theme: scenescout-light")
        opened.type(b"q")
        assert opened.exit_status() == 0


def test_a_lost_terminal_ends_the_console_with_129() -> None:
    with terminal(_PLAYED, "idle") as opened:
        _settled(opened)
        opened.hang_up()
        # The hang-up itself is for whoever takes the signals; without that, Python's default may come first.
        assert opened.exit_status() in {129, -1}


def test_the_terminal_is_left_as_it_was() -> None:
    with terminal(_PLAYED, "idle") as opened:
        _settled(opened)
        opened.type(b"q")
        assert opened.exit_status() == 0
        assert opened.written.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in opened.written[-200:]


def test_keys_that_come_in_one_piece_reach_the_fields_they_were_meant_for() -> None:
    with terminal(_PLAYED, "idle") as opened:
        _settled(opened)
        opened.type(b"m")
        opened.shows("Add an event")
        opened.read(0.3)
        opened.type(b"wrong\x15Jazzy\x7f\t2026-12-24\tBlue Room\t\tBerlin")
        opened.shows("Berlin ")
        opened.read(0.5)
        shown = opened.screen.text()
    assert re.search(r"title \*\s+Jazz\s", shown)
    assert re.search(r"start \*\s+2026-12-24\s", shown)
    assert re.search(r"venue \*\s+Blue Room\s", shown)
    assert re.search(r"city \*\s+Berlin\s", shown)


def test_a_path_typed_in_one_piece_with_its_key_lands_in_the_prompt() -> None:
    with terminal(_PLAYED, "idle") as opened:
        _settled(opened)
        opened.type(b"f/tmp/x.ndjson")
        opened.shows("/tmp/x.ndjson")
        opened.read(0.5)
        shown = opened.screen.text()
    assert "Import: Files" in shown
    assert "Theme:" not in shown
    assert "Starting" not in shown


def test_what_follows_an_answer_is_for_the_screen_below() -> None:
    with terminal(_PLAYED, "busy") as opened:
        _settled(opened)
        opened.type(b"snt")
        opened.shows("Theme: scenescout-light")


def test_a_key_before_the_engine_is_there_is_remembered() -> None:
    with terminal(_PLAYED, "late") as opened:
        opened.shows("starting")
        opened.type(b"f")
        opened.shows("as soon as the engine has started")
        opened.shows("Import: Files")


@pytest.mark.parametrize("keys", [b"f", b"?", b":"])
def test_while_everything_ticks_under_something_else_it_costs_no_more(keys: bytes) -> None:
    with terminal(_PLAYED, "ticking") as opened:
        _settled(opened)
        opened.type(keys)
        opened.read(1.0)
        written = opened.read(2.0)
    assert 0 < len(written) / (2.0 * 4) <= 3000


def test_no_color_means_none() -> None:
    with terminal(_PLAYED, "busy", NO_COLOR="1") as opened:
        _settled(opened)
        assert _COLOUR.findall(opened.written.decode("utf-8", "replace")) == []
        opened.type(b"f")
        opened.shows("Import: Files")
        opened.read(0.3)
        assert _COLOUR.findall(opened.written.decode("utf-8", "replace")) == []


def test_a_locale_without_unicode_gets_ascii_alone() -> None:
    with terminal(_PLAYED, "busy", columns=80, lines=24, LC_ALL="C") as opened:
        _settled(opened)
        for key, shown in (
            (b":", "a screen with a filter"),
            (b"\x10", "Import Eventbrite (e)"),
            (b"m", "Add an event"),
            (b"f", "Import: Files"),
            (b"?G", "up down"),
            (b"\r", "esc goes back"),
            (b"q", "Leave while"),
        ):
            opened.type(key)
            opened.shows(shown)
            opened.read(0.3)
            opened.type(b"\x1b")
            opened.read(0.5)
        outside = {sign for sign in opened.written.decode("utf-8", "replace") if not sign.isascii()}
        assert outside == set()


@pytest.mark.parametrize(
    "module", ["sqlalchemy", "httpx", "pydantic", "msgspec", "json", "textual.widgets._data_table"]
)
def test_the_way_to_the_first_paint_is_light(module: str) -> None:
    code = f"import sys, scenescout_tui.console.app; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
