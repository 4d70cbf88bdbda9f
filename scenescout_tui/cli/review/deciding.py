"""`review same`, `different`, `later`, `merge` and `split`: which events are one."""

from __future__ import annotations

import sys
from typing import Any

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import reading, signed, writing
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.output import count, is_terminal, say, say_json
from scenescout_tui.cli.review.listing import command, rule_of, rule_options, say_items
from scenescout_tui.cli.words import decided_json, pair_json
from scenescout_tui.safe_text import for_screen
from scenescout_tui.store import Store
from scenescout_tui.store.review_rows import Decided, PairDecision, ReviewFilters

_SHOWN = 20
_REASON = click.option("--reason", help="Why; kept with the decision.")


def _deciding(decision: PairDecision, help_text: str) -> None:
    """Add the verb of one decision."""

    @command.command(decision, help=help_text)
    @click.argument("pairs", nargs=-1)
    @rule_options
    @click.option("--all", "everything", is_flag=True, help="Every pair that waits.")
    @click.option("--dry-run", is_flag=True, help="Only say what would be decided.")
    @click.option("--yes", is_flag=True, help="Do not ask before many are decided.")
    @_REASON
    @data_options
    def verb(flags: Flags, pairs: tuple[str, ...], everything: bool, **given: Any) -> int:
        rule = rule_of(given)
        if sum((bool(pairs), everything, rule != ReviewFilters())) != 1:
            raise usage_error(
                "say which pairs: their ids, or a rule (--least-score 88, --source NAME, …), or --all",
                "List them with: scenescout review",
            )
        if pairs:
            return _decide(flags, decision, pairs, **given)
        return _decide_by_rule(flags, decision, rule, **given)


_deciding("same", "Make one event of the two, of pairs named by id or by a rule.")
_deciding("different", "Keep the two apart for good, of pairs named by id or by a rule.")
_deciding("later", "Put pairs off: they are listed behind the others, with --state later.")


@command.command("merge")
@click.argument("events", nargs=-1, required=True)
@_REASON
@data_options
def merge(flags: Flags, events: tuple[str, ...], reason: str | None) -> int:
    """Make one event of two or more, whether they were asked about or not."""
    with writing(flags) as store:
        ids = tuple(store.event(one).event.id for one in events)
        decided = store.merge_events(ids, reason=reason, **signed())
    return _say_decided(flags, decided, "merge")


@command.command("split")
@click.argument("record")
@click.option("--into", metavar="EVENT", help="The event it belongs to; else it gets one of its own.")
@click.option("--reason", default="taken out by hand", help="Why; kept with the decision.")
@data_options
def split(flags: Flags, record: str, into: str | None, reason: str) -> int:
    """Take a source record out of its event; `events EVENT` and `review show` name the records."""
    with writing(flags) as store:
        record_id = store.record_id(record)
        named = None if into is None else store.event(into).event
        target = None if named is None else named.merged_into or named.id
        event_id = store.move_record(record_id, target, reason, **signed())
    if flags.as_json:
        say_json({"success": True, "recordId": record_id, "eventId": event_id})
    else:
        say(f"The record is part of event {event_id}. Take it back with: scenescout review undo")
    return 0


def _decide(
    flags: Flags,
    decision: PairDecision,
    pairs: tuple[str, ...],
    *,
    reason: str | None,
    dry_run: bool,
    yes: bool,  # for whoever writes it everywhere: single pairs are not asked about
) -> int:
    with writing(flags) as store:
        ids = tuple(_pair_id(store, one) for one in pairs)
        if dry_run:
            return _rehearse(flags, store, ids)
        decided = store.decide_pairs(ids, decision, reason=reason, **signed())
    return _say_decided(flags, decided, decision)


def _decide_by_rule(
    flags: Flags,
    decision: PairDecision,
    rule: ReviewFilters,
    *,
    reason: str | None,
    dry_run: bool,
    yes: bool,
) -> int:
    # What comes in from here on is not decided unseen.
    with reading(flags) as store:
        ids = store.review_pair_ids(rule)
        if dry_run:
            return _rehearse(flags, store, ids)
    if not ids:
        return _say_decided(flags, Decided(0, ()), decision)
    if not yes:
        _ask(flags, decision, len(ids))
    with writing(flags) as store:
        decided = store.decide_pairs(ids, decision, reason=reason, **signed())
    return _say_decided(flags, decided, decision)


def _ask(flags: Flags, decision: PairDecision, number: int) -> None:
    question = f"Decide {count(number, 'pair')}: {decision}?"
    if flags.as_json or not is_terminal(sys.stdin):
        raise usage_error(
            f"{count(number, 'pair')} would be decided: {decision}", "Look with --dry-run, then say --yes."
        )
    click.confirm(question, abort=True, err=True)


def _rehearse(flags: Flags, store: Store, ids: tuple[str, ...]) -> int:
    shown = tuple(store.review_item(one).item for one in ids[:_SHOWN])
    if flags.as_json:
        pairs = [pair_json(item) for item in shown]
        say_json({"success": True, "dryRun": True, "count": len(ids), "ids": list(ids), "pairs": pairs})
        return 0
    if shown:
        say_items(shown)
    more = f", the first {_SHOWN} of them above" if len(ids) > _SHOWN else ""
    say(f"{count(len(ids), 'pair')} would be decided{more}.")
    return 0


def _pair_id(store: Store, wanted: str) -> str:
    item = store.review_item(wanted).item
    if item.kind != "pair":
        raise usage_error(
            f"{wanted} is a submission", f"Decide it with: scenescout review approve {wanted}, or refuse."
        )
    return item.id


def _say_decided(flags: Flags, decided: Decided, what: str) -> int:
    if flags.as_json:
        say_json(decided_json(decided))
        return 0
    for one in decided.skipped:
        say(f"  {one.id[-6:]}: {for_screen(one.reason)}")
    if decided.undo_id is None:
        say("Nothing was decided." if decided.skipped else "No pair is like that; nothing was decided.")
        return 0
    said = count(decided.count, "event") + " merged" if what == "merge" else count(decided.count, "pair")
    words = said if what == "merge" else f"{said}: {what}"
    say(f"{words}. Take it back with: scenescout review undo {decided.undo_id[-6:]}")
    return 0
