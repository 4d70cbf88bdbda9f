"""What every test stands on: its own home, no settings of this machine, tokens to watch over, asyncio."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.canaries import CANARIES, CanaryWatch

#: Folders whose tests put rooms together; `make test-integration` runs them.
_INTEGRATION = frozenset({"api", "cli", "cluster", "console", "imports", "integration"})
_TESTS = Path(__file__).parent


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and XDG folders for every test; settings of this machine are out of sight."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    for name in tuple(os.environ):
        foreign = name.startswith("SCENESCOUT_") and not name.startswith("SCENESCOUT_TEST_")
        if foreign or name in ("MAX_WORKERS", "SPAWNER_TIMEOUT", "RETRY_ATTEMPTS", "NODE_ENV"):
            monkeypatch.delenv(name)
    for name, token in CANARIES.items():
        monkeypatch.setenv(name, token)
    return home


@pytest.fixture
def no_tokens(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No token is set."""
    for name in CANARIES:
        monkeypatch.delenv(name)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(CanaryWatch())
    # Under nohup or in the background of a script these are ignored; what tests start would ignore them too.
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Name the server, where tests are to run on it."""
    marks = str(config.getoption("markexpr"))
    if "server" not in marks or "not server" in marks:
        return None
    from tests.postgres import server_version

    return f"PostgreSQL {server_version() or 'cannot be reached'}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_TESTS) and item.path.relative_to(_TESTS).parts[0] in _INTEGRATION:
            item.add_marker(pytest.mark.integration)
