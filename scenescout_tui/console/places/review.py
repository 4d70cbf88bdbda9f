"""The keys of the review."""

from __future__ import annotations

from scenescout_tui.console.places.place import Key

KEYS: dict[str, Key] = {
    "review_same": Key("s", "s", "review", footer="same"),
    "review_different": Key("d", "d", "review", footer="different"),
    "review_later": Key("l", "l", "review", footer="later"),
    "review_approve": Key("a", "a", "review", footer="approve"),
    "review_refuse": Key("x", "x", "review", footer="refuse"),
    "review_undo": Key("u", "u", "review", footer="undo"),
    "review_by_rule": Key("b", "b", "review", footer="by rule"),
    "review_text": Key("enter", "enter", "review", footer="whole"),
    "review_next_list": Key("tab", "tab", "review", footer="list"),
}
