"""The venues that a batch names: kept once for each source, matched once, and made into houses.

Reads on the connection it is given and writes nothing: the result is `VenueRows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from scenescout_tui.events.blocks import block_number
from scenescout_tui.events.model import Event, Venue
from scenescout_tui.events.venue_forms import (
    MAX_FORMS,
    NO_ID,
    Form,
    FormKey,
    form_key,
    likeness,
    merge_forms,
    place_of,
)
from scenescout_tui.events.venue_match import venue_keys, venue_lookup_keys
from scenescout_tui.store.ids import new_id
from scenescout_tui.store.schema import source_venues, venue_blocks, venues
from scenescout_tui.store.statements import Row, insert_rows, run_in, run_text, select_in

_JSON = msgspec.json.Encoder().encode
_VENUE_DECODER = msgspec.json.Decoder(Venue)
_EVENT_DECODER = msgspec.json.Decoder(Event)

# fmt: off
_FORM_COLUMNS = (
    "source", "source_account", "external_id", "venue", "venue_id", "updated_at", "retention_until",
)
_HOUSE_COLUMNS = (
    "id", "name", "address1", "address2", "city", "region", "postal", "country", "latitude", "longitude",
    "source_count", "created_at", "updated_at",
)
# fmt: on
_HOUSE_CHANGES = tuple(name for name in _HOUSE_COLUMNS if name not in ("id", "created_at"))
_STORED = (
    "SELECT external_id, venue, venue_id FROM source_venues "
    "WHERE source = ? AND source_account = ? AND external_id IN (:keys)"
)
_BLOCKS = "SELECT block_key, venue_id FROM venue_blocks WHERE block_key IN (:keys)"
_FORMS = (
    "SELECT venue_id, source, source_account, external_id, venue FROM source_venues WHERE venue_id IN (:keys)"
)
_CONTENTS = "SELECT normalised FROM record_contents WHERE record_id IN (:keys)"
_UNBLOCK = "DELETE FROM venue_blocks WHERE venue_id = ? AND block_key IN (:keys)"
_DUE = (
    "SELECT source, source_account, external_id, venue, venue_id FROM source_venues "
    "WHERE retention_until IS NOT NULL AND retention_until <= ?"
)
_FORGET = "DELETE FROM source_venues WHERE retention_until IS NOT NULL AND retention_until <= ?"
_LEAVE = "UPDATE venues SET was_left = TRUE WHERE id IN (:keys)"
_WERE_LEFT = "SELECT id FROM venues WHERE was_left AND id IN (:keys)"
# Looks at all events, for the few houses of which that may be needed.
_MOVE_OUT = "UPDATE events SET venue_id = NULL WHERE venue_id IN (:keys)"
_PULL_DOWN = "DELETE FROM venues WHERE id IN (:keys)"


@dataclass(slots=True)
class VenueRows:
    """Rows to write, by table; `unblocked` names, by house, the numbers it is no longer to be found under."""

    forms: list[Row] = field(default_factory=list)
    houses: list[Row] = field(default_factory=list)
    blocks: list[Row] = field(default_factory=list)
    unblocked: dict[str, set[int]] = field(default_factory=dict)
    #: Houses out of which a form has gone.
    left: list[str] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """Write all of them."""
        for house_id, numbers in self.unblocked.items():
            run_in(connection, _UNBLOCK, (house_id,), numbers)
        insert_rows(connection, source_venues, _FORM_COLUMNS, self.forms, update=_FORM_COLUMNS[3:])
        insert_rows(connection, venues, _HOUSE_COLUMNS, self.houses, update=_HOUSE_CHANGES)
        run_in(connection, _LEAVE, (), self.left)
        insert_rows(connection, venue_blocks, ("block_key", "venue_id"), self.blocks, ignore=True)


@dataclass(slots=True)
class _Changed:
    """A form that is new, or says something new."""

    form: Form
    text: str
    #: What it said before, and the house that it is in.
    earlier: Venue | None
    house_id: str | None
    #: The numbers under which houses like it are found.
    lookup: list[int]


class VenueBook:
    """Gives each venue that a batch names the house that it is."""

    def __init__(self, connection: Connection, now: str, until: Mapping[str, str]) -> None:
        self._connection = connection
        self._now = now
        #: Source → until when what it says now may be kept; not named: for good.
        self._until = until
        self._named: dict[FormKey, Venue] = {}
        self._seen: list[str] = []
        self._rows = VenueRows()
        #: House → its forms, as far as this batch has to know them.
        self._houses: dict[str, dict[FormKey, Form]] = {}
        #: Block number → houses that are found there.
        self._blocks: dict[int, list[str]] = {}
        #: House of each form that the batch names.
        self.ids: dict[FormKey, str] = {}

    def note(self, event: Event) -> FormKey | None:
        """Take in the venue of an event, and return the key of its form, if it has one."""
        key = form_key(event)
        if key is not None and event.venue is not None:
            self._named[key] = event.venue
        return key

    def see(self, record_id: str, source: str) -> None:
        """Take in that a record came again as it is: what its source may keep for a time, it keeps longer."""
        if source in self._until:
            self._seen.append(record_id)

    def settle(self) -> VenueRows:
        """Match what is new, and return the rows of it."""
        self._note_seen()
        changed = self._load_named()
        if changed:
            self._load_houses(changed)
            touched: dict[str, None] = {}
            for one in changed:
                touched.update(dict.fromkeys(self._settle(one)))
            self._rows.houses.extend(
                _house_row(house_id, self._houses[house_id].values(), self._now) for house_id in touched
            )
        return self._rows

    def _note_seen(self) -> None:
        for (text,) in select_in(self._connection, _CONTENTS, (), self._seen):
            if text is not None:
                event = _EVENT_DECODER.decode(text)
                key = form_key(event)
                if key is not None and event.venue is not None:
                    self._named.setdefault(key, event.venue)

    def _load_named(self) -> list[_Changed]:
        """Find the house of each form that is known, and return the others."""
        stored: dict[FormKey, tuple[str, str | None]] = {}
        for account, external_ids in _by_account(self._named).items():
            for external_id, text, house_id in select_in(self._connection, _STORED, account, external_ids):
                stored[FormKey(*account, external_id)] = (text, house_id)
        changed = []
        for key, venue in self._named.items():
            text = _JSON(venue).decode()
            known, house_id = stored.get(key, (None, None))
            until = self._until.get(key.source)
            # Without an id of its own a form says the same, but for what its digest leaves out.
            same = known == text or (until is None and key.external_id.startswith(NO_ID))
            if house_id is not None and same:
                self.ids[key] = house_id
                if until is not None:
                    self._rows.forms.append((*key, text, house_id, self._now, until))
                continue
            earlier = None if known is None else _VENUE_DECODER.decode(known)
            changed.append(_Changed(Form(key, venue), text, earlier, house_id, _lookup_numbers(venue)))
        return changed

    def _load_houses(self, changed: Iterable[_Changed]) -> None:
        numbers = dict.fromkeys(number for one in changed for number in one.lookup)
        for number, house_id in select_in(self._connection, _BLOCKS, (), numbers):
            self._blocks.setdefault(number, []).append(house_id)
        wanted = dict.fromkeys(house_id for found in self._blocks.values() for house_id in found)
        wanted.update(dict.fromkeys(one.house_id for one in changed if one.house_id is not None))
        self._houses = load_houses(self._connection, wanted)

    def _settle(self, changed: _Changed) -> Iterable[str]:
        """Put a form into its house, and return the houses that are others now."""
        form, old = changed.form, changed.house_id
        left = self._leave(changed) if old is not None else None
        if old is not None and left is None:
            house_id = old
        else:
            house_id = self._find(changed) or new_id()
        house = self._houses.setdefault(house_id, {})
        house[form.key] = form
        numbers = _numbers(form.venue)
        if changed.earlier is not None and old is not None:
            kept = {number for other in self._houses[old].values() for number in _numbers(other.venue)}
            gone = _numbers(changed.earlier) - kept
            self._rows.unblocked.setdefault(old, set()).update(gone)
        for number in numbers:
            self._blocks.setdefault(number, []).append(house_id)
        self._rows.blocks.extend([(number, house_id) for number in numbers])
        self.ids[form.key] = house_id
        until = self._until.get(form.key.source)
        self._rows.forms.append((*form.key, changed.text, house_id, self._now, until))
        return (house_id,) if left is None else (left, house_id)

    def _leave(self, changed: _Changed) -> str | None:
        """Take a form out of its house where others there speak against it now; return the house then.

        A house with no other form goes with its form, whatever that says.
        """
        assert changed.house_id is not None
        house = self._houses[changed.house_id]
        others = [one for key, one in house.items() if key != changed.form.key]
        if likeness(changed.form, others) is not None:
            return None
        del house[changed.form.key]
        self._rows.left.append(changed.house_id)
        return changed.house_id

    def _find(self, changed: _Changed) -> str | None:
        """Find the house that a form belongs to: the most alike, of equals the oldest."""
        found = {house_id for number in changed.lookup for house_id in self._blocks.get(number, ())}
        best, most = None, 0.0
        for house_id in sorted(found):
            house = self._houses.get(house_id, {})
            alike = likeness(changed.form, house.values()) if len(house) < MAX_FORMS else None
            if alike is not None and alike > most:
                best, most = house_id, alike
        return best


def load_houses(connection: Connection, house_ids: Iterable[str]) -> dict[str, dict[FormKey, Form]]:
    """Return the forms of houses; those that have none are left out."""
    found: dict[str, dict[FormKey, Form]] = {}
    for house_id, *key, text in select_in(connection, _FORMS, (), house_ids):
        form = Form(FormKey(*key), _VENUE_DECODER.decode(text))
        found.setdefault(house_id, {})[form.key] = form
    return found


def forget_venues(connection: Connection, due: str, now: str) -> int:
    """Delete what sources said of venues and may not be kept at `due` any longer; return how much it was.

    A house is made anew from its other forms, and goes with its last.
    """
    gone: dict[str, set[int]] = {}
    forms = run_text(connection, _DUE, (due,))
    for *_, text, house_id in forms:
        if house_id is not None:
            gone.setdefault(house_id, set()).update(_numbers(_VENUE_DECODER.decode(text)))
    run_text(connection, _FORGET, (due,))
    houses = load_houses(connection, gone)
    rows = VenueRows()
    for house_id, numbers in gone.items():
        house = houses.get(house_id, {}).values()
        kept = {number for form in house for number in _numbers(form.venue)}
        rows.unblocked[house_id] = numbers - kept
        if house:
            rows.houses.append(_house_row(house_id, house, now))
    rows.write(connection)
    empty = gone.keys() - houses.keys()
    run_in(
        connection, _MOVE_OUT, (), [house_id for (house_id,) in select_in(connection, _WERE_LEFT, (), empty)]
    )
    run_in(connection, _PULL_DOWN, (), empty)
    return len(forms)


def _by_account(keys: Iterable[FormKey]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for source, account, external_id in keys:
        found.setdefault((source, account), []).append(external_id)
    return found


def _numbers(venue: Venue) -> set[int]:
    return {block_number(key) for key in venue_keys(place_of(venue))}


def _lookup_numbers(venue: Venue) -> list[int]:
    return [block_number(key) for key in venue_lookup_keys(place_of(venue))]


def _house_row(house_id: str, forms: Iterable[Form], now: str) -> Row:
    """Return the values of `_HOUSE_COLUMNS`."""
    found = list(forms)
    house = found[0].venue if len(found) == 1 else merge_forms(found)
    values = [getattr(house, name) for name in _HOUSE_COLUMNS[1:10]]
    return (house_id, *values, len(found), now, now)
