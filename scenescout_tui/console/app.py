"""The console's application: it paints first, finds the engine afterwards, and turns keys into commands."""

from __future__ import annotations

import logging
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingsMap, BindingType
from textual.command import Provider
from textual.events import Event, Key, Paste
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.timer import Timer

from scenescout_tui.console import look
from scenescout_tui.console.content import safe, show_in
from scenescout_tui.console.driver import SteadyDriver
from scenescout_tui.console.glyphs import UNICODE, Glyphs, glyphs_for
from scenescout_tui.console.keys import KEYS, PLACES, bindings, is_offered, remap
from scenescout_tui.console.painted import Painted
from scenescout_tui.console.processor_state import REFRESH, ProcessorState
from scenescout_tui.console.repaint import CellUpdate, PlainColors, WholeCells
from scenescout_tui.console.screens.dashboard import Dashboard
from scenescout_tui.console.typed_ahead import TypedAhead
from scenescout_tui.imports.actions import BY_ID
from scenescout_tui.safe_text import for_log

if TYPE_CHECKING:
    from scenescout_tui.console.operations import Operations
    from scenescout_tui.console.screens.list_screen import ListScreen
    from scenescout_tui.imports.handle import EngineHandle
    from scenescout_tui.settings import Settings

    Connect = Callable[[], EngineHandle]
    #: Says why a source cannot be asked for something (key and value pairs), or nothing.
    MayAsk = Callable[[str, tuple[tuple[str, str], ...]], str]

#: Seconds for which a result stays on the status line.
SAID_FOR = 5.0
#: Seconds beyond the drain deadline that the engine gets to end after the screen has gone.
_GRACE = 2.0
#: Exit status where the engine could not be started (DESIGN §7) and where the terminal has gone (§2).
_NO_ENGINE = 3
_LOST_TERMINAL = 129

_log = logging.getLogger(__name__)


def _palette() -> type[Provider]:
    from scenescout_tui.console.dialogs.palette import ActionProvider

    return ActionProvider


