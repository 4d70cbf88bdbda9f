"""`scenescout` without a verb: opens the console, or says why it cannot be one here."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from scenescout_tui.cli.exits import WRONG_USE
from scenescout_tui.cli.flags import Flags
from scenescout_tui.cli.output import is_terminal, say

if TYPE_CHECKING:
    from scenescout_tui.cli.brake import Brake
    from scenescout_tui.imports.handle import EngineHandle
    from scenescout_tui.imports.local import LocalEngineHandle
    from scenescout_tui.settings import Settings

#: Leaves the alternate screen, shows the cursor, ends mouse, focus and paste reports, resets colours.
_RESTORE = b"\x1b[?1000;1002;1003;1004;1006;1015;2004;2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m\r\n"


def open_console(flags: Flags) -> int:
    """Run the console until the person leaves and return its exit status; 2 where there is no terminal for
    it.
    """
    flags.check()
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return _refuse(flags)
    with ExitStack() as stack:
        if flags.sandbox:
            from scenescout_tui.cli.brake import deaf_threads
            from scenescout_tui.cli.sandbox import sandbox

            with deaf_threads():
                here = stack.enter_context(sandbox(flags))
            return _run(flags, here.settings)
        return _run(flags, flags.settings())


def _run(flags: Flags, settings: Settings) -> int:
    from scenescout_tui.cli.brake import Brake
    from scenescout_tui.cli.log import logged
    from scenescout_tui.console.app import run_console
    from scenescout_tui.imports.signals import take_signals

    screen, opened_at = _Screen(), datetime.now(UTC)
    engines: list[LocalEngineHandle] = []
    brake = Brake(also=screen.leave, restore=_terminal_restorer())
    with logged(settings):
        take_signals(brake.pull, settings.drain_deadline, brake.expired)
        status = run_console(
            settings,
            lambda: _connect(flags, settings, brake, engines.append),
            read_only=flags.read_only,
            announce=screen.announce,
        )
    if engines and not flags.sandbox:
        _say_what_was_stopped(flags, opened_at)
    return status


def _connect(
    flags: Flags, settings: Settings, brake: Brake, started: Callable[[LocalEngineHandle], None]
) -> EngineHandle:
    """Start an engine; where another process has it, or nothing may be changed, look at the store instead."""
    from scenescout_tui.cli.data import signed
    from scenescout_tui.errors import SpawnerError
    from scenescout_tui.imports.local import start_engine
    from scenescout_tui.imports.lock import EngineLockedError
    from scenescout_tui.imports.viewer import start_viewer

    if flags.read_only:
        viewer = start_viewer(settings, SpawnerError("opened with --read-only", "READ_ONLY"))
        brake.attach(viewer)
        return viewer
    try:
        engine = start_engine(settings, spreads=True, tty=signed()["tty"])
    except EngineLockedError as held:
        viewer = start_viewer(settings, held)
        brake.attach(viewer)
        return viewer
    brake.attach(engine)
    brake.remember(partial(_cut_short, engine))
    started(engine)
    return engine


def _cut_short(engine: LocalEngineHandle) -> Iterator[str]:
    """Name the runs that are still going on when the process is ended."""
    for run in engine.snapshot().runs:
        if run.state in ("running", "draining"):
            yield f"Interrupted: run {run.run_id[-6:]}. How to go on: scenescout runs {run.run_id[-6:]}"


def _say_what_was_stopped(flags: Flags, opened_at: datetime) -> None:
    """Name the runs that ended with the console before their end; the screen that showed them has gone."""
    from scenescout_tui.cli.going_on import stopped_since
    from scenescout_tui.cli.streams import tell
    from scenescout_tui.errors import SpawnerError

    with suppress(SpawnerError):  # whatever is wrong with the database was on the screen
        for line in stopped_since(flags, opened_at):
            tell(line)


class _Screen:
    """The way to end the screen from another thread, which may be asked for before there is one."""

    def __init__(self) -> None:
        self._leave: Callable[[int], None] | None = None
        self._announced = threading.Event()

    def announce(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._announced.set()

    def leave(self, number: int) -> None:
        self._announced.wait()
        if self._leave is not None:
            self._leave(128 + number)


def _terminal_restorer() -> Callable[[], None]:
    """Remember how the terminal is, and return what puts it back as far as it takes writes."""
    import termios

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)

    def restore() -> None:
        try:
            termios.tcsetattr(fd, termios.TCSANOW, before)
            if select.select([], [sys.stdout.fileno()], [], 0)[1]:
                os.write(sys.stdout.fileno(), _RESTORE)
        except (OSError, termios.error):
            pass  # the terminal has gone, and with it whatever was to be restored

    return restore


def _refuse(flags: Flags) -> int:
    """Say how things stand and how to go on without a terminal; no escape sequence is written."""
    from scenescout_tui.cli.data import reading
    from scenescout_tui.cli.output import count, local_time
    from scenescout_tui.errors import SpawnerError
    from scenescout_tui.safe_text import for_screen

    say("The console needs a terminal; this is none.")
    try:
        with reading(flags) as store:
            found, runs = store.counts(), store.runs(limit=1)
        say(f"  events        {found.events:,}")
        say(f"  errors        {found.errors_open:,} open, {count(found.dead_letters, 'dead letter')}")
        say(f"  review        {count(found.pending, 'submission')} waiting")
        for run in runs:
            when = local_time(run.started_at.timestamp())
            say(f"  last run      {for_screen(run.source)}, {run.state}, {when}")
    except SpawnerError as error:
        say(f"  {for_screen(error.message)}")
    say("Without a screen:")
    say("  scenescout import eventbrite FILE --json    import events")
    say("  scenescout events | runs | errors | export  see what came of it")
    say("  scenescout --help                           everything else")
    return WRONG_USE
