"""Ask the hostile server for one behaviour: `python -m tests.bench.one_request PORT NAME DEADLINE`."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from contextlib import suppress
from pathlib import Path

from scenescout_tui.errors import SpawnerError
from scenescout_tui.sources.web.client import WebClient, WebLimits
from tests.bench.measure import peak_mb
from tests.sources.web.gates import CountingGate

_TICK = 0.001


async def _tick(worst: list[float]) -> None:
    """Keep the longest time (seconds) for which the loop ran nothing else."""
    before = time.perf_counter()
    while True:
        await asyncio.sleep(_TICK)
        now = time.perf_counter()
        worst[0] = max(worst[0], now - before - _TICK)
        before = now


def _resident_mb() -> float:
    """Return the memory now, and forget the peak so far; where the system cannot, the peak."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_text()
    except OSError:
        return peak_mb()
    return _status_mb(status, "VmRSS")


def _peak_mb() -> float:
    try:
        return _status_mb(Path("/proc/self/status").read_text(), "VmHWM")
    except OSError:
        return peak_mb()


def _status_mb(status: str, name: str) -> float:
    (line,) = (line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6


async def _main(port: str, name: str, deadline: str) -> dict[str, object]:
    limits = WebLimits(deadline=float(deadline))
    client = WebClient("hostile", CountingGate(), base_url=f"http://127.0.0.1:{port}", limits=limits)
    await client.get("/right")
    with suppress(SpawnerError):  # what is loaded by a first failure
        await client.get("/garbage-status")
    gc.collect()
    worst = [0.0]
    ticker = asyncio.create_task(_tick(worst))
    await asyncio.sleep(0.05)
    worst[0] = 0.0
    before, started = _resident_mb(), time.perf_counter()
    try:
        ended = str((await client.get(f"/{name}")).status)
    except SpawnerError as error:
        ended = str(error).partition(": ")[2]
    seconds = time.perf_counter() - started
    await asyncio.sleep(2 * _TICK)
    grown = _peak_mb() - before
    ticker.cancel()
    await client.aclose()
    return {"ended": ended, "seconds": seconds, "mb": grown, "stall": worst[0]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_main(*sys.argv[1:]))))
