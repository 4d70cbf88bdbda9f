"""One event as people read it: its fields with where each comes from, its records, links and edits."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from scenescout_tui.cli.output import is_terminal, local_time, say
from scenescout_tui.cli.words import event_json
from scenescout_tui.imports.event_words import SHORT, given_by
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store.rows import EditRow, EventDetail, LinkRow, SourceRecordRow

_LONG = 2_000
_NOTHING: tuple[object, ...] = (None, [], {}, "", "[]")

Line = tuple[str, str, str]


def say_event(detail: EventDetail) -> None:
    """Write an event: coloured and folded on a terminal, elsewhere one plain line for each thing."""
    sections = (
        ("", list(_fields(detail))),
        ("source records:", [_record(one) for one in detail.records]),
        ("links:", [_link(one) for one in detail.links]),
        ("edits:", [_edit(one) for one in detail.edits]),
    )
    for heading, lines in sections:
        if lines:
            if is_terminal(sys.stdout):
                _say_rich(heading, lines)
            else:
                _say_plain(heading, lines)


def _say_plain(heading: str, lines: list[Line]) -> None:
    if heading:
        say(heading)
    width = max(len(name) for name, _, _ in lines)
    for name, text, more in lines:
        say(f"  {name:<{width}}  {text}{f'  ({more})' if more else ''}")


def _say_rich(heading: str, lines: list[Line]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for line in lines:
        table.add_row("", *(Text(part, style) for part, style in zip(line, ("cyan", "", "dim"), strict=True)))
    console = Console(file=sys.stdout, highlight=False, markup=False)
    if heading:
        console.print(Text(heading, "bold"))
    console.print(table)


def _fields(detail: EventDetail) -> Iterator[Line]:
    """Yield the fields that say something; of several records or edits also which of them says it."""
    for name, value in event_json(detail.event).items():
        if name != "field_sources" and value not in _NOTHING:
            yield name, _text(value), for_screen(given_by(detail, name))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    whole = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return for_screen(whole, _LONG)


def _record(record: SourceRecordRow) -> Line:
    """Say whose record it is, how it stands, and what it has lost: its place in a list, or its content."""
    said = [f"seen {local_time(record.last_seen_at.timestamp())}"]
    if record.state != "active":
        said.insert(0, record.state)
    if record.missing_since is not None:
        said.append(f"not listed any more since {local_time(record.missing_since.timestamp())}")
    if record.blanked_at is not None:
        said.append(f"expired {local_time(record.blanked_at.timestamp())}: scenescout refresh")
    name = f"{for_screen(record.source)} {for_screen(record.external_id)}"
    return record.id[-SHORT:], name, ", ".join(said)


def _link(link: LinkRow) -> Line:
    """Say which record was linked, why and by whom, and for what stands how it is taken back."""
    score = f" ({link.score:.0f} of 100)" if link.score is not None else ""
    words = f"by {for_screen(link.decided_by)}{score}: {for_screen(link.evidence)}"
    if link.undone_at is not None:
        return link.record_id[-SHORT:], f"link taken back, made {words}", ""
    undo = f"undo: scenescout review undo {link.id[-SHORT:]}" if link.decided_by == "matcher" else ""
    return link.record_id[-SHORT:], f"linked {words}", undo


def _edit(edit: EditRow) -> Line:
    value = "emptied" if edit.value is None else _text(edit.value)
    at = local_time(edit.edited_at.timestamp())
    return for_screen(edit.field), value, f"by {for_screen(edit.who)} {at}"
