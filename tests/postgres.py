"""A PostgreSQL server for tests: a schema of its own for each, on the server that the environment names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import OperationalError

_DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/test"


def server_url() -> str:
    """Return the address of the server's test database."""
    return os.environ.get("SCENESCOUT_TEST_POSTGRES", _DEFAULT)


def server_version() -> str | None:
    """Return what the server says of itself; None where there is none."""
    engine = create_engine(server_url())
    try:
        with engine.connect() as connection:
            return str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    except OperationalError:
        return None
    finally:
        engine.dispose()


@cache
def _admin() -> Engine:
    return create_engine(server_url(), isolation_level="AUTOCOMMIT", pool_size=1)


@contextmanager
def own_schema() -> Iterator[str]:
    """Yield the URL of a new, empty schema, which is dropped afterwards; skip the test without a server.

    Its commits do not wait for the disk: no test pulls the plug of the server.
    """
    name = f"scenescout_{uuid4().hex[:12]}"
    try:
        with _admin().connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    except OperationalError as error:
        pytest.skip(f"no PostgreSQL: {error.orig}")
    options = f"-c search_path={name} -c synchronous_commit=off"
    try:
        # Its sessions are told from those of others by the same name.
        own = {"options": options, "application_name": name}
        yield make_url(server_url()).update_query_dict(own).render_as_string(False)
    finally:
        with _admin().connect() as connection:
            # What a test left open must not hold up the others.
            connection.exec_driver_sql(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
            )
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
