"""What a task must be."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable
from dataclasses import FrozenInstanceError
from typing import Any
from unittest.mock import AsyncMock

import pytest

from scenescout_tui.errors import ValidationError
from scenescout_tui.spawner import SpawnTask
from tests.spawner.making import Gate, echo


def plain(data: object) -> object:
    return data


async def generator(data: object) -> AsyncIterator[object]:
    yield data


@functools.wraps(echo)
def decorated(data: object) -> Awaitable[object]:
    return echo(data)


class Service:
    async def handle(self, data: object) -> object:
        return data

    def handle_plainly(self, data: object) -> object:
        return data


@pytest.mark.parametrize("handler", [plain, generator, Service().handle_plainly, len, Service, None, "echo"])
def test_a_handler_that_is_not_async_is_refused_when_the_task_is_made(handler: Any) -> None:
    with pytest.raises(ValidationError, match="handler") as caught:
        SpawnTask("t", handler)
    assert caught.value.field == "handler"


@pytest.mark.parametrize(
    "handler",
    [
        echo,
        Service().handle,
        Gate(),
        functools.partial(echo),
        decorated,
        lambda data: echo(data),
        AsyncMock(),
    ],
)
def test_what_can_be_awaited_is_a_handler(handler: Any) -> None:
    assert SpawnTask("t", handler).name == "t"


def test_tasks_get_different_ids_unless_named() -> None:
    assert SpawnTask("t", echo).id != SpawnTask("t", echo).id
    assert SpawnTask("t", echo, id="mine").id == "mine"


def test_a_task_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        SpawnTask("t", echo).priority = 3  # type: ignore[misc]


def test_data_stays_out_of_the_representation() -> None:
    assert "secret" not in repr(SpawnTask("t", echo, "secret", metadata={"token": "secret"}))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", {"name": ""}),
        ("timeout", {"timeout": 0}),
        ("timeout", {"timeout": float("nan")}),
        ("priority", {"priority": 1.5}),
        ("limits", {"limits": ["fast"]}),
    ],
)
def test_a_wrong_field_is_named(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        SpawnTask(**{"name": "t", "handler": echo, **wrong})
    assert caught.value.field == field
