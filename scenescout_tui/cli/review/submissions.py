"""`review approve` and `review refuse`: what people sent in."""

from __future__ import annotations

from collections.abc import Iterator

import click

from scenescout_tui.cli.complaint import usage_error
from scenescout_tui.cli.data import signed, writing
from scenescout_tui.cli.flags import Flags, data_options
from scenescout_tui.cli.output import count, say, say_json
from scenescout_tui.cli.review.listing import command
from scenescout_tui.cli.words import decided_json
from scenescout_tui.store import NotFoundError, Store
from scenescout_tui.store.review_rows import Decided, ReviewFilters

_PAGE = 1_000
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
        chosen = tuple(_waiting(store)) if everything else _named(store, submissions)
        decided = store.approve(chosen, **signed())
    return _done(flags, "Approved", decided)


@command.command("refuse")
@click.argument("submissions", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", required=True, help="Why; kept with the decision.")
@data_options
def refuse(flags: Flags, submissions: tuple[str, ...], reason: str) -> int:
    """Refuse submissions, or all of an event by its id, for a reason."""
    with writing(flags) as store:
        decided = store.refuse(_named(store, submissions), reason, **signed())
    return _done(flags, "Refused", decided)


def _named(store: Store, wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_whole_id(store, one) for one in wanted)


def _whole_id(store: Store, wanted: str) -> str:
    """Return the whole id of a submission, or of an event, of which this is the end."""
    try:
        item = store.review_item(wanted).item
    except NotFoundError:
        try:
            return store.event(wanted).event.id
        except NotFoundError:
            raise NotFoundError("pending submission", wanted) from None
    if item.kind != "submission":
        raise usage_error(
            f"{wanted} is a pair of events", f"Decide it with: scenescout review same {wanted}, or different."
        )
    return item.id


def _waiting(store: Store) -> Iterator[str]:
    """Walk the submissions that wait, oldest first."""
    after = None
    while page := store.review_items(_SUBMISSIONS, _PAGE, after=after):
        yield from (item.id for item in page)
        after = page[-1].key


def _done(flags: Flags, what: str, decided: Decided) -> int:
    if flags.as_json:
        say_json(decided_json(decided))
    elif decided.undo_id is None:
        say("Nothing waits for approval.")
    else:
        said = f"{what} {count(decided.count, 'submission')}."
        say(f"{said} Take it back with: scenescout review undo {decided.undo_id[-6:]}")
    return 0
