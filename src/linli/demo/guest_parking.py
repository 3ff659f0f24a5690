"""The sample's car park of guests: stays of the last days with their money, a merchant with coupons, cars that owe.

Everything runs through the rooms' own services, as if lanes had reported it at its time.
"""

import random
import secrets as randomness
from typing import Final

from linli.app.platform import Platform
from linli.demo import sample
from linli.demo.glance import plate
from linli.demo.lanes import GUEST_LOT, LANES
from linli.demo.logins import RESIDENT_LOGIN
from linli.demo.place import Place
from linli.domains.accounts.schemas import SampleLogin
from linli.domains.communities.queries import spaces
from linli.domains.parking.coupons import queries as coupon_queries
from linli.domains.parking.coupons import service as coupons
from linli.domains.parking.fees import bills, exits, shifts, stay_queries
from linli.domains.parking.prepay.html import say
from linli.domains.parking.prepay.service import open_payment
from linli.domains.parking.queries.lanes import device_at
from linli.domains.parking.rows import LaneDevice, LanePass
from linli.domains.parking.service.passes import keep_pass
from linli.domains.parking.tickets import queries as ticket_queries
from linli.domains.parking.tickets import service as tickets
from linli.domains.parking.tickets.pages import PATH
from linli.domains.people.queries import persons
from linli.domains.people.service import accounts, vehicles
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.db import Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.rules.parking_entry import PARK_RECORD_V2, Standing
from linli.rules.parking_fees import FEN, MINUTES

MERCHANT: Final = "桂花园便利店"
ROLE: Final = "merchant"
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS
_PIN_LENGTH: Final = 6
_YESTERDAY: Final = ("cash", "cash", "waived", "coupon", "cash")
_TODAY: Final = ("cash", "cash", "unpaid", "unpaid", "unpaid", "unpaid")
_INSIDE: Final = 12
SECOND_CAR: Final = "浙AD20680"
"""It stands inside until somebody has its resident pay."""
_GREEN, _BLUE = 5, 0


