"""`python -m scenescout_tui.sandbox`: the sandbox alone, for who writes or tries a client."""

from __future__ import annotations

import argparse
import signal
import sys

from scenescout_tui.sandbox.server import DEMO_LATENCY, SandboxServer


def share(text: str) -> float:
    """Read "10%", "10 %" or "0.1".

    :raises ValueError: for anything else.
    """
    value = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    if not 0 <= value <= 1:
        raise ValueError(f"a share is between 0 and 100 %, not {text}")
    return value


def main() -> None:
    """Serve until ctrl+c, after saying where and with which tokens."""
    options = _options().parse_args()
    sandbox = SandboxServer(
        port=options.port,
        events=options.events,
        seed=options.seed,
        faults=options.faults,
        latency=options.latency,
        yelp_daily_limit=options.yelp_daily_limit,
        eventbrite_limit=options.eventbrite_limit,
    )
    # Blocked before the thread begins, so that it is this one that waits for them.
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with sandbox:
        sys.stdout.write(_told(sandbox))
        sys.stdout.flush()
        signal.sigwait(signals)
    sys.stdout.write(f"\n{sandbox.counts()}\n")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenescout_tui.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument(
        "--events", type=int, default=None, help="of Eventbrite and of Yelp; default: the demo"
    )
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument(
        "--faults", type=share, default=0.0, help="share of requests that go wrong: 10%% or 0.1"
    )
    parser.add_argument("--latency", type=float, default=DEMO_LATENCY, help="seconds per event listed")
    parser.add_argument("--eventbrite-limit", type=int, default=2_000, help="requests per hour")
    parser.add_argument("--yelp-daily-limit", type=int, default=5_000, help="requests until midnight UTC")
    return parser


def _told(sandbox: SandboxServer) -> str:
    return (
        f"SCENESCOUT_EVENTBRITE_URL={sandbox.eventbrite_url}\n"
        f"SCENESCOUT_EVENTBRITE_TOKEN={sandbox.eventbrite_token}\n"
        f"SCENESCOUT_YELP_URL={sandbox.yelp_url}\n"
        f"SCENESCOUT_YELP_TOKEN={sandbox.yelp_token}\n"
        f"organizer {sandbox.organizer_id}, organizations {sandbox.organization_id} and"
        f" {sandbox.side_organization_id}, venue {sandbox.venue_id}, series {sandbox.series_id}\n"
        f"location {sandbox.yelp_location}, or a city such as Berlin\n"
        f"feeds {sandbox.feed_url} {sandbox.shifting_feed_url}\n"
        f"page {sandbox.page_url}\nforms {sandbox.forms_url}\n"
    )


if __name__ == "__main__":
    main()