class SceneScoutApp(App[None], inherit_bindings=False):
    """The console over one engine.

    ``connect`` gives the engine's handle; it is called in a thread after the first paint. ``read_only`` says
    that nothing may be changed from here. ``may_ask`` says what is wrong with what a source is to be asked
    for, before the engine is told. ``refresh_every`` is in seconds.
    """

    TITLE = "SceneScout"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "say_how_to_quit", "Copy", show=False, id="copy", tooltip="Copy what is marked.")
    ]
    CSS = """
    ToastRack { margin-bottom: 1; }
    Toast { background: $surface; color: $ss-ink; }
    .-ascii Toast { border-left: ascii $ss-accent; }
    CommandPalette LoadingIndicator { display: none; }
    .-ascii CommandPalette #--input { border: ascii $ss-accent; }
    .-ascii CommandList { border-bottom: ascii $ss-accent; }
    CommandPalette:nocolor .option-list--option-highlighted { text-style: reverse; }
    """

    def __init__(
        self,
        connect: Connect,
        *,
        theme: str | None = None,
        read_only: bool = False,
        state_dir: Path | None = None,
        may_ask: MayAsk = lambda source, pairs: "",
        glyphs: Glyphs | None = None,
        refresh_every: float | None = REFRESH,
    ) -> None:
        super().__init__(driver_class=SteadyDriver)
        self.read_only = read_only
        self.state_dir = state_dir
        self.may_ask = may_ask
        self.glyphs = glyphs or glyphs_for()
        show_in(None if self.glyphs is UNICODE else "ascii")
        ScrollBar.renderer = ScrollBarRender if self.glyphs is UNICODE else WholeCells
        self.handle: EngineHandle | None = None
        #: What the status line says for a few seconds: a role and a text.
        self.said: tuple[str, str] | None = None
        self.role_styles: dict[str, Style] = {}
        self.state = ProcessorState(
            auto_refresh=refresh_every, backlog=self._backlog, on_error=self._on_error
        )
        self._operations: Operations | None = None
        self._opened: dict[str, ListScreen] = {}
        self._connect = connect
        self._said_timer: Timer | None = None
        self._told_to_leave: int | None = None
        self._typed = TypedAhead(self, super().on_event)
        for one in look.make_themes():
            self.register_theme(one)
        self.theme = _theme_name(theme)
        if self.no_color:
            self._filters = [PlainColors()]
        self._bindings = BindingsMap([*bindings("everywhere", read_only=read_only), *self.BINDINGS])
        self.set_class(self.glyphs is not UNICODE, "-ascii")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give values for our theme variables, for the stylesheet's first parse."""
        return look.VARIABLE_DEFAULTS

    def get_css_variables(self) -> dict[str, str]:
        """Take the colours of the theme in force for the rows too."""
        variables = super().get_css_variables()
        self.role_styles = look.role_styles(variables, no_color=self.no_color)
        return variables

    def get_default_screen(self) -> Screen[Any]:
        """Start with the dashboard."""
        return Dashboard()

    def compose(self) -> ComposeResult:
        """Put the state where it lives as long as the app."""
        yield self.state

    def on_mount(self) -> None:
        """Look for the engine once the first picture is on the terminal."""
        self.watch(self, "theme", self._theme_changed, init=False)
        if isinstance(self._driver, SteadyDriver):
            self._driver.on_lost = self._terminal_lost
        self.call_after_refresh(self._start_connecting)
        self._leave()

    async def on_event(self, event: Event) -> None:
        """Let every key act before the next one; see `TypedAhead`."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.take(event)
        else:
            await super().on_event(event)

    @property
    def operations(self) -> Operations:
        """What the keys do."""
        if self._operations is None:
            from scenescout_tui.console.operations import Operations

            self._operations = Operations(self)
        return self._operations

    def action_act(self, action_id: str) -> None:
        """Do one action of the table; read-only consoles have only those that change nothing.

        It is a method of its name, of the screen in front or of every screen; or it opens a screen.
        """
        action = BY_ID[action_id]
        if not is_offered(action, read_only=self.read_only):
            return
        here = getattr(getattr(self.screen, "actions", None), action_id, None)
        act = here or getattr(self.operations, action_id, None)
        place = next((one for one in PLACES.values() if one.opened_by == action_id), None)
        if act is not None:
            act()
        elif place is not None:
            self.go_to(place.name)
        else:
            self.say(f"{action.title}: {self._where(KEYS[action_id].place)}.")

    def go_to(self, name: str, filters: str | None = None) -> None:
        """Bring a screen to the front, as it was left; with ``filters`` it shows what passes them."""
        if name not in self._opened:
            module, _, found = PLACES[name].screen.partition(":")
            screen = getattr(import_module(module), found)()
            self.install_screen(screen, name)
            self._opened[name] = screen
        screen = self._opened[name]
        if screen in self.screen_stack:
            while self.screen is not screen:
                self.pop_screen()
        else:
            self.push_screen(name)
        if filters is not None:
            screen.filter_by(filters)

    def go_home(self) -> None:
        """Go back to the dashboard."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def copy_to_clipboard(self, text: str) -> None:
        """Copy over OSC 52, through tmux and screen as well; say how much."""
        from scenescout_tui.console.clipboard import sequences, taken

        self._clipboard = text
        if self._driver is not None:
            self._driver.write(sequences(text, os.environ))
        self.say(taken(text), "good")

    def _where(self, place: str) -> str:
        """Say where an action has its place."""
        opens = PLACES[place].opened_by if place in PLACES else "open_review" if place == "review" else ""
        if not opens:
            return "open a list first"
        return f"open the {place} first, with {KEYS[opens].shown}"

    def action_say_how_to_quit(self) -> None:
        """Answer ctrl+c where nothing is marked: people press it to quit."""
        self.say("Press q to quit; ctrl+c copies what the mouse has marked.")

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a notification; its text is cleaned and never taken for markup, whatever ``markup`` says."""
        super().notify(safe(message), title=safe(title), severity=severity, timeout=timeout, markup=False)

    def say(self, text: str, role: str = "") -> None:
        """Say something on the status line for five seconds, and in the log for good."""
        _log.info("%s", for_log(text))
        self.said = (role, text)
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(SAID_FOR, self._unsay)
        self._repaint_status()

    def wants_you(self, text: str) -> None:
        """Say what wants the person: on the status line, and as a notification that stays longer."""
        self.say(text, "bad")
        self.notify(text, severity="error", timeout=10)

    def leave(self, return_code: int = 0) -> None:
        """End the screen from any thread, also before it has begun; `run_console` then sees to the engine."""
        self._told_to_leave = return_code
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._leave)
            except RuntimeError:
                # The loop was closed between the look and the call: the screen has ended already.
                return

    def _leave(self) -> None:
        if self._told_to_leave is not None:
            self.exit(return_code=self._told_to_leave)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if type(renderable) is ChopsUpdate:
            renderable = CellUpdate.of(renderable)
        super()._display(screen, renderable)

    def _fatal_error(self) -> None:
        """Tell a crash of the screen without the values of variables: secrets, control characters."""
        from rich.text import Text

        self.bell()
        lines = [for_log(line) for line in traceback.format_exc().splitlines()]
        _log.error("the screen failed: %s", lines[-1] if lines else "")
        head = "SceneScout's screen failed; the engine finishes what it has begun."
        self._exit_renderables.append(Text("\n".join([*lines, head])))
        self._close_messages_no_wait()

    def _start_connecting(self) -> None:
        connected: Future[EngineHandle] = Future()
        self.state.when(connected, self._connected)

        def work() -> None:
            try:
                connected.set_result(self._connect())
            except BaseException as error:
                connected.set_exception(error)

        threading.Thread(target=work, name="scenescout-connect", daemon=True).start()

    def _connected(self, future: Future[EngineHandle]) -> None:
        error = future.exception()
        if error is not None:
            _log.error("no engine", exc_info=error)
            self.state.fail(f"the engine could not start: {error}")
            self.wants_you(f"The engine could not start: {error}")
            self._return_code = _NO_ENGINE
            return
        self.handle = future.result()
        self.state.attach(self.handle)
        if self._operations is not None and self._operations.do_put_off():
            return
        self._say_what_was_cut_short()

    def _say_what_was_cut_short(self) -> None:
        """Offer once what an earlier session left undone; later the key line and the sources say it."""
        cut = [run for run in self.state.snapshot.runs if run.resumable and run.state == "interrupted"]
        if not cut or self.read_only:
            return
        names = ", ".join(f"{run.source} {run.inputs}" for run in cut)
        were = "import was" if len(cut) == 1 else "imports were"
        self.say(f"{len(cut)} {were} interrupted; R goes on: {names}")

    def _theme_changed(self) -> None:
        for screen in self.screen_stack:
            for painted in screen.query(Painted):
                painted.repaint_whole()

    def _unsay(self) -> None:
        self.said = None
        self._repaint_status()

    def _repaint_status(self) -> None:
        for screen in self.screen_stack:
            for painted in screen.query(Painted).results():
                if painted.has_class("-says"):
                    painted.repaint()

    def _backlog(self) -> int:
        return self._driver.backlog if isinstance(self._driver, SteadyDriver) else 0

    def _terminal_lost(self) -> None:
        self.leave(_LOST_TERMINAL)

    def _on_error(self, error: Exception) -> None:
        if self.state.snapshot.state == "failed":
            self.wants_you(self.state.snapshot.detail)


def _theme_name(theme: str | None) -> str:
    """Give the full name of a theme, which may be named without ``scenescout-``; the first where unknown."""
    name = theme if theme in look.THEMES else f"scenescout-{theme}"
    return name if name in look.THEMES else look.THEMES[0]


def _may_ask(settings: Settings, source: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Say why a source cannot be asked for this with these settings, and what to do; nothing where it can."""
    from scenescout_tui.errors import SpawnerError
    from scenescout_tui.imports.services import resolve_ask

    try:
        resolve_ask(source, pairs, settings)
    except SpawnerError as error:
        return f"{error.message}. {error.metadata.get('action', '')}".strip()
    return ""


