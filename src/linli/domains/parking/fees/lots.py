"""Lots, and the tariff that each charges by."""

from typing import Final

from sqlalchemy import bindparam, delete

from linli.domains.communities.events import SpaceDeleting
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.space_rules import PARKING_AREA
from linli.domains.parking.events import ParkingRulesChanged
from linli.domains.parking.fees import queries, stay_queries
from linli.domains.parking.fees.models import lot_tariffs
from linli.domains.parking.fees.service import HISTORY_KIND
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MOST_LOTS: Final = 2000

_free_lot = Command(
    delete(lot_tariffs).where(in_scope(lot_tariffs), lot_tariffs.c.lot_id == bindparam("lot_id", type_=INT))
)


async def lot_of(scope: Scope, db: Reader, area_id: int) -> int | None:
    """The outermost parking area around an area; None: it is none."""
    areas = await spaces.spaces_by_id(scope, db, [area_id])
    if area_id not in areas:
        return None
    around = [int(part) for part in areas[area_id].path.strip("/").split("/")]
    rows = await spaces.spaces_by_id(scope, db, around)
    return next((space for space in around if space in rows and rows[space].kind == PARKING_AREA), None)


async def require_lot(scope: Scope, db: Reader, lot_id: int) -> int:
    """The community of a lot. Raises NotFound, BadInput for a space that is no outermost parking area."""
    space = (await spaces.spaces_by_id(scope, db, [lot_id])).get(lot_id)
    if space is None:
        raise NotFound(what="space", id=str(lot_id), field="lotIds")
    if await lot_of(scope, db, lot_id) != lot_id:
        raise BadInput(field="lotIds", rule="stay.no_lot")
    return space.community_id


async def set_lots(scope: Scope, tx: Tx, *, tariff_id: int, lot_ids: list[int], now_ms: int) -> None:
    """Charge these lots by a tariff, and no others by it. Raises NotFound, BadInput for a space that is no lot."""
    row = await queries.tariff(scope, tx, tariff_id)
    for lot_id in lot_ids:
        if await require_lot(scope, tx, lot_id) != row.community_id:
            raise NotFound(what="space", id=str(lot_id), field="lotIds")
    for lot_id, by in (await stay_queries.tariffs_of_lots(scope, tx, row.community_id)).items():
        if by == tariff_id and lot_id not in lot_ids:
            await _free_lot.run(tx, scope, lot_id=lot_id)
    rows = [
        {
            "lot_id": lot_id,
            "tenant_id": row.tenant_id,
            "community_id": row.community_id,
            "tariff_id": tariff_id,
            "changed_ms": now_ms,
        }
        for lot_id in sorted(set(lot_ids))
    ]
    await tx.upsert(lot_tariffs, rows, keys=("lot_id",), update=("tariff_id", "changed_ms"))
    record = history.Record(HISTORY_KIND, str(tariff_id), row.community_id)
    await history.note(
        scope, tx, record, "lots", now_ms=now_ms, before={}, after={"lots": sorted(set(lot_ids))}
    )
    await emit(tx, ParkingRulesChanged(scope.tenant, row.community_id))


async def lots_of(scope: Scope, db: Reader, community_id: int) -> list[Space]:
    """Outermost parking areas of a community."""
    page = await spaces.of_kind(scope, db, community_id, PARKING_AREA, PageRequest(1, MOST_LOTS))
    areas = {space.space_id for space in page.data}
    return [space for space in page.data if space.parent_id not in areas]


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a lot that goes charges by no tariff."""
    await _free_lot.run(tx, Scope.system(event.tenant_id, "parking"), lot_id=event.space_id)
