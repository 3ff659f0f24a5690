"""Vehicles that may pass, and how far their rights have got on the lanes."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.delivery.queries import rows_of_credentials
from linli.domains.parking.kinds import KIND_OF
from linli.domains.parking.models import rights
from linli.domains.parking.queries.lanes import lanes_under
from linli.domains.parking.rows import VehicleRight
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

CAR_SYNC: Final = (
    "unknownError", "transferTimeout", "deviceOffline", "transferring", "toBeTransferred", "transferred",
)  # fmt: skip
"""Statuses of a right, the worst first: a right on several lanes has that of its worst lane."""
_CHUNK: Final = 1000
_r = rights.c
_filtered = and_(
    in_scope(rights),
    any_of(_r.kind, "kinds"),
    or_(bindparam("community_id", type_=INT) == 0, _r.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("any_space", type_=INT) == 1, any_of(_r.space_id, "space_ids")),
    or_(bindparam("any_plate", type_=INT) == 1, any_of(_r.plate, "plates")),
    or_(bindparam("part") == "", _r.plate.like(bindparam("part"), escape="\\")),
)
_list = Query(
    select(rights)
    .where(_filtered)
    .order_by(_r.changed_ms.desc(), _r.space_id, _r.plate, _r.kind)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    VehicleRight,
)
_count = Query(select(func.count()).select_from(rights).where(_filtered))
_some = Query(
    select(rights).where(in_scope(rights), any_of(_r.space_id, "space_ids"), any_of(_r.plate, "plates")),
    VehicleRight,
)
_at_space = Query(
    select(rights)
    .where(in_scope(rights), _r.space_id == bindparam("space_id", type_=INT))
    .order_by(_r.plate, _r.kind),
    VehicleRight,
)
_of_community = Query(
    select(rights)
    .where(in_scope(rights), _r.community_id == bindparam("community_id", type_=INT))
    .order_by(_r.changed_ms.desc(), _r.space_id, _r.plate, _r.kind)
    .limit(bindparam("limit", type_=INT)),
    VehicleRight,
)


class RightFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None: any."""

    kinds: tuple[str, ...]
    community_id: int | None = None
    space_ids: tuple[int, ...] | None = None
    plates: tuple[str, ...] | None = None
    part: str = ""
    """Of the plate."""
    status: str = ""
    """One of CAR_SYNC."""


async def find_rights(
    scope: Scope, db: Reader, *, space_ids: Sequence[int], plates: Sequence[str]
) -> dict[tuple[int, str, str], VehicleRight]:
    """By (space, plate, kind), for any pair of these."""
    rows = await _some.all(db, scope, space_ids=sorted(set(space_ids)), plates=sorted(set(plates)))
    return {row.key: row for row in rows}


async def rights_at(scope: Scope, db: Reader, *, space_id: int) -> list[VehicleRight]:
    """Every right that names a space."""
    return await _at_space.all(db, scope, space_id=space_id)


async def rights_of(scope: Scope, db: Reader, community_id: int, *, most: int) -> list[VehicleRight]:
    """Every right of a community, the last changed first."""
    return await _of_community.all(db, scope, community_id=community_id, limit=most)


async def page_of(
    scope: Scope, db: Reader, *, where: RightFilter, page: PageRequest
) -> Page[tuple[VehicleRight, str]]:
    """Rights with their statuses, the last changed first."""
    binds = {
        "kinds": list(where.kinds),
        "community_id": where.community_id or 0,
        "any_space": int(where.space_ids is None),
        "space_ids": list(where.space_ids or ()),
        "any_plate": int(where.plates is None),
        "plates": list(where.plates or ()),
        "part": f"%{_plain(where.part)}%" if where.part else "",
    }
    total = int(await _count.scalar(db, scope, **binds))
    if not where.status:
        rows = await _list.all(db, scope, **binds, **page.binds)
        return Page.of(page, total, await _with_status(scope, db, rows))
    # Another room knows the statuses: a community has some thousand rights, read piece by piece.
    matches: list[tuple[VehicleRight, str]] = []
    count = 0
    for offset in range(0, total, _CHUNK):
        rows = await _list.all(db, scope, **binds, limit=_CHUNK, offset=offset)
        for row, status in await _with_status(scope, db, rows):
            if status == where.status:
                count += 1
                if page.offset < count <= page.offset + page.page_size:
                    matches.append((row, status))
    return Page.of(page, count, matches)


async def _with_status(
    scope: Scope, db: Reader, rows: Sequence[VehicleRight]
) -> list[tuple[VehicleRight, str]]:
    by_key = await statuses(scope, db, rows)
    return [(row, by_key[row.key]) for row in rows]


async def statuses(scope: Scope, db: Reader, rows: Sequence[VehicleRight]) -> dict[tuple[int, str, str], str]:
    """The status of each right: that of its worst lane; `toBeTransferred` where no lane is under its space yet."""
    lanes = await lanes_under(scope, db, {row.space_id for row in rows}) if rows else {}
    on_device: dict[tuple[str, str, str], str] = {}
    if rows:
        for desired in await rows_of_credentials(scope, db, credentials=sorted({row.plate for row in rows})):
            if not desired.deleting:
                on_device[desired.device, desired.kind, desired.credential] = as_car_sync(desired.status)
    return {
        row.key: min(
            (
                on_device.get((device.iot_id, KIND_OF[row.kind], row.plate), "toBeTransferred")
                for device in lanes[row.space_id]
            ),
            key=CAR_SYNC.index,
            default="toBeTransferred",
        )
        for row in rows
    }


def as_car_sync(status: str) -> str:
    """A delivery status as CAR_SYNC has it."""
    return status if status in CAR_SYNC else "unknownError"


def _plain(text: str) -> str:
    for character in ("\\", "%", "_"):
        text = text.replace(character, f"\\{character}")
    return text
