"""Sets of errors and dead letters that a verb means: the same options for clearing, discarding, retrying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from scenescout_tui.store import Store
from scenescout_tui.store.lines import Chunk, ErrorFilters, LetterFilters


def set_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options; `set_of` makes filters of what they give."""
    for option in reversed(
        (
            click.option("--source", metavar="NAME", help="Only of this source."),
            click.option("--code", metavar="CODE", help="Only with this code, such as VALIDATION_ERROR."),
            click.option("--run", metavar="RUN", help="Only of this run."),
            click.option("--text", metavar="TEXT", help="Only with this in the message."),
        )
    ):
        function = option(function)
    return function


def set_of(store: Store, given: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what the options ask for as arguments of `ErrorFilters` and `LetterFilters`.

    :raises NotFoundError: where there is no such run.
    """
    run = given["run"]
    return {
        "source": given["source"],
        "code": given["code"].upper() if given["code"] else None,
        "run_id": store.run(run).id if run else None,
        "text": given["text"],
    }


def errors_of(store: Store, filters: ErrorFilters) -> tuple[str, ...]:
    """Return the ids of the open errors that pass, as they are now."""
    upto = store.freeze_errors(filters).upto
    return _walked(lambda at: store.chunk_of_errors(filters, at=at), upto)


def letters_of(store: Store, filters: LetterFilters) -> tuple[str, ...]:
    """Return the ids of the dead letters that pass, as they are now."""
    upto = store.freeze_letters(filters).upto
    return _walked(lambda at: store.chunk_of_letters(filters, at=at), upto)


def _walked(chunk: Callable[[str], Chunk], upto: str) -> tuple[str, ...]:
    found: list[str] = []
    at: str | None = upto
    while at is not None:
        ids, at = chunk(at)
        found += ids
    return tuple(found)
