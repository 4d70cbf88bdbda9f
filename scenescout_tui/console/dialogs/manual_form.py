"""The form for one event by hand; what is wrong with it stands under the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from scenescout_tui.console.dialogs.dialog import Dialog, Lines
from scenescout_tui.console.dialogs.text_input import TextInput
from scenescout_tui.imports.commands import CommandResult

#: (name, label, example); what an event cannot do without comes first.
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("title", "title *", "Moonlight Jazz Session"),
    ("start_time", "start *", "2026-12-24 20:00"),
    ("venue_name", "venue *", "Blue Room (or an address)"),
    ("address", "address", "Kastanienallee 7"),
    ("city", "city *", "Berlin (or coordinates)"),
    ("end_time", "end", "2026-12-24 23:30"),
    ("timezone", "time zone", "Europe/Berlin"),
    ("description", "description", "Three bands, one piano."),
    ("state", "state", "BE"),
    ("country", "country", "DE"),
    ("latitude", "latitude", "52.5404"),
    ("longitude", "longitude", "13.4111"),
    ("price", "price", "12.50"),
    ("currency", "currency", "EUR"),
    ("capacity", "capacity", "180"),
    ("url", "web page", "https://example.org/jazz"),
    ("image_url", "image", "https://example.org/jazz.jpg"),
    ("tags", "tags", "jazz, live music"),
    ("contact_email", "e-mail", "hello@example.org"),
    ("contact_phone", "phone", "+49 30 1234567"),
)
#: What the form calls its fields, by name.
_LABELS = {name: label.removesuffix(" *") for name, label, _ in FIELDS}
#: A field's name at the start of what is said about it, or one that is no word of a person.
_NAMES = re.compile(
    rf"(?:^(?:{'|'.join(_LABELS)})|(?<!\w)(?:{'|'.join(n for n in _LABELS if '_' in n)}))(?!\w)"
)
_PARTS = re.compile(rf"[;\n]\s*(?=(?:{'|'.join(_LABELS)})(?!\w))")
_KEYS = (
    ("enter", "key"),
    (" submit   ", "muted"),
    ("tab", "key"),
    (" next field   ", "muted"),
    ("esc", "key"),
    (" close, what is typed is kept", "muted"),
)


class ManualForm(Dialog[None]):
    """Submits one event; it closes when the event is stored and waits for review."""

    DEFAULT_CSS = """
    ManualForm .field { height: 1; background: $surface; }
    ManualForm .label { width: 14; color: $ss-muted; }
    ManualForm .wrong { display: none; padding-left: 14; }
    ManualForm .wrong.-shown { display: block; }
    ManualForm #box { height: 100%; max-height: 28; }
    ManualForm #foot { dock: bottom; padding-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "Next field", show=False, id="next_field"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="field_before"),
    ]
    AUTO_FOCUS = "#title"

    def __init__(self) -> None:
        super().__init__("Add an event")
        self._sending = False

    def main(self) -> Iterable[Widget]:
        """Give a line per field, each with room for what is wrong with it."""
        draft = self.console_app.operations.manual_draft
        yield Lines((("Stored as pending, waits for review. Fields with * are needed.", "muted"),), id="say")
        for name, label, example in FIELDS:
            yield Horizontal(
                Lines(((label, "strong" if label.endswith("*") else "muted"),), classes="label"),
                TextInput(draft.get(name, ""), example, id=name),
                classes="field",
            )
            yield Lines(id=f"{name}-wrong", classes="wrong")
        yield Lines(_KEYS, id="foot")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        if self._sending:
            return
        form = self._form()
        wrong = {
            name: f"{label} is needed"
            for name, label in (("title", "A title"), ("start_time", "A start"))
            if name not in form
        }
        self._show(wrong)
        if wrong:
            self._say("Not sent yet: please complete what is marked.", "warn")
            return
        self._sending = True
        self._say("Sending.", "muted")
        self.console_app.state.process_manual_event(form, said=self._said, done=self._done)

    @on(Input.Changed)
    def _keep(self, event: Input.Changed) -> None:
        if event.input.id is not None:
            self.console_app.operations.manual_draft[event.input.id] = event.value

    def _form(self) -> dict[str, Any]:
        values = {name: self.query_one(f"#{name}", TextInput).value.strip() for name, _, _ in FIELDS}
        form: dict[str, Any] = {name: value for name, value in values.items() if value}
        if "tags" in form:
            form["tags"] = [tag.strip() for tag in form["tags"].split(",") if tag.strip()]
        return form

    def _said(self, result: CommandResult) -> None:
        if not result.ok:
            self._sending = False
            self._say(result.message, "bad")

    def _done(self, report: Any) -> None:
        self._sending = False
        if isinstance(report, Exception):
            self._say(str(report), "bad")
            return
        failed = next(iter(report.failed), None)
        if failed is None and report.state == "completed":
            self.console_app.operations.manual_draft.clear()
            title = self.query_one("#title", TextInput).value
            self.console_app.say(f"Stored, waits for review: {title}", "good")
            if self.is_attached and self.is_active:
                self.dismiss(None)
            return
        message = (
            failed.error if failed is not None and failed.error else f"The submission is {report.state}."
        )
        wrong = wrong_fields(message, failed.field or "" if failed is not None else "")
        self._show(wrong)
        self._say(message if not wrong else "Not stored: please correct what is marked.", "bad")

    def _show(self, wrong: Mapping[str, str]) -> None:
        sign = self.console_app.glyphs.failed
        for name, _, _ in FIELDS:
            line = self.query_one(f"#{name}-wrong", Lines)
            line.say(((f"{sign} {wrong.get(name, '')}", "bad"),))
            line.set_class(name in wrong, "-shown")
        if first := next((name for name, _, _ in FIELDS if name in wrong), None):
            self.query_one(f"#{first}", TextInput).focus()

    def _say(self, text: str, role: str) -> None:
        self.query_one("#say", Lines).say(((text, role),))


def wrong_fields(message: str, fields: str = "") -> dict[str, str]:
    """Give each field at fault its part of an error's message, in the words of the form.

    ``fields`` are the names at fault, separated by commas; those of which the message says nothing of its own
    get all of it.
    """
    parts = _PARTS.split(message)
    wrong: dict[str, str] = {}
    for name in _LABELS:
        part = next((part for part in parts if re.match(rf"{name}(?!\w)", part)), None)
        if part is not None:
            wrong[name] = _NAMES.sub(lambda found: _LABELS[found[0]], part.strip())
        elif name in fields.split(","):
            wrong[name] = _NAMES.sub(lambda found: _LABELS[found[0]], message)
    return wrong
