"""A delivery robot of the sample, which rides in the box's lift when nobody needs it: by the door that robots have."""

import asyncio
import contextlib
import random
from typing import Any, Final

import msgspec

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.place import Place
from linli.domains.elevators.queries import lifts
from linli.domains.elevators.robots import queries, rmf, service
from linli.domains.elevators.robots.rows import Zone
from linli.domains.elevators.robots.socket import PATH
from linli.edge.remote.tunnel import Line, TunnelClosed
from linli.kernel import telemetry
from linli.kernel.errors import LinliError

log = telemetry.logger(__name__)

NAME: Final = "送货机器人 1 号"
RESTS_S: Final = (60.0, 180.0)
"""Between two deliveries."""
DOOR_S: Final = 3.0
"""How long it takes to get in, or out."""
_ASKS_S: Final = 3.0
_PATIENCE_S: Final = 180.0
_LOOKS_S: Final = 5.0
_OVER: Final = ("done", "refused", "ended")


class DeliveryRobot:
    """Runs until it is stopped; without a lift, or without its line, it waits."""

    def __init__(self, platform: Platform, site: Place, *, url: str) -> None:
        """`url`: the platform's, of the pages."""
        self._platform = platform
        self._site = site
        self._url = url
        self._random = random.Random(sample.SEED)
        self._rides = 0
        self._last_ms = 0
        self._state = ("", "")
        """(session, state) that it was told last."""

    async def run(self) -> None:
        while True:
            try:
                await self._live()
            except (LinliError, TunnelClosed, OSError, TimeoutError) as error:
                log.info("demo: the delivery robot waits: %s", error)
            await asyncio.sleep(_LOOKS_S)

    async def _live(self) -> None:
        zone = await self._zone()
        if zone is None:
            return
        key = await self._key(zone)
        line = await Line.open(f"{self._url}{PATH}", headers={"Authorization": f"Bearer {key}"})
        listening = asyncio.create_task(self._listen(line), name="demo robot hears")
        try:
            await _say(line, {"op": "subscribe", "topic": rmf.SESSIONS})
            while not listening.done():
                await asyncio.sleep(self._random.uniform(*RESTS_S))
                await self._deliver(line, zone)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            line.close()
            await line.closed()

    async def _zone(self) -> Zone | None:
        """The first car of the first lift that told of its floors."""
        ids = await lifts.lift_ids(self._site.tenant, self._platform.db, most=10)
        for iot_id, shaft in (await lifts.shafts(self._site.tenant, self._platform.db, ids)).items():
            floors = [row for row in shaft.floors if row.elevator_id == shaft.floors[0].elevator_id]
            if len(floors) > 1:
                return Zone(iot_id, floors[0].elevator_id, tuple(row.floor for row in floors))
        return None

    async def _key(self, zone: Zone) -> str:
        """Its own, anew at each start: only the platform's digest of the old one is kept."""
        platform, tenant, now_ms = self._platform, self._site.tenant, self._platform.clock.now_ms()
        registered = await queries.all_robots(tenant, platform.db, most=service.MOST_ROBOTS)
        robot_id = next((robot.robot_id for robot in registered if robot.name == NAME), None)
        if robot_id is not None:
            return await platform.db.run(
                lambda tx: service.renew_key(tenant, tx, robot_id=robot_id, now_ms=now_ms)
            )
        form = service.RobotForm(NAME, "robot", [zone])
        _, key = await platform.db.run(
            lambda tx: service.create(
                tenant,
                tx,
                community_id=self._site.community.community_id,
                form=form,
                ids=platform.ids,
                now_ms=now_ms,
            )
        )
        return key

    async def _deliver(self, line: Line, zone: Zone) -> None:
        """From the lowest floor to another one, and back. Raises TimeoutError."""
        to = self._random.choice(zone.floors[1:])
        for start, end in ((zone.floors[0], to), (to, zone.floors[0])):
            self._rides += 1
            session = f"delivery-{self._rides}"
            async with asyncio.timeout(_PATIENCE_S):
                if not await self._asks(line, zone, session, start, until="boarding"):
                    return
                await asyncio.sleep(DOOR_S)
                if not await self._asks(line, zone, session, end, until="leaving"):
                    return
            await asyncio.sleep(DOOR_S)
            await self._ask(line, zone, session, end, kind=rmf.END_SESSION)
            await asyncio.sleep(self._random.uniform(*RESTS_S) / 4)

    async def _asks(self, line: Line, zone: Zone, session: str, floor: str, *, until: str) -> bool:
        """Again every few seconds, as adapters do; False: the session came to nothing."""
        while True:
            await self._ask(line, zone, session, floor)
            await asyncio.sleep(_ASKS_S)
            heard, state = self._state
            if heard == session and state == until:
                return True
            if heard == session and state in _OVER:
                return False

    async def _ask(
        self, line: Line, zone: Zone, session: str, floor: str, *, kind: int = rmf.AGV_MODE
    ) -> None:
        self._last_ms = max(self._last_ms + 1, self._platform.clock.now_ms())
        message = {
            "lift_name": zone.lift_name,
            "session_id": session,
            "request_time": rmf.time_of(self._last_ms),
            "request_type": kind,
            "destination_floor": floor,
            "load_kg": 20,
        }
        await _say(line, {"op": "publish", "topic": rmf.REQUESTS[0], "id": session, "msg": message})

    async def _listen(self, line: Line) -> None:
        with contextlib.suppress(TunnelClosed, OSError):
            while messages := await line.messages():
                for message in messages:
                    heard = msgspec.json.decode(message.data, type=rmf.Operation)
                    if heard.topic == rmf.SESSIONS:
                        ride = msgspec.json.decode(heard.msg, type=rmf.SessionState)
                        self._state = (ride.session_id, ride.state)


async def _say(line: Line, message: dict[str, Any]) -> None:
    await line.send(msgspec.json.encode(message), text=True)
