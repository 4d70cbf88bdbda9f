"""Batches that wait for the writer at the same moment share one transaction, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, cast

import anyio
import pytest

from scenescout_tui.imports.threads import StoreThreads
from scenescout_tui.store import BatchOutcome, BatchRequest, Store

pytestmark = pytest.mark.anyio


class SlowStore:
    """Stands for a store whose writer is busy until the test says otherwise."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.together: list[list[int]] = []

    def keep_busy(self) -> None:
        """Hold the writer."""
        assert self.free.wait(20)

    def commit_batches(self, requests: Sequence[BatchRequest]) -> list[BatchOutcome | Exception]:
        """Answer each request; the one with seq 3 fails."""
        self.together.append([one.seq for one in requests])
        return [ValueError("bad batch") if one.seq == 3 else BatchOutcome(one.seq, ()) for one in requests]


async def commit_many(store: SlowStore, cancelled: int | None) -> dict[int, Any]:
    threads, answers = StoreThreads(cast(Store, store)), dict[int, Any]()

    async def commit(seq: int) -> None:
        with anyio.CancelScope() as scope:
            if seq == cancelled:
                scopes.append(scope)
            try:
                answers[seq] = (await threads.commit(BatchRequest("run", seq, ()))).seq
            except ValueError as error:
                answers[seq] = str(error)

    scopes: list[anyio.CancelScope] = []
    async with anyio.create_task_group() as group:
        group.start_soon(threads.write, store.keep_busy)
        await anyio.wait_all_tasks_blocked()
        for seq in range(6):
            group.start_soon(commit, seq)
        await anyio.wait_all_tasks_blocked()
        for scope in scopes:
            scope.cancel()
        await anyio.wait_all_tasks_blocked()
        store.free.set()
    return answers


async def test_each_gets_its_own_answer_and_they_are_committed_together() -> None:
    store = SlowStore()
    answers = await commit_many(store, cancelled=None)
    assert answers == {0: 0, 1: 1, 2: 2, 3: "bad batch", 4: 4, 5: 5}
    assert store.together == [[0, 1, 2, 3, 4, 5]]


@pytest.mark.parametrize("cancelled", [0, 2, 5])
async def test_a_cancelled_one_is_not_committed_and_strands_nobody(cancelled: int) -> None:
    store = SlowStore()
    answers = await commit_many(store, cancelled)
    assert sorted(answers) == [seq for seq in range(6) if seq != cancelled]
    assert [seq for some in store.together for seq in some] == sorted(answers)
