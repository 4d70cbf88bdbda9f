"""How the program starts and ends: fast, in words, with the right status, whatever happens to its pipes."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import click
import pytest

from scenescout_tui import __version__
from scenescout_tui.cli import guard
from scenescout_tui.cli.exits import PipeClosed
from scenescout_tui.cli.root import VERBS, root
from tests.cli.conftest import COMMAND, Program


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["--sandbox", "--version"]])
def test_the_version_is_one_line(verb: Program, arguments: list[str]) -> None:
    answer = verb(*arguments)
    assert (answer.status, answer.out) == (0, f"scenescout {__version__}\n")


def test_the_version_is_answered_without_click_textual_or_sqlalchemy() -> None:
    code = "import sys; from scenescout_tui.cli.entry import run; run(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {
        "click",
        "textual",
        "sqlalchemy",
        "msgspec",
        "pydantic",
        "rich",
        "logging",
        "asyncio",
    }


def test_help_is_answered_without_importing_a_verb() -> None:
    code = (
        "import sys\nfrom scenescout_tui.cli.entry import run\nrun(['--help'])\n"
        "print('\\nloaded', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    listed, _, loaded = done.stdout.rpartition("loaded")
    assert not set(loaded.split()) & {
        "textual",
        "sqlalchemy",
        "msgspec",
        "pydantic",
        "rich",
        "asyncio",
        "anyio",
    }
    assert all(f"\n  {name}" in listed for name in VERBS)


def test_the_table_of_verbs_says_what_the_verbs_say_of_themselves() -> None:
    context = click.Context(root)
    for name in VERBS:
        command = root.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_explains_itself(verb: Program, name: str) -> None:
    answer = verb(name, "--help")
    assert answer.status == 0
    assert answer.out.startswith("Usage: scenescout")


def test_a_python_that_is_too_old_gets_one_clear_line(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor micro releaselevel serial")
    monkeypatch.setattr(sys, "version_info", version(3, 9, 2, "final", 0))
    answer = verb("--version")
    assert answer.status == 2
    assert answer.err == "SceneScout needs Python 3.11 or newer; this is Python 3.9.2.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["events", "--no-such-option"],
        ["runs", "--limit", "many"],
        ["completion", "tcsh"],
        ["retry"],
    ],
)
def test_wrong_use_exits_2_and_says_where_help_is(verb: Program, arguments: list[str]) -> None:
    answer = verb(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.startswith("scenescout: ")
    assert "--help" in answer.err


def test_wrong_use_with_json_is_json_on_stdout(verb: Program) -> None:
    answer = verb("events", "--no-such-option", "--json")
    assert answer.status == 2
    assert answer.json["success"] is False
    assert set(answer.json["error"]) == {"code", "message", "action"}
    assert answer.json["error"]["code"] == "USAGE_ERROR"


def test_a_json_flag_behind_two_dashes_is_a_name_not_a_flag(verb: Program) -> None:
    answer = verb("import", "eventbrite", "--", "--json")
    assert answer.status == 2
    assert answer.out == ""


def test_wrong_settings_exit_2_and_name_the_setting(scenescout: Program) -> None:
    answer = scenescout("locate", "--json", SCENESCOUT_MAX_WORKERS="many")
    assert answer.status == 2
    assert answer.json["error"]["code"] == "SETTINGS_ERROR"
    assert "max_workers" in answer.json["error"]["message"]


def _explode(error: BaseException) -> object:
    def run(arguments: list[str]) -> int:
        raise error

    return run


def test_an_unexpected_error_is_one_line_and_the_log_has_the_rest(
    verb: Program, monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    monkeypatch.setattr(guard, "_run", _explode(RuntimeError("boom \x1b[31m")))
    answer = verb("events")
    assert answer.status == 3
    assert "RuntimeError: boom" in answer.err
    assert "Traceback" not in answer.err
    assert "\x1b" not in answer.err
    (log,) = own_home.rglob("scenescout.log")
    assert str(log) in answer.err
    assert "boom" in log.read_text()


def test_with_debug_the_traceback_is_shown(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_run", _explode(RuntimeError("boom")))
    assert "Traceback" in verb("events", "--debug").err


def test_an_unexpected_error_with_json_is_json(verb: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_run", _explode(RuntimeError("boom")))
    answer = verb("events", "--json")
    assert answer.status == 3
    assert answer.json["error"]["code"] == "UNKNOWN_ERROR"


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (click.Abort(), 130), (PipeClosed(), 0), (BrokenPipeError(), 0)],
)
def test_an_interrupted_or_unread_answer_ends_quietly(
    verb: Program, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    monkeypatch.setattr(guard, "_run", _explode(error))
    monkeypatch.setattr(guard, "drop_stdout", lambda: None)
    answer = verb("events")
    assert (answer.status, answer.err) == (status, "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["sources"], ["locate", "--json"]])
def test_a_closed_pipe_ends_quietly(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("argument", ["sources", "--version", "--help"])
def test_a_full_disk_under_stdout_is_said_and_exits_3(argument: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, argument], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 3
    assert b"could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_any_stdout_the_program_still_works() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{' '.join(COMMAND)} sources >&-"], stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_locale_without_unicode_never_stops_an_answer(scenescout: Program) -> None:
    answer = scenescout("--help", PYTHONIOENCODING="ascii")
    assert answer.status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_a_verb_ends_it_with_its_status(number: signal.Signals) -> None:
    code = (
        "import os, signal\nfrom scenescout_tui.cli import guard, entry\n"
        f"guard._run = lambda arguments: os.kill(os.getpid(), {int(number)}) or signal.pause() or 0\n"
        "raise SystemExit(entry.run(['events']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (128 + number, b"")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion_script(verb: Program, shell: str) -> None:
    answer = verb("completion", shell)
    assert answer.status == 0
    assert "_SCENESCOUT_COMPLETE" in answer.out


def test_the_completion_knows_verbs_and_options(scenescout: Program) -> None:
    answer = scenescout(_SCENESCOUT_COMPLETE="bash_complete", COMP_WORDS="scenescout ex", COMP_CWORD="1")
    assert "export" in answer.out
    answer = scenescout(
        _SCENESCOUT_COMPLETE="bash_complete", COMP_WORDS="scenescout export --fo", COMP_CWORD="2"
    )
    assert "--format" in answer.out


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is not valid"),
        ("mysql://me:S3CRET@db/x", "is not valid"),
        ("postgresql://", "is not valid"),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_database_that_means_nothing_exits_2(verb: Program, value: str, said: str, before: bool) -> None:
    flag = ["--database", value]
    answer = verb(*flag, "runs") if before else verb("runs", *flag)
    assert (answer.status, answer.out) == (2, "")
    assert "database_url (flag)" in answer.err
    assert said in answer.err
    assert answer.err.count("a path") == 1
    assert "S3CRET" not in answer.err


def test_the_sandbox_refuses_a_database_that_means_nothing(verb: Program) -> None:
    assert verb("import", "manual", "--sandbox", "--database", "").status == 2


def test_an_empty_home_is_no_home(scenescout: Program) -> None:
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    environ = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"), "")
    found = scenescout("locate", "--json", **environ).json
    assert found["database"]["path"] == str(home / ".local/share/scenescout/events.db")
