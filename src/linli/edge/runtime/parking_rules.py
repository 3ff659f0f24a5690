"""The cloud's tariffs and rights for this box's car parks: fetched, kept, and read back by asking with their version."""

import asyncio
from typing import Any, Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking.room import ParkingRoom
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.rounds import set_within
from linli.protocols.edge_link import ParkingRules, Refresh, parking_rules_path

EVERY_S: Final = 300.0
AGAIN_S: Final = 10.0
"""After the cloud was not reached."""


class ParkingRulesLink:
    def __init__(self, room: ParkingRoom, cloud: CloudCaller, clock: Clock, log: DeviceLog) -> None:
        self._room = room
        self._cloud = cloud
        self._clock = clock
        self._log = log
        self.news = asyncio.Event()
        """The cloud has others."""

    async def refresh(self, wanted: Refresh) -> dict[str, Any]:
        self.news.set()
        return {}

    async def run(self) -> None:
        """Nothing is asked for lots that are none of the cloud's."""
        while True:
            self.news.clear()
            every_s = EVERY_S
            if spaces := sorted({lot.space_id for lot in self._room.site.lots.values() if lot.space_id}):
                try:
                    await self._fetch(spaces)
                except (CloudUnreachable, CloudRefused) as error:
                    every_s = AGAIN_S
                    self._log.now_and_then("tariffs and rights are not fetched", why=str(error))
                except (LinliError, msgspec.MsgspecError, ValueError) as error:
                    self._log.error("tariffs and rights are not kept", why=str(error))
            await set_within(self._clock, every_s, self.news)

    async def _fetch(self, spaces: list[str]) -> None:
        """The question after others were kept tells the cloud that they hold."""
        while True:
            have = self._room.given.rules.version
            answer = await self._cloud.get(parking_rules_path(have, spaces))
            rules = msgspec.json.decode(answer, type=ParkingRules)
            if rules.unchanged or rules.version == have:
                return
            await self._room.take_rules(rules)
            self._log.info(
                "tariffs and rights hold",
                version=rules.version,
                tariffs=len(rules.tariffs),
                rights=len(rules.rights),
            )
