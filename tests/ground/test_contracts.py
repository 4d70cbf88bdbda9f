"""The import rules of the rooms, held by import-linter, fail when a room reaches where it must not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ["api", "cli", "cluster", "console", "events", "imports", "sandbox", "sources", "spawner", "store"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree with the real rules and the real names, but empty rooms."""
    package = tmp_path / "scenescout_tui"
    package.mkdir()
    for file in (ROOT / "scenescout_tui").glob("*.py"):
        (package / file.name).touch()
    for room in ROOMS:
        (package / room).mkdir()
        (package / room / "__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_imports_downwards_are_allowed(tree: Path) -> None:
    package = tree / "scenescout_tui"
    (package / "cli/entry.py").write_text(
        "import scenescout_tui.console, scenescout_tui.sandbox, scenescout_tui.store\n"
    )
    (package / "console/app.py").write_text(
        "import textual, scenescout_tui.imports.engine, scenescout_tui.errors\n"
    )
    (package / "imports/engine.py").write_text("import anyio, scenescout_tui.store, scenescout_tui.spawner\n")
    (package / "store/writer.py").write_text(
        "import sqlalchemy, scenescout_tui.events, scenescout_tui.errors\n"
    )
    (package / "events/model.py").write_text("import msgspec, scenescout_tui.safe_text\n")
    (package / "settings.py").write_text("import scenescout_tui.errors\n")
    found = lint(tree)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("module", "reaches"),
    [
        ("errors", "scenescout_tui.events"),
        ("settings", "scenescout_tui.cli"),
        ("safe_text", "pydantic"),
        ("events/model", "scenescout_tui.store"),
        ("events/model", "scenescout_tui.sources"),
        ("events/model", "httpx"),
        ("events/model", "sqlalchemy"),
        ("events/model", "anyio"),
        ("spawner/queue", "scenescout_tui.imports"),
        ("spawner/queue", "scenescout_tui.store"),
        ("store/writer", "scenescout_tui.sources"),
        ("sources/files", "scenescout_tui.spawner"),
        ("imports/engine", "scenescout_tui.console"),
        ("imports/engine", "textual"),
        ("console/app", "scenescout_tui.cli"),
        ("console/app", "scenescout_tui.api"),
        ("console/app", "scenescout_tui.store"),
        ("cli/entry", "textual"),
        ("api/server", "scenescout_tui.cluster"),
        ("sandbox/samples", "scenescout_tui.errors"),
        ("sandbox/samples", "scenescout_tui.events"),
        ("imports/engine", "scenescout_tui.sandbox"),
        ("console/app", "scenescout_tui.sandbox"),
    ],
)
def test_a_room_that_reaches_where_it_must_not_breaks_a_contract(
    tree: Path, module: str, reaches: str
) -> None:
    (tree / "scenescout_tui" / f"{module}.py").write_text(f"import {reaches}\n")
    found = lint(tree)
    assert found.returncode == 1, found.stdout
    assert f"scenescout_tui.{module.replace('/', '.')} -> {reaches}" in found.stdout


def test_a_new_room_must_be_given_its_row(tree: Path) -> None:
    (tree / "scenescout_tui/attic").mkdir()
    (tree / "scenescout_tui/attic/__init__.py").touch()
    found = lint(tree)
    assert found.returncode == 1, found.stdout
    assert "attic" in found.stdout
