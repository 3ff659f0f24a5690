"""The site's intercom: its SIP server, its media and its log, as one part that is started and stopped."""

import asyncio
from typing import Final, NamedTuple

from linli.calls.relay_media import Relayed
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.intercom.cloud_sip import CloudSip
from linli.edge.intercom.front import SiteFront
from linli.edge.intercom.log import OpensDoors, SiteLog
from linli.edge.intercom.phones import BoxPhones
from linli.edge.intercom.site import Site
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.settings import Sip
from linli.media.relay import Relay
from linli.protocols.edge_link import SiteIntercom, SitePhone

MEDIA_PORTS: Final = (12_000, 13_999)
MEMORY_MB: Final = 192
MOST_CONNECTIONS: Final = 2_000


class Place(NamedTuple):
    """Where it listens, and what the phones of the site are told."""

    host: str
    port: int
    address: str


class IntercomRoom:
    """`start` once the site is known; `follow` when it changes."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, log: DeviceLog, news: asyncio.Event) -> None:
        """`news` is set when there is something to tell the cloud."""
        self.site = Site(SiteIntercom())
        self._store = store
        self._clock = clock
        self._log = log
        self._news = news
        self.phones = BoxPhones(self._now, store, clock, self._moved)
        self.cloud = CloudSip(self._now, self.phones, clock, log)
        self.calls = SiteLog(self._now, store, clock, ids, log, news, trusts=lambda: self.cloud.trusted)
        self.front: SiteFront | None = None
        self._relay: Relay | None = None
        self.shown_host = ""
        """The address that doors are told."""

    def _now(self) -> Site:
        return self.site

    def _moved(self, number: str) -> None:
        self.cloud.moved(number)
        self._news.set()

    @property
    def port(self) -> int:
        """0: it does not run."""
        return self.front.port if self.front is not None else 0

    @property
    def address(self) -> str:
        return f"{self.shown_host}:{self.port}" if self.front is not None else ""

    async def start(self, place: Place, door_line: OpensDoors) -> None:
        """Raises OSError when the port is taken."""
        await self.phones.start()
        await self.calls.start()
        self.calls.openings.door_line = door_line
        settings = Sip(
            host=place.host,
            port=place.port,
            realm=self.site.document.realm,
            max_connections=MOST_CONNECTIONS,
        )
        front = SiteFront(
            settings,
            self._now,
            self.phones,
            self._clock,
            self.calls,
            self.cloud,
            host=place.address,
            log=self._log,
        )
        self._relay = relay = Relay(place.host, *MEDIA_PORTS, memory_mb=MEMORY_MB)
        try:
            await relay.start()
            front.calls.media = Relayed(relay, place.host, "")
            await front.start()
        except BaseException:
            await self.stop()
            raise
        self.front, self.shown_host = front, place.address
        self._news.set()

    async def stop(self) -> None:
        """Calls are hung up; the accounts stay known."""
        front, self.front = self.front, None
        if front is not None:
            await front.stop()
        relay, self._relay = self._relay, None
        if relay is not None:
            await relay.stop()
        await self.calls.stop()

    async def follow(self, document: SiteIntercom) -> None:
        """From now on this holds; whoever is no more is hung up."""
        before, self.site = self.site, Site(document)
        if self.front is not None:
            await self.front.end(before.gone_after(self.site))
        self.cloud.changed()

    def has_door(self, number: str) -> bool:
        account = self.site.account(number, self._clock.now_ms())
        return account is not None and account.kind == "door"

    def told_phones(self) -> list[SitePhone]:
        if self.front is None:
            return []
        return [
            SitePhone(number=row.number, host=row.host, agent=row.agent, since_ms=row.registered_ms)
            for row in self.phones.all()
        ]
