"""What the drivers' pages read without a caller: their links prove what they name."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.parking.fees.models import lot_tariffs, stays
from linli.domains.parking.fees.rows import StayRow
from linli.kernel.db import INT, Query, Reader
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


async def lot(db: Reader, lot_id: int) -> Lot | None:
    """None: it charges nothing."""
    return await _lot.one(db, lot_id=lot_id)


async def stay(db: Reader, stay_id: int) -> StayRow | None:
    return await _stay.one(db, stay_id=stay_id)
