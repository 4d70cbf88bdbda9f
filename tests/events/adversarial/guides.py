"""The restaurants of two guides and which of them are one; recorded by others, read where present."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from scenescout_tui.events.venue_match import Place, compare_venues, venue_keys, venue_lookup_keys

FOLDER = Path(__file__).parents[4] / "shared" / "benchmarks" / "fodors_zagats"


def entries(name: str) -> dict[str, Place]:
    """Return the places of a guide by their ids."""
    return {
        row["id"]: Place(name=row["name"], address=row["addr"], city=row["city"], phone=row["phone"])
        for row in _rows(name)
    }


def gold() -> set[tuple[str, str]]:
    """Return the pairs of ids that are one restaurant."""
    return {(row["fodors_id"], row["zagats_id"]) for row in _rows("matches_fodors_zagats.csv")}


def linked(ours: Mapping[str, Place], theirs: Mapping[str, Place]) -> tuple[set[tuple[str, str]], int]:
    """Return the pairs found to be the same, and how many were compared: those that meet in a block."""
    blocks: dict[str, set[str]] = defaultdict(set)
    for theirs_id, venue in theirs.items():
        for key in venue_keys(venue):
            blocks[key].add(theirs_id)
    found, compared = set(), 0
    for ours_id, venue in ours.items():
        for theirs_id in {one for key in venue_lookup_keys(venue) for one in blocks.get(key, ())}:
            compared += 1
            if compare_venues(venue, theirs[theirs_id]).kind == "same":
                found.add((ours_id, theirs_id))
    return found, compared


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
