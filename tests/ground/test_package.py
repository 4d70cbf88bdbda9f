"""The front door: every public name, and nothing loaded before it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import scenescout_tui

ROOT = Path(__file__).parents[2]
HEAVY = "{'alembic', 'anyio', 'httpx', 'msgspec', 'pydantic', 'rich', 'sqlalchemy', 'textual'}"


def output_of(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.strip()


@pytest.mark.parametrize("name", sorted(scenescout_tui.__all__))
def test_every_public_name_can_be_imported_from_the_package(name: str) -> None:
    assert getattr(scenescout_tui, name) is not None


def test_the_public_names_are_those_that_can_be_looked_up() -> None:
    assert set(scenescout_tui.__all__) == {*scenescout_tui._HOME, "__version__"}
    assert set(scenescout_tui.__all__) <= set(dir(scenescout_tui))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Spawnr'"):
        scenescout_tui.Spawnr  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert output_of(f"import sys, scenescout_tui; print({HEAVY} & set(sys.modules))") == "set()"


def test_errors_and_settings_come_without_heavy_libraries() -> None:
    code = "import sys; from scenescout_tui import classify_error, load_settings;"
    assert output_of(f"{code} print({HEAVY} & set(sys.modules))") == "set()"


def test_python_m_is_the_command() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "scenescout_tui", "--version"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert asked.returncode == 0
    assert scenescout_tui.__version__ in asked.stdout


def test_an_old_python_gets_one_clear_line() -> None:
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 18, 'final', 0);"
        "runpy.run_module('scenescout_tui', run_name='__main__')"
    )
    asked = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert asked.returncode == 1
    assert asked.stderr == "SceneScout needs Python 3.11 or newer; this is 3.9.\n"
