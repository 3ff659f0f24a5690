"""What the drivers' pages read without a caller: their links prove what they name. And the stays of one's own cars."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, or_, select

from linli.domains.communities.queries import communities, spaces
from linli.domains.parking.fees.models import lot_tariffs, stays
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE, LEFT
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Caller, Scope


class Lot(NamedTuple):
    lot_id: int
    tenant_id: str
    community_id: int

    @property
    def scope(self) -> Scope:
        return Scope(self.tenant_id, Caller("system", "driver"), frozenset((self.community_id,)))


_lot = Query(
    select(lot_tariffs.c.lot_id, lot_tariffs.c.tenant_id, lot_tariffs.c.community_id).where(
        lot_tariffs.c.lot_id == bindparam("lot_id", type_=INT)
    ),
    Lot,
    unscoped="the link names the lot, and proves itself",
)
_stay = Query(
    select(stays).where(stays.c.stay_id == bindparam("stay_id", type_=INT)),
    StayRow,
    unscoped="the link names the stay, and proves itself",
)
MOST_OF_CAR: Final = 100
_s = stays.c
_of_car = Query(
    select(stays)
    .where(
        in_scope(stays),
        _s.community_id == bindparam("community_id", type_=INT),
        _s.plate == bindparam("plate"),
        _s.in_ms >= bindparam("registered", type_=INT),
        or_(_s.state == INSIDE, _s.in_ms >= bindparam("since", type_=INT)),
        or_(_s.in_pass.is_not(None), _s.state != LEFT),
    )
    .order_by(_s.in_ms.desc(), _s.stay_id.desc())
    .limit(MOST_OF_CAR),
    StayRow,
)


async def lot(db: Reader, lot_id: int) -> Lot | None:
    """None: it charges nothing."""
    return await _lot.one(db, lot_id=lot_id)


async def stay(db: Reader, stay_id: int) -> StayRow | None:
    return await _stay.one(db, stay_id=stay_id)


async def place_of(scope: Scope, db: Reader, community_id: int, lot_id: int) -> str:
    """A lot as payers read it."""
    community = await communities.community(scope, db, community_id)
    names = await spaces.names(scope, db, [lot_id])
    return f"{community.name} {names.get(lot_id, '')}".strip()


async def stays_of_car(
    scope: Scope, db: Reader, *, community_id: int, plate: str, registered_ms: int, since_ms: int
) -> list[StayRow]:
    """The newest entry first, at most MOST_OF_CAR. What the plate did before its owner registered it is left out."""
    return await _of_car.all(
        db, scope, community_id=community_id, plate=plate, registered=registered_ms, since=since_ms
    )
