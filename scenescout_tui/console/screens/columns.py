"""The dashboard's body: its parts in one column, two or three, decided by the stylesheet alone."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from scenescout_tui.console.widgets.activity import Activity
from scenescout_tui.console.widgets.error_detail import ErrorDetail
from scenescout_tui.console.widgets.error_groups import ErrorGroups
from scenescout_tui.console.widgets.latency import Latency
from scenescout_tui.console.widgets.metrics import Metrics
from scenescout_tui.console.widgets.newest import Newest
from scenescout_tui.console.widgets.runs import Runs
from scenescout_tui.console.widgets.sources import Sources
from scenescout_tui.console.widgets.workers import Workers


class Columns(Horizontal):
    """What works at the left, what went wrong in the middle, what comes in at the right."""

    # Its rules look at the classes of the screen around it.
    SCOPED_CSS = False
    # Written for two columns on a tall screen; what follows takes away and adds.
    DEFAULT_CSS = """
    Columns { layout: horizontal; height: 1fr; }
    Columns #left, Columns #middle, Columns #third { width: 1fr; height: 1fr; }
    Columns #left { margin-right: 1; }
    Columns #third { display: none; }
    Columns Sources { height: 9; margin-bottom: 1; }
    Columns Workers { height: 1fr; margin-bottom: 1; }
    Columns Activity { height: 10; margin-bottom: 1; }
    Columns Metrics { height: 5; }
    Columns ErrorGroups { height: 1fr; margin-bottom: 1; }
    Columns ErrorDetail { height: 11; margin-bottom: 1; }
    Columns Runs { height: 8; }
    Columns Latency { height: 6; margin-bottom: 1; }

    Dashboard.-high Sources { height: 13; }
    Dashboard.-high Workers { height: 15; }
    Dashboard.-high Activity { height: 1fr; }
    Dashboard.-high ErrorDetail { height: 12; }
    Dashboard.-high Runs { height: 16; }

    Dashboard.-low Activity, Dashboard.-low Metrics { display: none; }
    Dashboard.-low Runs, Dashboard.-low Latency { display: none; }
    Dashboard.-low Sources { height: 5; margin-bottom: 0; }
    Dashboard.-low Workers, Dashboard.-low ErrorGroups { margin-bottom: 0; }
    Dashboard.-low ErrorDetail { height: 8; margin-bottom: 0; }

    Dashboard.-three #middle { margin-right: 1; }
    Dashboard.-three #third { display: block; }

    Dashboard.-one Columns { layout: vertical; }
    Dashboard.-one #left { height: auto; margin-right: 0; }
    Dashboard.-one Sources { height: 5; }
    Dashboard.-one Workers { height: 8; }
    Dashboard.-one Activity, Dashboard.-one Metrics, Dashboard.-one Runs { display: none; }
    Dashboard.-one ErrorDetail { height: 7; }
    Dashboard.-one.-low Workers { height: 5; }
    Dashboard.-one.-low ErrorDetail { height: 2; }
    Dashboard.-one.-high Metrics { display: block; margin-bottom: 1; }
    Dashboard.-one.-high Runs { display: block; height: 10; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.groups = ErrorGroups()
        self.detail = ErrorDetail(self.groups)

    def compose(self) -> ComposeResult:
        """Give the columns."""
        yield Vertical(Sources(), Workers(), Activity(), Metrics(), id="left")
        yield Vertical(self.groups, self.detail, Runs(), id="middle")
        yield Vertical(Latency(), Newest(), id="third")

    def on_error_groups_moved(self) -> None:
        """Show the group under the cursor in full."""
        self.detail.repaint()
