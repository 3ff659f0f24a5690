"""The cloud's tariffs and rights for this box's car parks: fetched, kept, and read back by asking with their version."""

from typing import Any, Final

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking.room import ParkingRoom
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.rounds import set_within
from linli.protocols.edge_link import (
    PARKING_COUPONS,
    PARKING_PAYMENTS,
    ParkingCoupons,
    ParkingRules,
    PaymentsCounted,
    PaymentsWaiting,
    Refresh,
    parking_rules_path,
)

EVERY_S: Final = 300.0
AT_ONCE: Final = 50
AGAIN_S: Final = 10.0
"""After the cloud was not reached."""


class ParkingRulesLink:
    def __init__(self, room: ParkingRoom, cloud: CloudCaller, clock: Clock, log: DeviceLog) -> None:
        self._room = room
        self._cloud = cloud
        self._clock = clock
        self._log = log
        self.news = room.asks

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
                    await self._settle_payments()
                    await self._fetch_coupons(spaces)
                except (CloudUnreachable, CloudRefused) as error:
                    every_s = AGAIN_S
                    self._log.now_and_then("tariffs and rights are not fetched", why=str(error))
                except (LinliError, msgspec.MsgspecError, ValueError) as error:
                    self._log.error("tariffs and rights are not kept", why=str(error))
            await set_within(self._clock, every_s, self.news)

    async def _settle_payments(self) -> None:
        """Those that receipts brought are told of, and those that the cloud alone knows are counted: each once."""
        while True:
            counted = (await self._room.counted_payments())[:AT_ONCE]
            answer = await self._cloud.post(PARKING_PAYMENTS, PaymentsCounted(payments=counted))
            await self._room.payments_taken([each.nonce for each in counted])
            waiting = msgspec.json.decode(answer, type=PaymentsWaiting).payments
            if not waiting:
                return
            await self._room.paid(waiting)

    async def _fetch_coupons(self, spaces: list[str]) -> None:
        """Asking says which this box wants to use; what follows from the answer may make it ask again."""
        while True:
            asked = await self._room.coupons_asked(spaces)
            content = await self._cloud.post(PARKING_COUPONS, asked)
            answer = msgspec.json.decode(content, type=ParkingCoupons)
            if answer.unchanged:
                return
            await self._room.take_coupons(answer)

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
