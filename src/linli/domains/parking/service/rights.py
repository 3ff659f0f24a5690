"""Vehicles that may pass (ordinary), always pass (whitelist) or never pass (blacklist), by space. Spec B A089-A094."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.delivery import service as delivery
from linli.delivery.schemas import FOREVER_MS, Grant
from linli.domains.parking.events import ParkingRulesChanged
from linli.domains.parking.kinds import KIND_OF, SOURCE, SPACE_LANES, target_of
from linli.domains.parking.models import rights
from linli.domains.parking.queries.lanes import require_spaces
from linli.domains.parking.queries.rights import find_rights, rights_at
from linli.domains.parking.queries.settings import require_own
from linli.domains.parking.rows import BLACKLIST, WHITELIST, VehicleRight
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate, is_plate

MOST: Final = 500
"""Rights in one call."""
BRAND_MAX: Final = 32
COLORS: Final = range(12)
"""CAR_COLOR of spec B 2.1."""
_delete = Command(
    delete(rights).where(
        in_scope(rights),
        rights.c.space_id == bindparam("of_space", type_=INT),
        rights.c.plate == bindparam("of_plate"),
        rights.c.kind == bindparam("of_kind"),
    )
)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A right as somebody wants it. Times are UTC ms."""

    space_id: int
    plate: str
    kind: str
    starts_ms: int | None = None
    ends_ms: int | None = None
    brand: str = ""
    color: int | None = None


async def save(
    scope: Scope, tx: Tx, *, wishes: Sequence[Wish], now_ms: int, community_id: int | None = None
) -> None:
    """Give rights, or change them; all or none. They reach the lanes after the commit.

    A plate that goes on one list of a space leaves the other. Raises BadInput naming the entry, NotFound (space),
    ServiceOff, OtherProvider.
    """
    wishes = [_checked(wish, f"permList[{place}]") for place, wish in enumerate(_bounded(wishes))]
    spaces = await require_spaces(scope, tx, [wish.space_id for wish in wishes], community_id=community_id)
    for community in sorted({space.community_id for space in spaces.values()}):
        scope.allow(community)
        await require_own(scope, tx, community_id=community)
    before = await find_rights(
        scope, tx, space_ids=[wish.space_id for wish in wishes], plates=[wish.plate for wish in wishes]
    )
    other = {WHITELIST: BLACKLIST, BLACKLIST: WHITELIST}
    latest = {(wish.space_id, wish.plate, wish.kind): wish for wish in wishes}
    for key in sorted(latest):
        wish = latest[key]
        if wish.kind in other:
            rival = before.pop((wish.space_id, wish.plate, other[wish.kind]), None)
            if rival is not None:
                await _end(scope, tx, rival, now_ms)
        row = VehicleRight(
            space_id=wish.space_id,
            plate=wish.plate,
            kind=wish.kind,
            tenant_id=scope.tenant,
            community_id=spaces[wish.space_id].community_id,
            starts_ms=wish.starts_ms,
            ends_ms=wish.ends_ms,
            brand=wish.brand,
            color=wish.color,
            created_ms=now_ms,
            changed_ms=now_ms,
        )
        await tx.upsert(
            rights,
            [row._asdict()],
            keys=("space_id", "plate", "kind"),
            update=("starts_ms", "ends_ms", "brand", "color", "changed_ms"),
        )
        await delivery.grant(scope, tx, grant_of(row), now_ms=now_ms)
    for community in sorted({space.community_id for space in spaces.values()}):
        await emit(tx, ParkingRulesChanged(scope.tenant, community))


async def remove(
    scope: Scope,
    tx: Tx,
    *,
    named: Sequence[tuple[int, str]],
    kinds: Sequence[str],
    now_ms: int,
    community_id: int | None = None,
) -> int:
    """Take rights of these kinds away from (space, plate) pairs; how many there were. One that is not there is no
    error. Raises BadInput, NotFound (space)."""
    pairs = [(space_id, clean_plate(plate)) for space_id, plate in _bounded(named)]
    await require_spaces(scope, tx, [space_id for space_id, _ in pairs], community_id=community_id)
    before = await find_rights(
        scope, tx, space_ids=[space_id for space_id, _ in pairs], plates=[plate for _, plate in pairs]
    )
    wanted = [before[key] for key in sorted(before) if key[:2] in set(pairs) and key[2] in kinds]
    for row in wanted:
        await _end(scope, tx, row, now_ms)
    for community in sorted({row.community_id for row in wanted}):
        await emit(tx, ParkingRulesChanged(scope.tenant, community))
    return len(wanted)


async def end_at(scope: Scope, tx: Tx, *, space_id: int, now_ms: int) -> None:
    """The space goes: every right that names it ends."""
    for row in await rights_at(scope, tx, space_id=space_id):
        await _end(scope, tx, row, now_ms)


def grant_of(row: VehicleRight) -> Grant:
    """What delivery holds for a right."""
    return Grant(
        community_id=row.community_id,
        source=SOURCE,
        kind=KIND_OF[row.kind],
        credential=row.plate,
        target=target_of(row.community_id, row.space_id),
        target_type=SPACE_LANES,
        starts_ms=row.starts_ms or 0,
        ends_ms=FOREVER_MS if row.ends_ms is None else row.ends_ms,
    )


async def _end(scope: Scope, tx: Tx, row: VehicleRight, now_ms: int) -> None:
    await _delete.run(tx, scope, of_space=row.space_id, of_plate=row.plate, of_kind=row.kind)
    await delivery.revoke(scope, tx, grant_of(row), now_ms=now_ms)


def _bounded[T](items: Sequence[T]) -> Sequence[T]:
    if not items:
        raise BadInput(field="permList", rule="required")
    if len(items) > MOST:
        raise BadInput(field="permList", rule="too_many_items", limit=MOST)
    return items


def _checked(wish: Wish, place: str) -> Wish:
    plate = clean_plate(wish.plate)
    if not is_plate(plate):
        raise BadInput(field=f"{place}.plateNumber", rule="plate", example="浙A12345")
    if wish.starts_ms is not None and wish.ends_ms is not None and wish.ends_ms < wish.starts_ms:
        raise BadInput(field=f"{place}.expiryDate", rule="after", other="effectiveDate")
    if len(wish.brand) > BRAND_MAX:
        raise BadInput(field=f"{place}.brand", rule="too_long", limit=BRAND_MAX)
    if wish.color is not None and wish.color not in COLORS:
        raise BadInput(field=f"{place}.color", rule="range", low=COLORS[0], high=COLORS[-1])
    return msgspec.structs.replace(wish, plate=plate, brand=wish.brand.strip())
