"""The sandbox as a server on loopback: Eventbrite, Yelp and feeds over real HTTP, in a thread of its own.

```python
with SandboxServer(latency=0) as sandbox:
    httpx.get(f"{sandbox.eventbrite_url}/organizers/{sandbox.organizer_id}/events/",
              headers={"Authorization": f"Bearer {sandbox.eventbrite_token}"})
```
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from datetime import date
from types import TracebackType
from typing import TypeVar

from scenescout_tui.sandbox import feeds, wire
from scenescout_tui.sandbox.eventbrite import organization_id, organizer_id, series_id, venue_id
from scenescout_tui.sandbox.eventbrite_catalogue import HOUSE, SIDE_HOUSE
from scenescout_tui.sandbox.happenings import happening
from scenescout_tui.sandbox.samples import SEED
from scenescout_tui.sandbox.site import EVENTBRITE, YELP, Site, SiteOptions, Tokens
from scenescout_tui.sandbox.traffic import Counts
from scenescout_tui.sandbox.yelp_catalogue import EVERYWHERE

#: Seconds per event listed: an import of the demo's events takes about 25 seconds.
DEMO_LATENCY = 0.07

_HOST = "127.0.0.1"
_CLOSE_WITHIN = 10.0
_Found = TypeVar("_Found")


class SandboxServer:
    """The sandbox from `start` (or `with`) to `close`; counts and limits begin anew with each.

    `port` 0 takes any free one. `events` is how many Eventbrite lists, and how many Yelp does; None is the
    demo: 320 and 310. With `broken` (default: in the demo) there are records among them that no importer
    should take as they are. The same `seed` and `today`, the day that days are counted from, give the same
    events.

    `faults` (0 to 1) is the share of requests that go wrong, see `faults.py`. With `shift` (default: where
    there are faults) lists change while they are walked, four times each. `latency` is the mean time that an
    answer takes, in seconds per event it lists; 0 answers at once.

    Eventbrite allows `eventbrite_limit` requests in `eventbrite_window` seconds from the first one on; Yelp
    allows `yelp_daily_limit` until midnight UTC, or in `yelp_window` seconds, and `yelp_per_second`.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        events: int | None = None,
        seed: int = SEED,
        broken: bool | None = None,
        faults: float = 0.0,
        shift: bool | None = None,
        latency: float = DEMO_LATENCY,
        today: date | None = None,
        eventbrite_limit: int = 2_000,
        eventbrite_window: float = 3_600.0,
        yelp_daily_limit: int = 5_000,
        yelp_window: float | None = None,
        yelp_per_second: int = 100,
    ) -> None:
        self._port = port
        self._options = SiteOptions(
            events=events,
            seed=seed,
            broken=events is None if broken is None else broken,
            faults=faults,
            latency=latency,
            today=today or date.today(),
            eventbrite_limit=eventbrite_limit,
            eventbrite_window=eventbrite_window,
            yelp_daily_limit=yelp_daily_limit,
            yelp_window=yelp_window,
            yelp_per_second=yelp_per_second,
            shift=faults > 0 if shift is None else shift,
        )
        if not 0 <= faults <= 1:
            raise ValueError(f"faults must be between 0 and 1, not {faults}")
        if (events or 0) < 0 or latency < 0:
            raise ValueError("events and latency must not be negative")
        tokens = Tokens.of(seed)
        self.eventbrite_token = tokens.eventbrite
        #: Reads events, but nothing of an account: /users/me/ refuses it.
        self.eventbrite_public_token = tokens.eventbrite_public
        self.yelp_token = tokens.yelp
        #: Lists every event there is of Eventbrite, as `organization_id` does.
        self.organizer_id = organizer_id(HOUSE)
        self.organization_id = organization_id(HOUSE)
        #: A second organisation of the same token, with `SIDE_EVENTS` other events.
        self.side_organization_id = organization_id(SIDE_HOUSE)
        first = happening(0, seed, self._options.today)
        #: A venue that has events, and a series that has dates (where there are 13 events or more).
        self.venue_id = venue_id(first.venue) if first.venue is not None else ""
        self.series_id = series_id(0)
        #: A location that lists every event there is of Yelp; names of cities list theirs.
        self.yelp_location = EVERYWHERE
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._site: Site | None = None

    @property
    def url(self) -> str:
        """The address of it all, without a slash at the end."""
        return f"http://{_HOST}:{self._port}"

    @property
    def eventbrite_url(self) -> str:
        """What stands in the place of https://www.eventbriteapi.com/v3."""
        return f"{self.url}{EVENTBRITE}"

    @property
    def yelp_url(self) -> str:
        """What stands in the place of https://api.yelp.com/v3."""
        return f"{self.url}{YELP}"

    @property
    def feed_url(self) -> str:
        """An iCalendar feed that stays as it is."""
        return f"{self.url}{feeds.FEED}"

    @property
    def shifting_feed_url(self) -> str:
        """An iCalendar feed that has changed after every second request."""
        return f"{self.url}{feeds.SHIFTING_FEED}"

    @property
    def page_url(self) -> str:
        """A web page with schema.org events in it."""
        return f"{self.url}{feeds.PAGE}"

    @property
    def forms_url(self) -> str:
        """Filled-in submission forms, one JSON object a line."""
        return f"{self.url}{feeds.FORMS}"

    def start(self) -> None:
        """Listen; requests wait until the events are made.

        :raises OSError: when the port is taken.
        :raises RuntimeError: when it was started before.
        """
        if self._thread is not None:
            raise RuntimeError("a sandbox is started once")
        ready: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="sandbox", daemon=True
        )
        self._thread.start()
        self._port = ready.result()

    def close(self) -> None:
        """Stop listening and cut what is under way; may be called twice."""
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None or loop is None or stop is None:
            return
        with suppress(RuntimeError):  # its loop has ended already
            loop.call_soon_threadsafe(stop.set)
        thread.join(_CLOSE_WITHIN)

    def counts(self) -> Counts:
        """Return what came to it until now; also after it was closed."""
        return self._look(lambda site: site.traffic.counts())

    def eventbrite_ids(self) -> frozenset[str]:
        """Return the ids of the events that `organizer_id` lists now, broken records left out."""
        return self._look(lambda site: site.eventbrite.ids())

    def yelp_ids(self) -> frozenset[str]:
        """Return the ids of the events that `yelp_location` lists now, broken records left out."""
        return self._look(lambda site: site.yelp.ids())

    def __enter__(self) -> SandboxServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _look(self, read: Callable[[Site], _Found]) -> _Found:
        """Read something of the site in its own thread, or here once that has ended.

        :raises RuntimeError: before it was started.
        """
        if self._loop is None or self._thread is None:
            raise RuntimeError("the sandbox was not started")

        async def there() -> _Found:
            assert self._site is not None
            return read(self._site)

        if self._thread.is_alive():
            asked = there()
            try:
                return asyncio.run_coroutine_threadsafe(asked, self._loop).result(_CLOSE_WITHIN)
            except (RuntimeError, CancelledError):
                asked.close()  # it ended just now
                self._thread.join(_CLOSE_WITHIN)
        assert self._site is not None
        return read(self._site)

    async def _serve(self, ready: Future[int]) -> None:
        """The life of the thread: listen, say where, make the events, answer until told to stop."""
        connections: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.add(task)
            try:
                await wire.serve(reader, writer, self._respond)
            except asyncio.CancelledError:
                writer.transport.abort()
            finally:
                connections.discard(task)

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await asyncio.start_server(connected, _HOST, self._port, backlog=256)
        except OSError as error:
            ready.set_exception(error)
            return
        ready.set_result(server.sockets[0].getsockname()[1])
        self._site = Site(self._options)
        await self._stop.wait()
        server.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _respond(self, request: wire.Request) -> wire.Answer:
        assert self._site is not None
        return await self._site.respond(request)
