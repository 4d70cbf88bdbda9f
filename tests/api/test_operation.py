"""What an operator looks at: health, readiness, metrics, the page, and how a server ends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from scenescout_tui.imports.commands import Pause, Resume, Stop
from tests.api.served import Served, error_of, served
from tests.imports.engines import PATIENCE, tell, until
from tests.imports.payloads import eventbrite, yelp


def metrics(api: Served) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return all samples by name and labels."""
    text = api.client.get("/metrics").text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def requests(status: str, route: str, method: str = "GET") -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the key of a count of requests."""
    labels = (("method", method), ("route", route), ("status", status))
    return "scenescout_http_requests_total", labels


def test_a_server_in_good_order_is_well_and_ready(api: Served) -> None:
    for path in ("/healthz", "/readyz"):
        answer = api.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_metrics_show_what_the_engine_did_and_what_was_asked(tmp_path: Path) -> None:
    with served(tmp_path / "events.db") as api:
        events = [eventbrite(1), eventbrite(1), eventbrite(2), {"id": "1"}]
        assert api.post("eventbrite", events).status_code == 200
        api.client.get("/healthz")
        api.client.get("/made/up/1")
        api.client.request("MADEUP", "/healthz")
        httpx.get(api.url + "/readyz", trust_env=False)
        until(lambda: metrics(api)["scenescout_errors_open", ()] == 1)
        found = metrics(api)
        outcomes = {
            labels[0][1]: value
            for (name, labels), value in found.items()
            if name == "scenescout_records_total"
        }
        assert {name: value for name, value in outcomes.items() if value} == {
            "created": 2,
            "skipped": 1,
            "failed": 1,
        }
        assert found["scenescout_records_in_flight", ()] == 0
        assert found["scenescout_workers", ()] > 0
        assert found["scenescout_memory_bytes", ()] > 1e6
        assert found[requests("200", "/api/events/process", "POST")] == 1
        assert found[requests("200", "/healthz")] == 1
        assert found[requests("404", "other")] == 1
        assert found[requests("405", "/healthz", "other")] == 1
        assert found[requests("401", "other")] == 1


class Page(HTMLParser):
    """Gathers what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href"):
                self.links.append(value or "")


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(api: Served) -> None:
    answer = api.client.get("/docs")
    page = Page()
    page.feed(answer.text)
    assert not page.tags & {"script", "link", "img", "iframe", "form", "object"}
    assert all(link == "/openapi.json" or link.startswith("#") for link in page.links)
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_page_and_description_name_every_route(api: Served) -> None:
    described = api.client.get("/openapi.json").json()
    assert set(described["paths"]) == {"/api/events/process", "/healthz", "/readyz", "/metrics"}
    text = api.client.get("/docs").text
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text
    for name in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{name}"' in text


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Served]:
    """A server whose engine has been paused, so that posts wait."""
    with served(tmp_path / "events.db", drain_deadline=PATIENCE) as one:
        tell(one.handle, Pause())
        yield one


def test_a_server_that_is_asked_to_stop_finishes_its_posts_and_takes_no_more(held: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(held.post, "yelp", [yelp(1)])
        until(lambda: bool(held.handle.snapshot().runs))
        held.server.stop()
        until(lambda: held.client.get("/readyz").status_code == 503)
        refused = held.post("yelp", [yelp(2)])
        assert (refused.status_code, error_of(refused)["code"]) == (503, "DRAINING")
        assert "Retry-After" in refused.headers
        assert held.client.get("/healthz").status_code == 200
        tell(held.handle, Resume())
        answer = waiting.result(PATIENCE)
    assert answer.json()["summary"]["processed"] == 1
    held.wait()
    assert held.handle.join(PATIENCE)


def test_a_post_that_cannot_be_finished_is_answered_with_its_run(tmp_path: Path) -> None:
    with served(tmp_path / "events.db", drain_deadline=0.2) as api, ThreadPoolExecutor(1) as pool:
        tell(api.handle, Pause())
        waiting = pool.submit(api.post, "yelp", [yelp(1)])
        until(lambda: bool(api.handle.snapshot().runs))
        (run,) = api.handle.snapshot().runs
        # A drain lets paused work go on, so that it could be finished after all; cut it.
        api.server.stop(drain=False)
        answer = waiting.result(PATIENCE)
        api.wait()
    error = error_of(answer)
    assert (answer.status_code, error["code"]) == (503, "INTERRUPTED")
    assert run.run_id in error["message"]
    assert "Retry-After" in answer.headers


def test_a_server_asked_to_stop_before_it_runs_ends_at_once(tmp_path: Path) -> None:
    with served(tmp_path / "events.db") as api:
        api.server.stop()
        api.wait()


def test_a_server_whose_engine_has_stopped_ends(tmp_path: Path) -> None:
    with served(tmp_path / "events.db") as api:
        tell(api.handle, Stop())
        api.wait()


def test_silent_connections_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with served(tmp_path / "events.db", drain_deadline=0.1) as api, api.connect() as silent:
        silent.sendall(b"GET /")
        api.server.stop()
        api.wait()


def test_an_unexpected_error_is_an_answer_too(api: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(snapshot: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("scenescout_tui.api.engine_link.EngineLink.snapshot", explode)
    answer = api.client.get("/api/events/process")
    assert (answer.status_code, error_of(answer)["code"]) == (500, "BUG")
    assert "boom" not in json.dumps(answer.json())
