"""The site's intercom as a component of the box: its accounts come from the cloud, its calls go there.

While it runs the box's doors are told the box as their SIP server. What it is made of is loaded at its first start.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from linli.edge import components
from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable, Identity
from linli.edge.doors.driver import SipServers
from linli.edge.doors.identity import BoxIdentity
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.runtime.components import Params, Part, named
from linli.edge.runtime.deployer import keep, kept
from linli.edge.runtime.desired_rows import Wishes
from linli.edge.runtime.lan import Ports
from linli.edge.runtime.network import check_card
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks, set_within
from linli.kernel.secrets import SealBroken, Secrets
from linli.protocols.edge_link import (
    CALLS_MOST,
    PHONES_MOST,
    SITE_CALLS,
    Refresh,
    SiteCallBatch,
    SiteCallsTaken,
    SiteIntercom,
    SitePhone,
    site_path,
)

if TYPE_CHECKING:
    from linli.edge.intercom.room import IntercomRoom

EVERY_S: Final = 60.0
"""How late the site's accounts are asked for at the latest."""
AGAIN_S: Final = 5.0
_KEPT: Final = "site_intercom"
_SIP_KIND: Final = "sip"
_UNKNOWN: Final = "the site's phones were not fetched from the cloud yet"

type CallsDevice = Callable[[str, str, dict[str, Any]], Awaitable[Any]]


