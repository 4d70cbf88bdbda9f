"""Signals are heard whatever the loops do (DESIGN §2)."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, threading, time
from scenescout_tui.imports import signals
signals.GRACE = 0.9
ended = threading.Event()

def on_signal(number):
    print("signal", number, flush=True)
    if "obey" in sys.argv:
        ended.set()

def on_expired(number):
    print("unfinished: b3", flush=True)

signals.take_signals(on_signal, float(sys.argv[1]), on_expired)
print("ready", flush=True)
if "block" in sys.argv:
    while not ended.is_set():
        time.sleep(0.05)   # stands for a loop that never looks at signals
else:
    ended.wait()
sys.exit(7)
"""


def run(*arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_asks_for_a_drain_and_the_process_ends_by_itself(number: signal.Signals) -> None:
    with run("30", "obey") as process:
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert out == f"signal {number.value}\n"
    assert process.returncode == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_past_the_deadline_the_process_is_ended_and_the_unfinished_named(number: signal.Signals) -> None:
    with run("0.3", "block") as process:
        began = time.monotonic()
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert "unfinished: b3" in out
    assert process.returncode == 128 + number.value
    assert time.monotonic() - began < 10


def test_a_second_interrupt_does_not_wait_for_the_deadline() -> None:
    with run("600") as process:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == "signal 2\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 130
