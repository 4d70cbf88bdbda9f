"""`scenescout review`: what waits for a person's word, and what people have decided."""

from scenescout_tui.cli.review import deciding, submissions, undoing
from scenescout_tui.cli.review.listing import command

__all__ = ["command", "deciding", "submissions", "undoing"]
