"""Lanes of a community that need a person, the most urgent first.

Read from what is kept already: waits at closed exits, the newest passes of each lane, orders to barriers, and whether
devices are online. Nothing is written, so nothing can be forgotten: a lane leaves the list when its cause is over.
"""

from itertools import takewhile
from typing import Final, Literal, NamedTuple

from linli.domains.parking.fees import exit_queries, stay_queries
from linli.domains.parking.fees.bills import bill
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.queries import lanes
from linli.domains.parking.queries.passes import PassFilter, list_passes
from linli.domains.parking.queries.readings import readings_of
from linli.domains.parking.reading_rows import DIFFERS, PlateReading
from linli.domains.parking.rows import GateOrder, LanePass
from linli.domains.parking.service.gates import ASKED, DONE, TIMEOUT_S
from linli.domains.parking.tickets.queries import cars_at
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

type Why = Literal[
    "fee_due", "paid_shut", "ticket_shut", "read_shut", "refused_open", "no_plate", "plate_doubt", "opened_by_force",
    "offline",
]  # fmt: skip
ORDER: Final[tuple[Why, ...]] = (
    "paid_shut", "ticket_shut", "read_shut", "refused_open", "fee_due", "no_plate", "plate_doubt", "opened_by_force",
    "offline",
)  # fmt: skip
RECENT_MS: Final = 15 * 60_000
"""For so long a pass without plate, or a barrier that went up by itself, asks for a person."""
NEWEST: Final = 500
"""Passes that are looked through."""
AT_EXIT, AT_ENTRY, BY_READING = "system:exit", "system:entry", "system:plates"
"""Callers of the orders that let a car out that owes nothing, let one in that took a ticket, and open by a plate that
was read in a picture."""
_JAMMED: Final[dict[str, Why]] = {AT_EXIT: "paid_shut", AT_ENTRY: "ticket_shut"}
_ABNORMAL: Final = 1  # open_type
_NO_PLATE: Final = 4  # permission


class Need(NamedTuple):
    """One cause at one lane; a lane may have two."""

    lane_id: int
    why: Why
    since_ms: int | None
    """UTC; None: the device was never online."""
    plate: str = ""
    stay_id: int | None = None
    """Of the car before a closed exit, or of the one whose plate is in doubt."""
    read: str = ""
    """The plate as the platform reads the picture, where that is not what stands in `plate`."""


async def needs_of(scope: Scope, db: Reader, community_id: int, *, now_ms: int) -> list[Need]:
    """The most urgent cause first, and of one cause the longest wait first. `now_ms` is UTC."""
    devices = await lanes.devices_of(scope, db, community_ids=[community_id])
    at = {row.iot_id: row.lane_id for row in devices}
    orders = await lanes.orders_since(scope, db, lane_ids=at.values(), since_ms=now_ms - RECENT_MS)
    passes = await _newest_passes(scope, db, community_id, now_ms)
    before = await _before_exits(scope, db, community_id, now_ms)
    waited = {need.lane_id for need in before}
    needs = [
        *before,
        *_jammed(orders, passes, waited, now_ms),
        *await _refused(scope, db, orders, waited, now_ms),
        *await _by_passes(scope, db, orders, passes),
        *await _offline(scope, db, at),
    ]
    return sorted(needs, key=lambda need: (ORDER.index(need.why), need.since_ms or 0, need.lane_id))


async def _before_exits(scope: Scope, db: Reader, community_id: int, now_ms: int) -> list[Need]:
    needs = []
    for wait in await exit_queries.waits_in(scope, db, community_id):
        try:
            row = await stay_queries.stay(scope, db, wait.stay_id)
        except NotFound:
            continue
        if row.state != INSIDE:
            continue  # a person ended it elsewhere
        owes = (await bill(scope, db, row, now_ms=now_ms)).due_fen > 0
        needs.append(
            Need(wait.lane_id, "fee_due" if owes else "paid_shut", wait.since_ms, row.plate, row.stay_id)
        )
    return needs


async def _newest_passes(
    scope: Scope, db: Reader, community_id: int, now_ms: int
) -> dict[int, list[LanePass]]:
    """Of each lane the newest first."""
    where = PassFilter(community_id=community_id, since_ms=now_ms - RECENT_MS)
    newest = await list_passes(scope, db, where=where, page=PageRequest(1, NEWEST))
    at: dict[int, list[LanePass]] = {}
    for row in newest.data:
        at.setdefault(row.lane_id, []).append(row)
    return at