class GuestParking:
    """What the car park of guests holds; made once."""

    def __init__(
        self, platform: Platform, site: Place, lot_id: int, lanes: tuple[LaneDevice, LaneDevice]
    ) -> None:
        self._platform = platform
        self._site = site
        self._lot_id = lot_id
        self._lanes = lanes
        self._random = random.Random(sample.SEED + 13)

    async def past(self, tx: Tx, guard: Scope, now_ms: int) -> None:
        """Yesterday's stays, whose shift was handed over, and those of this morning, whose cash is in a till."""
        here, counted = self._site.community.community_id, 0
        merchant = (await coupon_queries.merchants_of(self._site.tenant, tx, here))[0]
        offer = (await coupon_queries.offers_of(self._site.tenant, tx, merchant.merchant_id))[-1]
        for number, how in enumerate(_YESTERDAY):
            entered_ms = now_ms - _DAY_MS - (9 - number) * _HOUR_MS
            car = await self._enters(tx, entered_ms)
            if how == "coupon":
                stay = await stay_queries.held_inside(self._site.tenant, tx, community_id=here, plate=car)
                await coupons.give(
                    self._site.tenant, tx, merchant, offer, plate=car, stay=stay, ids=self._platform.ids,
                    now_ms=entered_ms + _HOUR_MS,
                )  # fmt: skip
                how = "cash"
            counted += await self._leaves(tx, guard, car, entered_ms + 3 * _HOUR_MS, how)
        await shifts.hand_over(
            guard, tx, community_id=here, counted_fen=counted, reason="", now_ms=now_ms - 18 * _HOUR_MS
        )
        for number, how in enumerate(_TODAY):
            entered_ms = now_ms - (7 * _HOUR_MS) + number * 20 * _MINUTE_MS
            car = await self._enters(tx, entered_ms)
            await self._leaves(tx, guard, car, entered_ms + (2 * _HOUR_MS) + number * 10 * _MINUTE_MS, how)
        await self._of_resident(tx, guard, now_ms)
        for number in range(_INSIDE):
            car = await self._enters(tx, now_ms - 30 * _MINUTE_MS - number * 35 * _MINUTE_MS)
            if number % 4 == 1:
                stay = await stay_queries.held_inside(self._site.tenant, tx, community_id=here, plate=car)
                await coupons.give(
                    self._site.tenant, tx, merchant, offer, plate=car, stay=stay, ids=self._platform.ids,
                    now_ms=now_ms - 20 * _MINUTE_MS,
                )  # fmt: skip
        await exits.set_rule(self._site.tenant, tx, lot_id=self._lot_id, holds_unpaid=True, now_ms=now_ms)

    async def _of_resident(self, tx: Tx, guard: Scope, now_ms: int) -> None:
        """The second car of the resident who signs in: it came among the guests, and owes."""
        person = await persons.person_of_phone(self._site.tenant, tx, RESIDENT_LOGIN)
        if person is None:
            return
        form = VehicleForm(plate=SECOND_CAR, brand="比亚迪", color=None)
        await vehicles.add(
            self._site.tenant, tx, community_id=self._site.community.community_id,
            identity_id=person.identity_id, forms=[form], ids=self._platform.ids,
            now_ms=now_ms - 20 * _DAY_MS,
        )  # fmt: skip
        came_ms = now_ms - _DAY_MS
        await self._leaves(
            tx, guard, await self._enters(tx, came_ms, SECOND_CAR), came_ms + 2 * _HOUR_MS, bills.WAIVED
        )
        await self._enters(tx, now_ms - 2 * _HOUR_MS, SECOND_CAR)

    async def _enters(self, tx: Tx, at_ms: int, second_car: str = "") -> str:
        car = second_car or plate(self._random)
        await self._passes(tx, car, 0, at_ms)
        return car

    async def _leaves(self, tx: Tx, guard: Scope, car: str, at_ms: int, how: str) -> int:
        """The cash that was taken."""
        here, taken = self._site.community.community_id, 0
        stay = await stay_queries.held_inside(guard, tx, community_id=here, plate=car)
        owed = 0 if stay is None else (await bills.bill(guard, tx, stay, now_ms=at_ms)).due_fen
        if stay is not None and owed and how != "unpaid":
            reason = "业主来电，系搬家车辆" if how == bills.WAIVED else ""
            await bills.take_payment(
                guard, tx, stay_id=stay.stay_id, fen=owed, method=how, reason=reason,
                ids=self._platform.ids, now_ms=at_ms,
            )  # fmt: skip
            taken = owed if how == bills.CASH else 0
        await self._passes(tx, car, 1, at_ms + _MINUTE_MS)
        return taken

    async def _passes(self, tx: Tx, car: str, direction: int, at_ms: int) -> None:
        """A lane reported the car then."""
        lane = self._lanes[direction]
        row = LanePass(
            id=self._platform.ids.number(at_ms),
            day=day_of(at_ms),
            tenant_id=lane.tenant_id,
            community_id=lane.community_id,
            lane_id=lane.lane_id,
            area_id=self._lot_id,
            iot_id=lane.iot_id,
            lane_name=lane.name,
            direction=direction,
            open_type=0,
            permission=PARK_RECORD_V2[Standing.TEMPORARY],
            plate=car,
            read_as=car,
            plate_color=_GREEN if len(car) > len("浙A12345") else _BLUE,
            car_color="",
            brand="",
            reliability=0.98,
            picture="",
            passed_ms=at_ms,
            received_ms=at_ms,
        )
        await keep_pass(tx, row)


async def ensure(platform: Platform, site: Place) -> None:
    """Make the stays and their money, unless there are any."""
    root, here = site.community.root_space_id, site.community.community_id
    lot = None if root is None else await spaces.sibling(site.tenant, platform.db, root, GUEST_LOT)
    if lot is None or await coupon_queries.merchants_of(site.tenant, platform.db, here):
        return
    ways = {}
    for lane in LANES:
        lane_id = (
            await spaces.sibling(site.tenant, platform.db, lot, lane.name) if lane.lot == GUEST_LOT else None
        )
        if lane_id is not None:
            ways[lane.direction] = await device_at(site.tenant, platform.db, lane_id=lane_id)
    if len(ways) < 2:
        return
    guard = await site.staff(platform, "guard")
    now_ms = platform.clock.now_ms()
    pin_hash = await accounts.hash_password(platform.ids.token(_PIN_LENGTH, "0123456789"))
    parking = GuestParking(platform, site, lot, (ways[0], ways[1]))

    async def work(tx: Tx) -> None:
        await _merchant(platform, site, tx, pin_hash, now_ms)
        for way in ways.values():
            lane = await tickets.lane_of(site.tenant, tx, way.lane_id)
            await tickets.renew(site.tenant, tx, lane=lane, ids=platform.ids, now_ms=now_ms)
        await parking.past(tx, guard, now_ms)

    await platform.db.run(work)
    await _pay(platform, site, now_ms)