class Intercom(SipServers):
    """One per box. `services`: what drivers are offered, with the box's address among them."""

    def __init__(
        self, identity: Identity, store: Store, cloud: CloudCaller, clock: Clock, ids: Ids, logs: DeviceLogs
    ) -> None:
        secret = identity.activated.device.device_secret.encode()
        self._secrets = Secrets([hashlib.sha256(b"site intercom " + secret).digest()])
        self._about = f"site:{identity.node_id}"
        self._store = store
        self._cloud = cloud
        self._clock = clock
        self._ids = ids
        self._log = logs.of("intercom")
        self._news = asyncio.Event()
        self._wanted = False
        """Whether the accounts are to be fetched."""
        self.room: IntercomRoom | None = None
        """While the component runs."""
        self._task: asyncio.Task[None] | None = None
        self._told: list[SitePhone] | None = None
        self._doors: frozenset[str] = frozenset()
        self._fault = ""
        self._reached = False
        """Whether the cloud answered the last time."""

    def part(self, ports: Ports, services: dict[type, object], call: CallsDevice, wishes: Wishes) -> Part:
        """`call` asks a device; `wishes` are sent to doors again when their SIP server is another one."""
        services[SipServers] = self

        async def start(params: Params) -> None:
            check_card(params)
            address = str(params.get("nicIp") or "")
            own = services.get(BoxIdentity)
            if not address:
                address = own.ip if isinstance(own, BoxIdentity) and ports.host == "0.0.0.0" else ports.host
            await self._start(ports, address, call, wishes)

        return Part(
            components.INTERCOM,
            named(components.INTERCOM),
            start,
            partial(self._stop, wishes),
            self._failing,
        )

    def _failing(self) -> str:
        """Also when all is well at the site, but nobody elsewhere rings though the cloud is reached."""
        room = self.room
        return self._fault or (room.cloud.fault if room is not None and self._reached else "")

    async def refresh(self, wanted: Refresh) -> dict[str, Any]:
        """The cloud has other accounts: the answer does not wait until they hold."""
        self._wanted = True
        self._news.set()
        return {}

    def server_of(self, number: str) -> tuple[str, str] | None:
        room = self.room
        if room is None or room.front is None or not room.has_door(number):
            return None
        return room.shown_host, str(room.port)

    # ------------------------------------------------------------ life

    async def _start(self, ports: Ports, address: str, call: CallsDevice, wishes: Wishes) -> None:
        """Raises OSError when its port is taken."""
        from linli.edge.intercom.room import IntercomRoom, Place

        room = IntercomRoom(self._store, self._clock, self._ids, self._log, self._news)
        place = Place(ports.host, ports.sip, address)
        if (document := await self._kept()) is not None:
            await room.follow(document)
            await room.start(place, call)
        self.room, self._told, self._wanted = room, None, True
        self._fault = "" if room.front is not None else _UNKNOWN
        await self._tell_doors(wishes)
        self._news.set()
        begin = partial(room.start, place, call)
        self._task = asyncio.create_task(self._run(room, begin, wishes), name="intercom")

    async def _stop(self, wishes: Wishes) -> None:
        task, self._task = self._task, None
        await end_tasks(task)
        room, self.room = self.room, None
        if room is not None:
            await room.stop()
        self._fault = ""
        await self._tell_doors(wishes)

    async def _kept(self) -> SiteIntercom | None:
        """What held before, so that the site calls without a line from the first second on."""
        data = await kept(self._store, _KEPT)
        if data is None:
            return None
        try:
            return msgspec.json.decode(self._secrets.open_file(data, about=self._about), type=SiteIntercom)
        except (SealBroken, msgspec.MsgspecError) as error:
            self._log.error("the kept accounts cannot be read and are fetched again", why=str(error))
            return None

    async def _tell_doors(self, wishes: Wishes) -> None:
        """Doors whose SIP server is another one from now on get their account again."""
        document = self.room.site.document if self.room is not None and self.room.front is not None else None
        doors = frozenset(
            row.device for row in (document.accounts if document is not None else ()) if row.device
        )
        for device in sorted(doors ^ self._doors):
            await wishes.resend(device, (_SIP_KIND,))
        self._doors = doors

    # ------------------------------------------------------------ with the cloud

    async def _run(self, room: "IntercomRoom", begin: Callable[[], Awaitable[None]], wishes: Wishes) -> None:
        asked_ms: int | None = None
        while True:
            self._news.clear()
            wait_s = EVERY_S
            try:
                now_ms = self._clock.steady_ms()
                if self._wanted or asked_ms is None or now_ms - asked_ms >= EVERY_S * 1000:
                    await self._fetch(room)
                    asked_ms, self._wanted = now_ms, False
                    if room.front is None:
                        await begin()
                        self._fault = ""
                    await self._tell_doors(wishes)
                await self._tell(room)
                self._reached = True
            except (CloudUnreachable, CloudRefused, msgspec.MsgspecError) as error:
                self._reached = False
                self._log.now_and_then("the cloud is not asked for the site's phones", why=str(error))
                wait_s = AGAIN_S
            except (LinliError, OSError) as error:
                self._fault = str(error)
                self._log.error("the intercom does not run", why=str(error))
                wait_s = AGAIN_S
            await set_within(self._clock, wait_s, self._news)

    async def _fetch(self, room: "IntercomRoom") -> None:
        """Asked once more when it was new: so the cloud knows what holds here. Raises CloudUnreachable, CloudRefused."""
        for _ in range(2):
            have = room.site.document.version
            data = await self._cloud.get(site_path(have))
            document = msgspec.json.decode(data, type=SiteIntercom)
            if document.unchanged:
                return
            sealed = self._secrets.seal_file(msgspec.json.encode(document), about=self._about)
            await keep(self._store, _KEPT, sealed)
            await room.follow(document)

    async def _tell(self, room: "IntercomRoom") -> None:
        """Raises CloudUnreachable, CloudRefused."""
        while True:
            phones = room.told_phones()[:PHONES_MOST]
            calls = await room.calls.waiting(CALLS_MOST)
            if not calls and phones == self._told:
                return
            batch = SiteCallBatch(calls=calls, phones=phones, address=room.address)
            answer = msgspec.json.decode(await self._cloud.post(SITE_CALLS, batch), type=SiteCallsTaken)
            self._told = phones
            taken = set(answer.taken)
            await room.calls.taken([call for call in calls if call.id in taken])
            if len(calls) < CALLS_MOST:
                return
