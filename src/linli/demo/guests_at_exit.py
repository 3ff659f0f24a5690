"""Guests at the exit of their car park: each waits until the fee is paid, on a phone or at the gate, and is let out."""

import asyncio
import contextlib
import random
from typing import Final

from linli.app.platform import Platform
from linli.demo import lanes, sample
from linli.demo.fleet import Fleet
from linli.demo.glance import plate
from linli.demo.guest_parking import SECOND_CAR
from linli.demo.place import Place
from linli.domains.communities.queries import spaces
from linli.domains.parking.fees import stay_queries
from linli.domains.parking.fees.errors import NothingDue
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.prepay.html import say
from linli.domains.parking.prepay.service import open_payment
from linli.kernel import telemetry
from linli.kernel.errors import LinliError

log = telemetry.logger(__name__)
IN, OUT = "lane-west-in", "lane-west-out"
_FIRST_S: Final = 3.0
_WAITS_S: Final = (45.0, 120.0)
_BETWEEN_S: Final = (10.0, 40.0)
_EMPTY: Final = 4
"""With fewer cars inside, one comes instead."""


class GuestsAtExit:
    def __init__(self, platform: Platform, site: Place, fleet: Fleet) -> None:
        self._platform = platform
        self._site = site
        self._fleet = fleet
        self._random = random.Random(sample.SEED + 14)

    async def run(self) -> None:
        """One after the other, until it is cancelled; they pay on the phone while they wait."""
        await asyncio.sleep(_FIRST_S)
        while True:
            try:
                await self._next()
            except LinliError as error:
                log.info("demo: a guest at the exit: %s", error)
            await asyncio.sleep(self._random.uniform(*_BETWEEN_S))

    async def _next(self) -> None:
        root, here = self._site.community.root_space_id, self._site.community.community_id
        lot = (
            None
            if root is None
            else await spaces.sibling(self._site.tenant, self._platform.db, root, lanes.GUEST_LOT)
        )
        if lot is None or not {IN, OUT} <= self._fleet.lanes.keys():
            return
        standing = await stay_queries.all_inside(
            self._site.tenant, self._platform.db, community_id=here, lot_id=lot
        )
        inside = [stay for stay in standing if stay.plate != SECOND_CAR]
        if len(inside) <= _EMPTY:
            await self._see(IN, plate(self._random))
            return
        stay = min(inside, key=lambda row: row.in_ms)  # who has been here longest
        await self._see(OUT, stay.plate)
        await asyncio.sleep(self._random.uniform(*_WAITS_S))
        await self._pays(stay)

    async def _see(self, lane: str, car: str) -> None:
        direction = int(lane == OUT)
        with contextlib.suppress(OSError, TimeoutError):  # a picture that took no way is none
            shot = await asyncio.to_thread(lanes.picture, car, direction)
            await self._fleet.lanes[lane].see(car, picture=shot)

    async def _pays(self, stay: StayRow) -> None:
        cashier = self._platform.payments.cashier
        if cashier is None:
            return
        with contextlib.suppress(NothingDue):  # somebody at the desk was faster
            charge = await open_payment(
                self._site.tenant.narrowed(stay.community_id),
                self._platform.db,
                row=await stay_queries.stay(self._site.tenant, self._platform.db, stay.stay_id),
                payer_key=self._platform.ids.hex(32),
                title=say(
                    "charge",
                    self._site.tenant.language,
                    place=f"{self._site.community.name} {lanes.GUEST_LOT}",
                ),
                return_to="/",
                collector=cashier,
                ids=self._platform.ids,
                now_ms=self._platform.clock.now_ms(),
            )
            order = await cashier.order(charge.pay_url.rpartition("/")[2])
            if order is not None:
                await cashier.press(order, pays=True)
