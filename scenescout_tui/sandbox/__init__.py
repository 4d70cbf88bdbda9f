"""An invented Eventbrite, Yelp and pile of manual forms: believable, seeded, in the documented shapes, odd
where they are; `sandbox.server` puts them behind HTTP on loopback, as the real services do.

Uses the standard library, h11 for HTTP, and nothing else of this package, so that whatever is tested against
it cannot agree with it by sharing its code.
"""

from scenescout_tui.sandbox.eventbrite import eventbrite_events
from scenescout_tui.sandbox.manual import manual_forms
from scenescout_tui.sandbox.samples import SOURCES, sample_records
from scenescout_tui.sandbox.yelp import yelp_events

__all__ = [
    "SOURCES",
    "eventbrite_events",
    "manual_forms",
    "sample_records",
    "yelp_events",
]