def _jammed(
    orders: dict[int, list[GateOrder]], passes: dict[int, list[LanePass]], waited: set[int], now_ms: int
) -> list[Need]:
    """The stay of who owes nothing is over when its barrier is told to open, that of who takes a ticket has begun: a
    barrier that then does not move keeps the car, until an order moves it or another car stands there. `waited`: lanes
    with a car that waits still."""
    needs = []
    for lane_id, newest in orders.items():
        settled = _settled(newest, now_ms)
        order = settled[0] if settled else None
        if order is None or order.caller not in _JAMMED or order.result == DONE or lane_id in waited:
            continue
        at_lane = passes.get(lane_id, [])
        plate = next((row.plate for row in at_lane if row.received_ms <= order.asked_ms), "")
        if at_lane and at_lane[0].received_ms > order.asked_ms and at_lane[0].plate != plate:
            continue
        needs.append(Need(lane_id, _JAMMED[order.caller], _first_try(settled), plate))
    return needs


async def _refused(
    scope: Scope, db: Reader, orders: dict[int, list[GateOrder]], waited: set[int], now_ms: int
) -> list[Need]:
    """Barriers that did not open for a person's or an app's order while a car stands there that needs no other cause."""
    at = {}
    for lane_id, newest in orders.items():
        order = next(iter(_settled(newest, now_ms)), None)
        if order is None or order.result == DONE or order.action == "close" or lane_id in waited:
            continue
        if order.caller not in (*_JAMMED, BY_READING):
            at[lane_id] = order
    cars = await cars_at(scope, db, list(at), now_ms=now_ms) if at else []
    return [
        Need(car.lane_id, "refused_open", at[car.lane_id].asked_ms)
        for car in cars
        if car.since_ms <= at[car.lane_id].asked_ms
    ]


def _first_try(settled: list[GateOrder]) -> int:
    """Since when the caller of the newest order tries in vain. UTC ms."""
    caller = settled[0].caller
    return min(
        row.asked_ms for row in takewhile(lambda row: row.caller == caller and row.result != DONE, settled)
    )


def _settled(newest: list[GateOrder], now_ms: int) -> list[GateOrder]:
    """Orders with an answer. One that was just asked has none yet; one without for long had its process killed."""
    return [row for row in newest if row.result != ASKED or row.asked_ms < now_ms - 2 * 1000 * TIMEOUT_S]


async def _by_passes(
    scope: Scope, db: Reader, orders: dict[int, list[GateOrder]], passes: dict[int, list[LanePass]]
) -> list[Need]:
    """Of each lane only the newest pass counts, and only until a person moved its barrier."""
    read = await readings_of(scope, db, [row.id for row, *_ in passes.values()])
    needs = []
    for lane_id, (row, *_) in passes.items():
        reading = read.get(row.id)
        why = _why(row, reading)
        if why is None:
            continue
        newest = orders.get(lane_id, [])[:1]
        if any(order.result == DONE and order.asked_ms >= row.received_ms for order in newest):
            continue
        stay = None
        if why == "plate_doubt":
            stay = await stay_queries.of_pass(
                scope, db, community_id=row.community_id, pass_id=row.id, at_ms=row.passed_ms
            )
        if stay is not None and stay.plate != row.plate:
            continue  # a person has corrected it
        seen = reading.plate if reading is not None and reading.plate != row.plate else ""
        stay_id = None if stay is None else stay.stay_id
        needs.append(Need(row.lane_id, why, row.passed_ms, row.plate, stay_id, seen))
    return needs


def _why(row: LanePass, reading: PlateReading | None) -> Why | None:
    """Why the newest pass of a lane needs a person."""
    if row.open_type == _ABNORMAL:
        return "opened_by_force"
    if row.permission == _NO_PLATE:
        return "no_plate"
    if reading is None:
        return None
    if reading.outcome == DIFFERS:
        return "plate_doubt"
    return "read_shut" if reading.opens else None


async def _offline(scope: Scope, db: Reader, at: dict[str, int]) -> list[Need]:
    devices = await find_devices(scope, db, iot_ids=sorted(at))
    return [
        Need(at[device.iot_id], "offline", device.last_seen_ms) for device in devices if not device.online
    ]