async def _merchant(platform: Platform, site: Place, tx: Tx, pin_hash: str, now_ms: int) -> None:
    merchant_id = await coupons.create(
        site.tenant, tx, community_id=site.community.community_id, name=MERCHANT, pin_hash=pin_hash,
        code=randomness.token_urlsafe(18), ids=platform.ids, now_ms=now_ms - 30 * _DAY_MS,
    )  # fmt: skip
    merchant = await coupon_queries.merchant(
        site.tenant, tx, community_id=site.community.community_id, merchant_id=merchant_id
    )
    for kind, value, limit in ((MINUTES, 120, 200), (FEN, 500, 0)):
        offer = coupons.Offer(kind, value, 0, False, limit, 0, 24, now_ms + 60 * _DAY_MS)
        await coupons.add_offer(
            site.tenant, tx, merchant, offer=offer, ids=platform.ids, now_ms=now_ms - 29 * _DAY_MS
        )


async def _pay(platform: Platform, site: Place, now_ms: int) -> None:
    """Who left without paying pays on the phone: one twice, which goes back; one has no luck; one does not try."""
    cashier, here = platform.payments.cashier, site.community.community_id
    if cashier is None:
        return
    owing = await stay_queries.owing_of(
        site.tenant, platform.db, community_id=here, since_ms=0, part="", page=PageRequest(1, len(_TODAY))
    )
    for row, tries in zip(owing.data, ((True, True), (True,), (False,)), strict=False):
        for pays in tries:
            charge = await open_payment(
                site.tenant.narrowed(here), platform.db, row=row, payer_key=platform.ids.hex(32),
                title=say("charge", site.tenant.language, place=f"{site.community.name} {GUEST_LOT}"),
                return_to="/", collector=cashier, ids=platform.ids, now_ms=now_ms,
            )  # fmt: skip
            order = await cashier.order(charge.pay_url.rpartition("/")[2])
            if order is not None:
                await cashier.press(order, pays=pays)


async def drivers_pages(platform: Platform, site: Place) -> tuple[str, str] | None:
    """Addresses that drivers scan: of the car park of guests, and of its entrance for cars without a plate."""
    root = site.community.root_space_id
    lot = None if root is None else await spaces.sibling(site.tenant, platform.db, root, GUEST_LOT)
    entrance = next(lane.name for lane in LANES if lane.lot == GUEST_LOT and not lane.direction)
    lane_id = None if lot is None else await spaces.sibling(site.tenant, platform.db, lot, entrance)
    code = None if lane_id is None else await ticket_queries.of_lane(site.tenant, platform.db, lane_id)
    if lot is None or code is None:
        return None
    links = platform.drivers.links
    return links.lot_url(lot), f"{links.base_url}{PATH}/{code.code}"


async def log_in(platform: Platform, site: Place) -> SampleLogin | None:
    """A new PIN for the sample's merchant; its page is in `page`, and the PIN is its log-in."""
    here = site.community.community_id
    merchants = await coupon_queries.merchants_of(site.tenant, platform.db, here)
    merchant = next((row for row in merchants if row.name == MERCHANT and not row.revoked_ms), None)
    if merchant is None:
        return None
    pin = platform.ids.token(_PIN_LENGTH, "0123456789")
    hashed = await accounts.hash_password(pin)
    now_ms = platform.clock.now_ms()
    await platform.db.run(
        lambda tx: coupons.change_pin(site.tenant, tx, merchant, pin_hash=hashed, now_ms=now_ms)
    )
    return SampleLogin(role=ROLE, login=pin, password="", page=f"/shop/{merchant.code}")
