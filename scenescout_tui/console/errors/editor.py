"""A text edited in the person's own editor, with the console out of the way."""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

from textual.app import App


class EditorError(Exception):
    """The editor could not be started, or gave up; the text says which and why."""


def edit(app: App[None], text: bytes) -> bytes:
    """Give the text as somebody leaves it in ``$VISUAL``, else ``$EDITOR``, else vi.

    It lies in a file of nobody else's meanwhile, which is removed afterwards. Raises: EditorError;
    textual.app.SuspendNotSupported where the screen cannot step aside.
    """
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "") or ["vi"]
    editor = Path(words[0]).name
    number, name = tempfile.mkstemp(prefix="scenescout-", suffix=".json")
    path = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text)
        with app.suspend():
            try:
                # Our threads block signals that an editor wants to have.
                pid = os.posix_spawnp(words[0], [*words, name], os.environ, setsigmask=())
            except OSError as error:
                raise EditorError(f"{editor} could not be started: {error.strerror}") from error
            _, status = os.waitpid(pid, 0)
        if code := os.waitstatus_to_exitcode(status):
            raise EditorError(f"{editor} ended with {code}")
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
