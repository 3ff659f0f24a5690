"""Lanes of a community that need a person, the most urgent first.

Read from what is kept already: waits at closed exits, the newest pass of each lane, orders to barriers, and whether
devices are online. Nothing is written, so nothing can be forgotten: a lane leaves the list when its cause is over.
"""

from typing import Final, Literal, NamedTuple

from linli.domains.parking.fees import exit_queries, stay_queries
from linli.domains.parking.fees.bills import bill
from linli.domains.parking.fees.stay_queries import INSIDE
from linli.domains.parking.queries import lanes
from linli.domains.parking.queries.passes import PassFilter, list_passes
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

type Why = Literal["fee_due", "paid_shut", "no_plate", "opened_by_force", "offline"]
ORDER: Final[tuple[Why, ...]] = ("paid_shut", "fee_due", "no_plate", "opened_by_force", "offline")
RECENT_MS: Final = 15 * 60_000
"""For so long a pass without plate, or a barrier that went up by itself, asks for a person."""
NEWEST: Final = 500
"""Passes that are looked through."""
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
    """Of the car before a closed exit."""


async def needs_of(scope: Scope, db: Reader, community_id: int, *, now_ms: int) -> list[Need]:
    """The most urgent cause first, and of one cause the longest wait first. `now_ms` is UTC."""
    needs = [
        *await _before_exits(scope, db, community_id, now_ms),
        *await _by_passes(scope, db, community_id, now_ms),
        *await _offline(scope, db, community_id),
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


async def _by_passes(scope: Scope, db: Reader, community_id: int, now_ms: int) -> list[Need]:
    """Of each lane only the newest pass counts, and only until a person moved its barrier."""
    where = PassFilter(community_id=community_id, since_ms=now_ms - RECENT_MS)
    newest = await list_passes(scope, db, where=where, page=PageRequest(1, NEWEST))
    seen: set[int] = set()
    needs = []
    for row in newest.data:
        if row.lane_id in seen:
            continue
        seen.add(row.lane_id)
        why: Why | None = (
            "opened_by_force"
            if row.open_type == _ABNORMAL
            else "no_plate"
            if row.permission == _NO_PLATE
            else None
        )
        if why is None:
            continue
        orders = await lanes.orders_at(scope, db, lane_id=row.lane_id, limit=1)
        if not any(order.result == "done" and order.asked_ms >= row.received_ms for order in orders):
            needs.append(Need(row.lane_id, why, row.passed_ms, row.plate))
    return needs


async def _offline(scope: Scope, db: Reader, community_id: int) -> list[Need]:
    at = {row.iot_id: row.lane_id for row in await lanes.devices_of(scope, db, community_ids=[community_id])}
    devices = await find_devices(scope, db, iot_ids=sorted(at))
    return [
        Need(at[device.iot_id], "offline", device.last_seen_ms) for device in devices if not device.online
    ]
