"""Tokens are seen by nobody but the service: not in an answer, the log, the database, a picture, or argv."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scenescout_tui.console.app import SceneScoutApp
from scenescout_tui.imports.local import start_engine
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.settings import load_settings
from tests.cli.conftest import COMMAND, TODAY, Answer, Program
from tests.cli.test_console_door import Console
from tests.console.opened import connected, text_of, until

#: No service accepts it.
WRONG = "CANARY0123456789WRONG"
VERBS: tuple[tuple[str, ...], ...] = (
    ("sources",),
    ("doctor",),
    ("doctor", "--json"),
    ("locate",),
    ("sources", "--organizations"),
    ("runs",),
    ("runs", "--json"),
    ("events", "--limit", "1000"),
    ("errors",),
    ("errors", "--json"),
    ("refresh",),
    ("export",),
    ("import", "--resume"),
)
#: How many of them speak of settings.
_OF_SETTINGS = 4
#: Those that wait for an engine or for a service get a process of their own.
_OWN_PROCESS = frozenset({("sources", "--organizations"), ("refresh",), ("import", "--resume")})


@dataclass(frozen=True)
class Place:
    """Services with tokens of their own, and the folder in which everything is written."""

    server: SandboxServer
    home: Path

    @property
    def tokens(self) -> tuple[str, ...]:
        """What must not be seen."""
        return self.server.eventbrite_token, self.server.yelp_token, WRONG

    @property
    def database(self) -> Path:
        """Where the events go."""
        return self.home / "events.db"

    def seen_in(self, text: str | bytes) -> list[str]:
        """Return the tokens in a text."""
        data = text.encode() if isinstance(text, str) else text
        return [token for token in self.tokens if token.encode() in data]

    def kept(self) -> list[str]:
        """Return the files that hold a token."""
        files = [path for path in self.home.rglob("*") if path.is_file() and path.suffix != ".token"]
        assert any(path.name == "scenescout.log" for path in files)
        return [str(path) for path in files if self.seen_in(path.read_bytes())]


@pytest.fixture(params=["variables", "files"])
def place(
    request: pytest.FixtureRequest, own_home: Path, no_tokens: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Both services, with their tokens in variables or in files, and a log that holds everything."""
    monkeypatch.setenv("SCENESCOUT_LOG_LEVEL", "debug")
    with SandboxServer(events=60, latency=0.0, today=TODAY) as server:
        here = Place(server, own_home)
        for name, url, token in (
            ("EVENTBRITE", server.eventbrite_url, server.eventbrite_token),
            ("YELP", server.yelp_url, server.yelp_token),
        ):
            monkeypatch.setenv(f"SCENESCOUT_{name}_URL", url)
            if request.param == "variables":
                monkeypatch.setenv(f"SCENESCOUT_{name}_TOKEN", token)
                continue
            file = own_home / f"{name}.token"
            file.write_text(token + "\n")
            file.chmod(0o600)
            monkeypatch.setenv(f"SCENESCOUT_{name}_TOKEN_FILE", str(file))
        monkeypatch.setenv("SCENESCOUT_YELP_IMPORT", f"location={server.yelp_location}")
        yield here


def test_no_verb_shows_keeps_or_passes_on_a_token(
    scenescout: Program, verb: Program, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*words: str, program: Program = scenescout) -> Answer:
        answer = program(*words, "--database", str(place.database))
        assert place.seen_in(answer.out + answer.err) == [], words
        return answer

    for source in ("eventbrite", "yelp"):
        command = [*COMMAND, "import", source, "--debug", "--database", str(place.database)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        argv = Path(f"/proc/{process.pid}/cmdline")
        if argv.exists():
            assert place.seen_in(argv.read_bytes()) == []
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0, out
        assert place.seen_in(out) == []
    # Where a token came from makes a difference only to who speaks of settings.
    for words in VERBS if "SCENESCOUT_YELP_TOKEN" in os.environ else VERBS[:_OF_SETTINGS]:
        program = scenescout if words in _OWN_PROCESS else verb
        assert call(*words, program=program).status == 0, words
    assert call("import", "eventbrite", "--sandbox", "--max-pages", "1", "--json").status in (0, 1)
    for name in ("EVENTBRITE", "YELP"):
        monkeypatch.delenv(f"SCENESCOUT_{name}_TOKEN_FILE", raising=False)
        monkeypatch.setenv(f"SCENESCOUT_{name}_TOKEN", WRONG)
    for source in ("eventbrite", "yelp"):
        refused = call("import", source, "--debug")
        assert refused.status == 3
        assert "401" in refused.out
    assert call("sources", "--organizations", "--json", "--debug").status == 3
    assert call("errors", "--json").json["open"] >= 2
    assert place.kept() == []


def test_no_console_shows_or_keeps_a_token(place: Place) -> None:
    console = Console("--database", place.database, "--debug")
    console.until(b"events.db")
    console.press(b"e")
    console.until(b"Eventbrite: ")
    console.press(b"Y")
    console.until(b"Import: Yelp")
    console.press(f"location={place.server.yelp_location}\r".encode())
    console.until(b"Yelp: ")
    console.press(b"?")
    console.until(b"esc closes")
    # Where an import is not over yet, the console asks whether to let it finish.
    console.press(b"qd")
    assert console.end() == 0
    assert place.seen_in(console.seen) == []
    assert place.kept() == []


@pytest.mark.anyio
async def test_no_picture_of_a_console_shows_a_token(place: Place) -> None:
    settings = load_settings({"database_url": str(place.database)})
    handle = start_engine(settings)
    app = SceneScoutApp(lambda: handle, state_dir=place.home / "state", refresh_every=0.05)
    try:
        async with app.run_test(size=(200, 60)) as pilot:
            await connected(pilot)
            await pilot.press("e")
            await until(pilot, lambda: any(run.ended_at for run in app.state.snapshot.runs))
            await pilot.pause()
            assert "Eventbrite" in text_of(app)
            assert place.seen_in(app.export_screenshot()) == []
    finally:
        handle.stop()
        assert handle.join(20)
    assert place.seen_in(" ".join(os.listdir(place.home))) == []
