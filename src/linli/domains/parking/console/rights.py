"""Console: vehicles that may pass, the white and the black list, and how far each has got on the lanes."""

from typing import Annotated, Literal

from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import path_ids
from linli.domains.parking.console.shapes import RightRow, RightsIn, RightsNamed
from linli.domains.parking.errors import OtherProvider, ServiceOff
from linli.domains.parking.queries.rights import RightFilter, page_of
from linli.domains.parking.rows import BLACKLIST, ORDINARY, WHITELIST, Kind, VehicleRight
from linli.domains.parking.service import rights
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.plates import clean_plate

right_routes = Routes("/communities/{community_id:int}/parking/vehicles", tags=("parking",))


class RightsAsked(Filter, frozen=True):
    """Vehicles of a community, as their list is asked for."""

    kind: Kind | None = None
    q: Annotated[str, Meta(description="Part of the plate.")] = ""
    space_id: int | None = None
    status: (
        Literal[
            "toBeTransferred",
            "transferring",
            "transferred",
            "deviceOffline",
            "transferTimeout",
            "unknownError",
        ]
        | None
    ) = None


@right_routes.get(right=Right.VEHICLES_SEE.value)
async def list_vehicle_rights(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: RightsAsked
) -> Page[RightRow]:
    """The last changed first."""
    root = await spaces.require_root(scope, db, community_id)
    asked = RightFilter(
        kinds=(where.kind,) if where.kind else (ORDINARY, WHITELIST, BLACKLIST),
        community_id=community_id,
        space_ids=None if where.space_id is None else (where.space_id,),
        part=clean_plate(where.q),
        status=where.status or "",
    )
    matches = await page_of(scope, db, where=asked, page=page)
    return Page.of(page, matches.total, await _rows(scope, db, root, matches.data))


@right_routes.post(right=Right.VEHICLES_MANAGE.value, raises=(NotFound, ServiceOff, OtherProvider))
async def save_vehicle_rights(community_id: int, data: RightsIn, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Let a plate pass some entrances for a time, always, or never; it is brought to their devices at once."""
    root = await spaces.require_root(scope, tx, community_id)
    if data.kind == ORDINARY:
        for field, value in (("startsMs", data.starts_ms), ("endsMs", data.ends_ms)):
            if value is None:
                raise BadInput(field=field, rule="required")
        if (data.starts_ms or 0) > (data.ends_ms or 0):
            raise BadInput(field="endsMs", rule="after", other="startsMs")
    ordinary = data.kind == ORDINARY
    wishes = [
        rights.Wish(
            space_id=space_id,
            plate=data.plate,
            kind=data.kind,
            starts_ms=data.starts_ms if ordinary else None,
            ends_ms=data.ends_ms if ordinary else None,
            brand=data.brand,
            color=data.color,
        )
        for space_id in data.space_ids or [root]
    ]
    await rights.save(scope, tx, wishes=wishes, now_ms=clock.now_ms(), community_id=community_id)


@right_routes.post("/remove", right=Right.VEHICLES_MANAGE.value, raises=(NotFound,))
async def remove_vehicle_rights(
    community_id: int, data: RightsNamed, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Take rights away; they go from the devices as well."""
    await spaces.require_root(scope, tx, community_id)
    for kind in sorted({item.kind for item in data.rights}):
        await rights.remove(
            scope,
            tx,
            named=[(item.space_id, item.plate) for item in data.rights if item.kind == kind],
            kinds=(kind,),
            now_ms=clock.now_ms(),
            community_id=community_id,
        )


async def _rows(
    scope: Scope, db: Reader, root: int, matches: list[tuple[VehicleRight, str]]
) -> list[RightRow]:
    at = await spaces.spaces_by_id(scope, db, sorted({row.space_id for row, _ in matches}))
    steps = sorted({step for space in at.values() for step in path_ids(space.path)[1:]})
    names = await spaces.names(scope, db, steps)
    rows = []
    for row, status in matches:
        kind: Kind = (
            "whitelist" if row.kind == WHITELIST else "blacklist" if row.kind == BLACKLIST else "ordinary"
        )
        path = path_ids(at[row.space_id].path)[1:] if row.space_id in at and row.space_id != root else []
        rows.append(
            RightRow(
                space_id=str(row.space_id),
                place=" / ".join(names[step] for step in path if step in names),
                plate=row.plate,
                kind=kind,
                starts_ms=row.starts_ms,
                ends_ms=row.ends_ms,
                brand=row.brand,
                color=row.color,
                status=status,
                changed_ms=row.changed_ms,
            )
        )
    return rows
