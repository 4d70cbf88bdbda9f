"""`make run` and `make test` on a fresh machine find the interpreter, or say in one line what is missing.

Interpreters, pip and uv are stand-ins: small scripts on a PATH of their own that note how they were called.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ["sh", "make", "dirname", "touch", "rm", "mkdir", "cp", "cat", "awk"]


class Machine:
    """A folder with the Makefile and a PATH that holds only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.repo = folder / "a checkout"
        self.bin = folder / "bin"
        self.calls = folder / "calls"
        self.repo.mkdir()
        self.bin.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.repo)
        shutil.copytree(ROOT / ".ci", self.repo / ".ci")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(str(shutil.which(tool)))

    def put(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def put_python(self, name: str, version: str, *, venv: bool = True, install: int = 0) -> None:
        """A stand-in for Python `version`: answers the questions of .ci/setup, "makes" a venv, "installs"."""
        minor = int(version.split(".")[1])
        # $0 -m venv copies the stand-in, as the real one would; `exit {install}` is how pip ends.
        self.put(
            name,
            f'''echo "{name} $*" >> "{self.calls}"
case "$*" in
*'print("%d.%d"'*) echo {version} ;;
*'sys.exit(sys.version_info < (3, 11))'*) exit {0 if minor >= 11 else 1} ;;
*'import venv, ensurepip'*) exit {0 if venv else 1} ;;
*'-m venv'*) mkdir -p .venv/bin; touch .venv/pip; cp "$0" .venv/bin/python; cp "$0" .venv/bin/scenescout ;;
*'-m pip --version'*) test -e .venv/pip ;;
*'-m pip install'*) exit {install} ;;
esac''',
        )

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments],
            cwd=self.repo,
            env={"PATH": str(self.bin), "HOME": str(self.repo)},
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self) -> str:
        return self.calls.read_text() if self.calls.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def own_lines(found: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in found.stderr.splitlines() if not re.match(r"make(\[\d+\])?: \*\*\*", line)]


def test_the_newest_python_that_really_runs_is_taken(machine: Machine) -> None:
    machine.put("python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    machine.put_python("python3.12", "3.12")
    machine.put_python("python3", "3.11")
    found = machine.make("test")
    assert found.returncode == 0, found.stderr
    assert "python3.12 -m venv" in machine.called()
    assert "python3 " not in machine.called()


def test_packages_are_installed_with_the_pinned_versions(machine: Machine) -> None:
    machine.put_python("python3", "3.11")
    machine.make("test")
    assert "-m pip install --quiet -e .[dev,bench] -c constraints.txt" in machine.called()


def test_run_opens_the_console_with_samples_and_args_replace_that(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    assert machine.make("run").returncode == 0
    assert machine.called().splitlines()[-1] == "python3 --sandbox"
    machine.make("run", "ARGS=--database my.db")
    assert machine.called().splitlines()[-1] == "python3 --database my.db"


def test_a_second_run_is_immediate_until_the_packages_change(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    machine.make("test")
    machine.calls.unlink()
    machine.make("test")
    assert sorted(machine.called().splitlines()) == [
        "python3 -m pytest --ignore=tests/console",
        "python3 -m pytest -p no:cacheprovider tests/console",
    ]
    later = (machine.repo / ".venv/.installed").stat().st_mtime + 10
    os.utime(machine.repo / "constraints.txt", (later, later))
    machine.make("test")
    assert "-m pip install" in machine.called()


def test_an_old_python_gets_one_clear_line(machine: Machine) -> None:
    machine.put_python("python3", "3.9")
    found = machine.make("run")
    assert found.returncode != 0
    (line,) = own_lines(found)
    assert "Python 3.11 or newer is needed, and python3 is Python 3.9" in line
    assert "make PYTHON=" in line
    assert not (machine.repo / ".venv").exists()


def test_no_python_at_all_gets_one_clear_line(machine: Machine) -> None:
    (line,) = own_lines(machine.make("run"))
    assert "Python 3.11 or newer is needed;" in line


def test_a_python_without_venv_gets_one_clear_line(machine: Machine) -> None:
    machine.put_python("python3", "3.11", venv=False)
    found = machine.make("test")
    assert found.returncode != 0
    _, line = own_lines(found)  # the first says that it is being installed
    assert "python3 has no venv module; install it (Debian, Ubuntu: apt install python3-venv)" in line
    assert not (machine.repo / ".venv").exists()


def test_the_named_interpreter_is_taken_and_no_other(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    machine.put_python("mine", "3.11")
    assert machine.make("test", "PYTHON=mine").returncode == 0
    assert "mine -m venv" in machine.called()
    assert "python3" not in machine.called()


def test_a_named_interpreter_that_is_too_old_is_not_replaced_by_another(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    machine.put_python("mine", "3.10")
    found = machine.make("test", "PYTHON=mine")
    assert found.returncode != 0
    assert "mine is Python 3.10" in found.stderr


def test_a_failed_installation_says_so_and_is_tried_again(machine: Machine) -> None:
    machine.put_python("python3", "3.12", install=1)
    found = machine.make("test")
    assert found.returncode != 0
    assert "the packages could not be installed" in found.stderr
    shutil.rmtree(machine.repo / ".venv")
    machine.put_python("python3", "3.12")
    assert machine.make("test").returncode == 0


def test_an_environment_of_a_python_that_is_gone_is_made_again(machine: Machine) -> None:
    (machine.repo / ".venv/bin").mkdir(parents=True)
    (machine.repo / ".venv/bin/python").symlink_to("/nonexistent/python3.10")
    machine.put_python("python3", "3.12")
    assert machine.make("test").returncode == 0
    assert "python3 -m venv" in machine.called()


def test_uv_is_used_where_it_is_found(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    machine.put(
        "uv",
        f'echo "uv $*" >> "{machine.calls}"\n'
        f'if [ "$1" = venv ]; then mkdir -p .venv/bin && cp "{machine.bin}/python3" .venv/bin/python; fi',
    )
    assert machine.make("test").returncode == 0
    assert (
        "uv pip install --quiet --python .venv/bin/python -e .[dev,bench] -c constraints.txt"
        in machine.called()
    )
    assert "-m pip install" not in machine.called()


def test_pip_takes_over_where_uv_cannot_reach_its_index(machine: Machine) -> None:
    machine.put_python("python3", "3.12")
    machine.put("uv", "exit 2")
    assert machine.make("test").returncode == 0
    assert "-m pip install" in machine.called()


def test_help_lists_every_target_and_needs_no_python(machine: Machine) -> None:
    listed = machine.make().stdout
    targets = "run test test-unit test-integration lint bench torture screenshots clean help"
    assert [target for target in targets.split() if f"make {target} " not in listed] == []


def test_the_pins_name_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
    assert not [pin for pin in pins if pin.startswith(("scenescout", "pip==", "setuptools"))]


def test_no_lock_file_with_hosts_is_kept() -> None:
    assert [name for name in ("uv.lock", "pylock.toml") if (ROOT / name).exists()] == []


@pytest.mark.parametrize("script", ["run", "services", "setup", "tests"])
def test_the_scripts_are_executable_and_parse(script: str) -> None:
    path = ROOT / ".ci" / script
    assert os.access(path, os.X_OK)
    shell = "sh" if script in ("setup", "tests") else "bash"
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0
