"""The marks by which the engine knows what belongs to the screens: see `doing`.

A screen's own questions and commands are frozen dataclasses that derive from these.
"""

from __future__ import annotations


class StoreQuery:
    """A question that is answered from what is stored; `doing` has the answer, named in its docstring."""

    __slots__ = ()


class Deed:
    """A command whose work is in `doing`; a console that only looks refuses it."""

    __slots__ = ()
