"""Copying over SSH: OSC 52, wrapped so that tmux and screen hand it on to the terminal around them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from scenescout_tui.console.formats import plural
from scenescout_tui.safe_text import clean

#: Characters of base64 that xterm takes; more is not copied.
_MOST = 74_994
#: Bytes of a string that screen hands on.
_SCREEN = 768 - 4


def _kept(text: str) -> bytes:
    # Whole groups of base64, and no character cut in two.
    return clean(text).encode("utf-8", "replace")[: _MOST // 4 * 3].decode("utf-8", "ignore").encode()


def sequences(text: str, environ: Mapping[str, str]) -> str:
    """Give what makes the terminal copy a text; control characters of the text are left out.

    https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Operating System Commands", 52.
    """
    copy = f"\x1b]52;c;{b64encode(_kept(text)).decode()}\x07"
    if environ.get("TMUX"):
        # tmux copies the plain one into its own buffers, and hands the wrapped one on where it may.
        return f"{copy}\x1bPtmux;\x1b{copy}\x1b\\"
    if environ.get("STY"):
        parts = (copy[start : start + _SCREEN] for start in range(0, len(copy), _SCREEN))
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return copy


def taken(text: str) -> str:
    """Say how much was copied."""
    kept = len(_kept(text).decode())
    whole = len(clean(text))
    words = f"Copied {plural(kept, 'character')}"
    return words if kept == whole else f"{words} of {whole:,}: a terminal takes no more"
