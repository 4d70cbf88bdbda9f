"""Content that a source's terms let nobody keep for long: blanked in time, fetched again when asked for."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from scenescout_tui.errors import SpawnerError
from scenescout_tui.imports.commands import CommandResult
from scenescout_tui.imports.core import ImportCore, OnResults
from scenescout_tui.imports.request import RunRequest
from scenescout_tui.imports.services import SERVICES
from scenescout_tui.sources.adapters import ADAPTERS

log = logging.getLogger(__name__)

#: What expires so soon is fetched again together with what has expired.
SOON = timedelta(hours=1)
#: Events fetched again by one command; each is one request.
REFRESHED_AT_ONCE = 1_000


async def blank_expired(core: ImportCore) -> bool:
    """Blank everything whose time is over; tell whether there was anything."""
    due = await core.threads.read(core.store.next_expiry)
    if due is None or due > datetime.now(UTC):
        return False
    blanked = False
    while True:
        done = await core.threads.write(core.store.blank_expired)
        if done.records or done.dead_letters or done.pages:
            blanked = True
            log.info("blanked what may not be kept any longer: %s", done)
        if not done.more:
            return blanked


async def refresh(core: ImportCore, who: str, on_results: OnResults) -> CommandResult:
    """Start a run for each source that fetches its expired events again; ``data``: count, run_ids.

    :raises SpawnerError: where a token is missing.
    """
    await blank_expired(core)
    run_ids: list[str] = []
    count = 0
    for source in SERVICES:
        if ADAPTERS[source].retention is None:
            continue
        expired = await core.threads.read(
            core.store.expired_ids, source, limit=REFRESHED_AT_ONCE, within=SOON
        )
        if not expired:
            continue
        ids = [external_id for _, external_id in expired]
        request = RunRequest(
            source=source,
            ask=(("event", ",".join(ids)),),
            who=who,
            label=f"{len(ids)} expired events",
            on_results=on_results,
        )
        try:
            run = await core.start(request)
        except SpawnerError:
            if not run_ids:
                raise
            break
        run_ids.append(run.run_id)
        count += len(ids)
    words = f"fetching {count:,} expired events again" if count else "nothing has expired"
    return CommandResult(True, words, data={"count": count, "run_ids": run_ids})
