"""Visitors at the doors who key a room: doors show their picture, ring homes, and open when somebody at home says so."""

import asyncio
import contextlib
import random
import zlib
from typing import Final

from linli.app.platform import Platform
from linli.demo import logins, sample
from linli.demo.fleet import Fleet
from linli.domains.intercom.queries.homes import home_rules
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.service.settings import choose_home
from linli.domains.people.queries import residence
from linli.kernel import telemetry
from linli.rules import ladder
from linli.sim.door import SimulatedDoor
from linli.sim.voip import EdgeBoxManager, Event, LineFailed, VoipError, VoipManager
from linli.sim.voip.manager import Account

log = telemetry.logger(__name__)

RINGS_S: Final = (20.0, 45.0)
"""How long a visitor waits at the door."""
TALKS_S: Final = 60.0
_LOOKS_S: Final = 1.0
_STEPS_S: Final = {ladder.FAMILY: 20, ladder.DESK: 10}
_OWN: Final = 0.7
"""Share of visitors who come to the home that the demo has a log-in for."""


class Station:
    """One door as a phone. Implements `linli.sim.voip.Door`."""

    def __init__(self, door: SimulatedDoor, name: str) -> None:
        self.door = door
        self.voip = VoipManager(shade=zlib.crc32(name.encode()) % 200 + 28)
        self.box = EdgeBoxManager(self.voip, self)
        self._logged_in: dict[str, str] = {}

    async def connect(self) -> None:
        return  # its line is MQTT, which stands already

    def sip_account(self) -> Account | None:
        kept = self.door.intercom.account
        if not kept:
            return None
        return Account(kept["sipNumber"], kept["password"], kept["sipServerAddr"], int(kept["sipServerPort"]))

    async def group_of(self, room: str) -> str:
        """Raises LookupError."""
        group = self.door.intercom.group_of(room)
        if group is None:
            raise LookupError(room)
        return group

    async def opened_in_call(self, kind: int, number: str) -> None:
        return  # the platform connected the call, and knows

    def opens(self, _event: Event, _number: str) -> bool:
        self.door.opened += 1
        return True

    @property
    def stale(self) -> bool:
        """Whether the account that it holds is another one than it logged in with."""
        return bool(self.door.intercom.account) and self.door.intercom.account != self._logged_in

    async def log_in(self) -> None:
        """Raises LineFailed, VoipError."""
        kept = dict(self.door.intercom.account)
        await self.box.login_edge_box()
        self._logged_in = kept


class Callers:
    """All doors of the sample as phones, and who comes to them."""

    def __init__(self, platform: Platform, fleet: Fleet) -> None:
        self._platform = platform
        self._fleet = fleet
        self._random = random.Random(sample.SEED)
        self.stations = {iot_id: Station(door, iot_id) for iot_id, door in fleet.doors.items()}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if not self._platform.settings.sip.port:
            return
        for station in self.stations.values():
            station.voip.init()
            station.voip.set_on_event_received_listener(station.opens)
        self._task = asyncio.create_task(self._stay(), name="demo doors as phones")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(station.voip.de_init() for station in self.stations.values()))

    async def _stay(self) -> None:
        """Log in with whatever account each door holds now."""
        await self._take_messages()
        while True:
            for station in self.stations.values():
                if station.stale:
                    try:
                        await station.log_in()
                    except (LineFailed, VoipError, OSError) as error:
                        log.info("demo: a door does not log in as a phone: %s", error)
            await asyncio.sleep(_LOOKS_S)

    async def ring(self) -> None:
        """Somebody keys a room, and leaves when nobody answers."""
        asked = await self._asked()
        if asked is None:
            return
        station, room = asked
        try:
            call = await station.box.call_room_id(room)
        except (VoipError, LookupError):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._random.uniform(*RINGS_S)):
                await call.connected.wait()
        if call.connected.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TALKS_S):
                    await call.ended.wait()
        call.hangup()

    async def _asked(self) -> tuple[Station, str] | None:
        """A door and a room of it; often the home of the resident whose log-in the demo shows."""
        own = await self._own_groups() if self._random.random() < _OWN else set[str]()
        stations = [station for station in self.stations.values() if station.door.intercom.rooms]
        self._random.shuffle(stations)
        for station in stations:
            rooms = station.door.intercom.rooms
            fitting = sorted(room for room, group in rooms.items() if group in own) or (
                [] if own else sorted(rooms)
            )
            if fitting:
                return station, self._random.choice(fitting)
        return None

    async def _take_messages(self) -> None:
        """Patient visitors reach the homes' mailbox: after half a minute nobody answered. What was chosen stays."""
        own = await self._own()
        platform, now_ms = self._platform, self._platform.clock.now_ms()
        async with platform.db.begin() as tx:
            for home in own.living_in:
                scope = own.at(home)
                place = {"community_id": home.community_id, "space_id": home.house_id}
                if (await home_rules(scope, tx, **place)).changed_ms:
                    continue
                steps = [
                    step._replace(seconds=_STEPS_S.get(step.name, step.seconds)) for step in ladder.USUAL
                ]
                await choose_home(
                    scope, tx, **place,
                    steps=steps, strict_quiet=False, log_hidden=False, messages=True, now_ms=now_ms,
                )  # fmt: skip

    async def _own(self) -> residence.Resident:
        return await residence.resident(
            self._platform.db, account_id=0, phone=logins.RESIDENT_LOGIN, name="", language=""
        )

    async def _own_groups(self) -> set[str]:
        return {group_of_house(home.house_id) for home in (await self._own()).living_in}
