"""A server that follows the other: who only looks asks it, and the first one where it does not answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from scenescout_tui.errors import DatabaseError
from scenescout_tui.store import Store
from tests.postgres import own_schema
from tests.store.samples import concerts, run

pytestmark = pytest.mark.server


@pytest.fixture
def url() -> Iterator[str]:
    """The first server, with two events."""
    with own_schema() as address:
        with Store(address) as store:
            run(store, concerts(2))
        yield address


@pytest.fixture
def follower(url: str) -> Iterator[str]:
    """A server that takes no writes, and lags behind: it has one event."""
    with own_schema() as address:
        with Store(address) as store:
            run(store, concerts(1))
        given = make_url(address)
        options = f"{given.query['options']} -c default_transaction_read_only=on"
        yield given.update_query_dict({"options": options}).render_as_string(False)


def sessions(address: str, statement: str) -> int:
    """Count, or end, the sessions of a store but this one."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.execute(
            text(
                f"SELECT count({statement}) FROM pg_stat_activity "
                "WHERE application_name = current_schema() AND pid <> pg_backend_pid()"
            )
        ).scalar_one()
    engine.dispose()
    return int(found)


def test_who_only_looks_asks_the_follower(url: str, follower: str) -> None:
    with Store(url, read_only=True, read_url=follower) as viewer:
        assert viewer.counts().events == viewer.count_events() == len(viewer.events()) == 1
        assert len(viewer.runs()) == 1
        assert sessions(url, "*") == 0


def test_who_writes_never_asks_it(url: str, follower: str) -> None:
    with Store(url, read_url=follower) as store:
        assert store.counts().events == 2
        assert run(store, concerts(3)) == ["unchanged", "unchanged", "created"]
        assert store.count_events() == 3
        assert sessions(follower, "*") == 0


@pytest.mark.parametrize("fault", ["no server", "no tables"])
def test_where_it_does_not_answer_the_first_server_is_asked(
    url: str, follower: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    changes = {"port": 1} if fault == "no server" else {"query": {"options": "-c search_path=public"}}
    away = make_url(follower).set(password="S3CRET", **changes)
    with Store(url, read_only=True, read_url=away.render_as_string(False)) as viewer:
        assert viewer.counts().events == 2
    assert "the first one is asked" in caplog.text
    assert "S3CRET" not in caplog.text


def test_where_it_is_lost_meanwhile_the_first_server_is_asked(url: str, follower: str) -> None:
    """Fault: the follower restarts, and is another one afterwards."""
    with Store(url, read_only=True, read_url=follower) as viewer:
        assert viewer.counts().events == 1
        admin = create_engine(follower.replace("default_transaction_read_only%3Don", "work_mem%3D4MB"))
        with admin.begin() as connection:
            connection.exec_driver_sql("UPDATE scenescout_version SET version_num = '9999'")
        admin.dispose()
        assert sessions(follower, "pg_terminate_backend(pid)") > 0
        with pytest.raises(DatabaseError) as caught:
            viewer.counts()
        assert caught.value.retryable
        assert viewer.counts().events == 2


def test_the_pools_are_no_larger_than_the_settings_say(url: str) -> None:
    with Store(url, max_connections=3) as store:
        together = threading.Barrier(2)

        def look() -> None:
            with store._database.reading("test") as connection:
                together.wait(10)  # two readers at once, no more
                connection.exec_driver_sql("SELECT 1")

        threads = [threading.Thread(target=look) for _ in range(8)]
        for thread in threads:
            thread.start()
        assert run(store, concerts(1, first=9)) == ["created"]
        assert sessions(url, "*") <= 3
        for thread in threads:
            thread.join()
        assert sessions(url, "*") == 3
