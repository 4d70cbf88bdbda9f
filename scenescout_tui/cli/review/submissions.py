"""`review approve` and `review refuse`: what people sent in."""

from __future__ import annotations

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import signed, writing
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.output import count, say, say_json
from scenescout_tui.cli.review.listing import command
from scenescout_tui.store import NotFoundError, Store
from scenescout_tui.store.review_rows import ReviewFilters

_SUBMISSIONS = ReviewFilters(kind="submission")


@command.command("approve")
@click.argument("submissions", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Every submission that waits.")
@data_options
def approve(flags: Flags, submissions: tuple[str, ...], everything: bool) -> int:
    """Approve submissions, or all of an event by its id; from then on their fields count."""
    if bool(submissions) == everything:
        raise usage_error("say which: one or more ids, or --all", "List them with: scenescout review")
    with writing(flags) as store:
        number = 0
        chosen = _waiting(store) if everything else _named(store, submissions)
        while chosen:
            number += store.approve(chosen, **signed())
            chosen = _waiting(store) if everything else ()
    return _done(flags, "Approved", number)


@command.command("refuse")
@click.argument("submissions", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", required=True, help="Why; kept in the audit log.")
@data_options
def refuse(flags: Flags, submissions: tuple[str, ...], reason: str) -> int:
    """Refuse submissions, or all of an event by its id, for a reason."""
    with writing(flags) as store:
        number = store.refuse(_named(store, submissions), reason, **signed())
    return _done(flags, "Refused", number)


def _named(store: Store, wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_whole_id(store, one) for one in wanted)


def _whole_id(store: Store, wanted: str) -> str:
    """Return the whole id of a submission, or of an event, of which this is the end."""
    try:
        item = store.review_item(wanted).item
    except NotFoundError:
        return store.event(wanted).event.id
    if item.kind != "submission":
        raise usage_error(
            f"{wanted} is a pair of events", f"Decide it with: scenescout review same {wanted}, or different."
        )
    return item.id


def _waiting(store: Store) -> tuple[str, ...]:
    """Return the submissions that wait, a page of them."""
    return tuple(item.id for item in store.review_items(_SUBMISSIONS))


def _done(flags: Flags, what: str, number: int) -> int:
    if flags.as_json:
        say_json({"success": True, "count": number})
    else:
        say(f"{what} {count(number, 'submission')}.")
    return 0
