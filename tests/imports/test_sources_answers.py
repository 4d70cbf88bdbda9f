"""What the engine says of the sources, and the one request by which it tests a connection."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.gates import FAILURES, Gates
from scenescout_tui.imports.local import LocalEngineHandle, start_engine
from scenescout_tui.imports.sources_commands import GetSources, SourceFacts, TrySource
from scenescout_tui.imports.trying import try_source
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import load_settings
from tests.imports.engines import PATIENCE, rows, tell, until
from tests.imports.test_live import ask, live_engine, settings_for


def _facts(handle: LocalEngineHandle) -> dict[str, SourceFacts]:
    found: Any = handle.query(GetSources()).result(PATIENCE)
    return {facts.name: facts for facts in found}


def _budget(handle: LocalEngineHandle, source: str) -> tuple[int | None, int | None]:
    (row,) = [one for one in handle.snapshot().sources if one.name == source]
    return row.budget_left, row.budget_limit


def test_each_source_has_its_last_runs_and_its_token_is_never_said(database: str) -> None:
    with SandboxServer(events=10, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        first = ask(handle, "yelp", location=sandbox.yelp_location)
        second = ask(handle, "yelp", location=sandbox.yelp_location)
        found = _facts(handle)
        assert list(found) == ["eventbrite", "yelp", "manual", "auto"]
        assert [run.run_id for run in found["yelp"].runs] == [second.run_id, first.run_id]
        assert [run.counts.created for run in found["yelp"].runs] == [0, first.counts.created]
        assert found["eventbrite"].runs == ()
        assert found["yelp"].token.startswith("set, from ")
        assert (found["manual"].token, found["auto"].address) == ("", "")
        assert found["yelp"].kept_for == 24 * 3600
        assert sandbox.yelp_token not in repr(found)
        assert sandbox.eventbrite_token not in repr(found)


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_test_is_one_request_that_counts_and_is_noted(database: str, source: str) -> None:
    with SandboxServer(events=10, latency=0) as sandbox, live_engine(sandbox, database) as handle:
        answer = tell(handle, TrySource(source))
        assert answer.ok, answer
        assert "takes the token" in answer.message
        until(lambda: _budget(handle, source) != (None, None))
        left, limit = _budget(handle, source)
        assert limit is not None
        assert left == limit - 1
    noted = rows(database, "SELECT target, detail FROM audit_log WHERE action = ?", "source.test")
    assert noted == [(source, answer.message)]


@pytest.mark.parametrize("source", ["eventbrite", "yelp"])
def test_a_wrong_token_is_said_with_what_to_do_and_not_shown(database: str, source: str) -> None:
    with SandboxServer(events=10, latency=0) as sandbox:
        wrong: dict[str, Any] = {f"{source}_token": Secret("CANARY-TOKEN-1234")}
        handle = start_engine(replace(settings_for(sandbox, database), **wrong))
        try:
            answer = tell(handle, TrySource(source))
        finally:
            handle.stop(drain=False)
            assert handle.join(PATIENCE)
    assert not answer.ok
    assert answer.action is not None
    assert re.search("token|key", answer.action, re.IGNORECASE)
    assert "CANARY" not in repr(answer)


def test_what_cannot_be_tested_is_said(tmp_path: Path) -> None:
    settings, gates = load_settings({}, {"HOME": str(tmp_path)}), Gates(tmp_path / "events.db")
    with pytest.raises(SpawnerError, match="no API"):
        anyio.run(try_source, settings, gates, "ics")
    with pytest.raises(SpawnerError, match="wants a token"):
        anyio.run(try_source, settings, gates, "yelp")


def test_a_service_that_is_left_alone_is_not_asked(tmp_path: Path) -> None:
    settings = replace(load_settings({}, {"HOME": str(tmp_path)}), yelp_token=Secret("CANARY-TOKEN-1234"))
    gates = Gates(tmp_path / "events.db")

    async def fail() -> None:
        gate = gates.main("yelp")
        for _ in range(FAILURES):
            await gate.wait()
            gate.record(False)
        await try_source(settings, gates, "yelp")

    with pytest.raises(SpawnerError, match=r"was not asked: circuit open \(5 failures in a row\) until"):
        anyio.run(fail)
    gates.close()
