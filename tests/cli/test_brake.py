"""Whoever does not wait for the end is told what was cut short."""

from __future__ import annotations

import signal

import pytest

from scenescout_tui.cli.brake import Brake
from scenescout_tui.cli.follow import _cut


class Engine:
    """An engine that does not end in time."""

    unfinished = ("yelp p2 b3",)

    def stop(self, drain: bool = True) -> None:
        """Go on all the same."""


def test_work_and_run_are_named_with_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    brake = Brake()
    brake.attach(Engine())
    brake.remember(lambda: _cut(["01m2n3p4q5r6abcdef"], "scenescout import yelp events.json --resume"))
    brake.expired(signal.SIGINT)
    err = capsys.readouterr().err
    assert "yelp p2 b3" in err
    assert "run abcdef" in err
    assert "Go on with: scenescout import yelp events.json --resume" in err


def test_before_there_is_a_run_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Brake().expired(signal.SIGINT)
    assert "the start of the engine" in capsys.readouterr().err