def run_console(
    settings: Settings,
    connect: Connect,
    *,
    read_only: bool,
    announce: Callable[[Callable[[int], None]], None] | None = None,
) -> int:
    """Run the console until the person leaves, and give the process's exit status.

    ``connect`` starts the engine or finds it; it is called in a thread after the first paint and may be
    slow. ``announce`` gets, before the screen starts, a function that ends the screen from any thread with
    an exit status: for whoever takes the signals. The engine is stopped and waited for (drain deadline + 2
    s) however the screen ends.

    Raises: SettingsError where the settings put a key on an action that cannot have it.
    """
    from scenescout_tui.settings import state_dir

    remap(dict(settings.keys))
    app = SceneScoutApp(
        connect,
        theme=settings.theme,
        read_only=read_only,
        state_dir=state_dir(),
        may_ask=partial(_may_ask, settings),
    )
    if announce is not None:
        announce(app.leave)
    app.run()
    if app.handle is not None and not app.handle.ended.done():
        from scenescout_tui.imports.commands import Stop

        app.handle.send(Stop(drain=True))
        try:
            app.handle.ended.result(settings.drain_deadline + _GRACE)
        except Exception as error:
            _log.warning("the engine did not end well: %s", for_log(str(error) or type(error).__name__))
    return app.return_code or 0
