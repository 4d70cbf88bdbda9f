"""The sandbox as the doors use it: its server for the time of a command, and settings that lead to it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scenescout_tui.cli.flags import Flags
from scenescout_tui.sandbox.samples import sample_records
from scenescout_tui.sandbox.server import SandboxServer
from scenescout_tui.setting_values import Secret
from scenescout_tui.settings import Settings


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that runs: the settings that lead to it, and a file of filled-in submission forms."""

    settings: Settings
    forms: str


@contextmanager
def sandbox(flags: Flags, **more: object) -> Iterator[Sandbox]:
    """Run the sandbox's server; the database is in a private folder that is removed at the end.

    A database named by a flag is used instead, and kept. Nothing knows of the sandbox: its addresses and
    tokens stand where those of Eventbrite and Yelp do.
    """
    faults = flags.sandbox_faults or 0.0
    with (
        tempfile.TemporaryDirectory(prefix="scenescout-sandbox-") as folder,
        SandboxServer(faults=faults) as server,
    ):
        forms = Path(folder) / "forms.ndjson"
        forms.write_bytes(b"".join(record + b"\n" for record in sample_records("manual")))
        throw_away = f"sqlite:///{Path(folder) / 'sandbox.db'}"
        settings = flags.settings(
            **more
            | {
                "database_url": throw_away if flags.database is None else flags.database,
                "eventbrite_url": server.eventbrite_url,
                "yelp_url": server.yelp_url,
                "eventbrite_import": f"organization={server.organization_id}",
                "yelp_import": f"location={server.yelp_location}",
                "private_addresses": True,
            }
        )
        yield Sandbox(
            replace(
                settings,
                eventbrite_token=Secret(server.eventbrite_token),
                yelp_token=Secret(server.yelp_token),
            ),
            str(forms),
        )
