"""Who passed which door, or was refused and why; live pages get the same rows."""

from typing import Annotated, Literal

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from linli.domains.access.events import PassRecorded
from linli.domains.access.queries import passes as queries
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.kernel.db import Database, Reader
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class PassRow(msgspec.Struct, rename="camel", frozen=True):
    """One attempt to pass."""

    id: str
    at_ms: int
    iot_id: str
    door_name: str
    place: str
    person_name: str
    """Empty when nobody is known by the credential."""
    person_id: str
    """identityId."""
    kind: str
    """CARD, PASSWORD, QRCODE, BleCARD or FACE."""
    direction: str
    passed: bool
    code: int
    """Pass result code (spec E 8)."""
    reason: str
    """The door's own words."""
    remaining: int | None = None
    """QR scans left; -1 without limit, null where they are not counted."""


async def live_row(db: Reader, event: PassRecorded) -> PassRow:
    """The row of a pass just recorded, for the pages that watch."""
    scope = Scope.system(event.tenant_id)
    where = await _places_of(scope, db, [event.iot_id])
    return PassRow(
        id=str(event.pass_id),
        at_ms=event.passed_ms,
        iot_id=event.iot_id,
        door_name=event.door_name,
        place=where.get(event.iot_id, ""),
        person_name=event.person_name,
        person_id=event.identity_id,
        kind=event.type,
        direction=event.direction,
        passed=event.code == 0,
        code=event.code,
        reason=event.message,
        remaining=event.remaining,
    )


async def _places_of(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, str]:
    doors = await find_doors(scope, db, iot_ids=iot_ids)
    where = await places(scope, db, space_ids=[door.space_id for door in doors.values()])
    return {door.iot_id: where.get(door.space_id, "") for door in doors.values()}


class PassRoutes(Controller):
    path = "/passes"
    tags = ("doors",)

    @get("/", right="devices.use")
    async def list_passes(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        community_id: Annotated[int | None, QueryParameter(name="communityId")] = None,
        iot_id: Annotated[str, QueryParameter(name="iotId")] = "",
        person_id: Annotated[str, QueryParameter(name="personId", description="identityId")] = "",
        result: Annotated[Literal["passed", "refused"] | None, QueryParameter()] = None,
        kind: Annotated[str, QueryParameter(description="Comma-separated: CARD, QRCODE …")] = "",
        q: Annotated[str, QueryParameter(description="Part of the person's or the door's name.")] = "",
        from_ms: Annotated[int, QueryParameter(name="from", description="UTC ms")] = 0,
        to_ms: Annotated[int, QueryParameter(name="to", description="UTC ms")] = 2**52,
    ) -> Page[PassRow]:
        """Passes and refusals, newest first."""
        where = queries.PassFilter(
            community_id=community_id,
            iot_id=iot_id,
            identity_id=person_id,
            types=tuple(part for part in kind.split(",") if part),
            refused=None if result is None else result == "refused",
            from_ms=from_ms,
            to_ms=to_ms,
            text=q,
        )
        found = await queries.list_passes(within, db, where=where, page=page)
        at = await _places_of(within, db, sorted({row.iot_id for row in found.data}))
        rows = [
            PassRow(
                id=str(row.id),
                at_ms=row.passed_ms,
                iot_id=row.iot_id,
                door_name=row.door_name,
                place=at.get(row.iot_id, ""),
                person_name=row.name,
                person_id=row.identity_id,
                kind=row.type,
                direction=row.direction,
                passed=row.code == 0,
                code=row.code,
                reason=row.message,
                remaining=row.remaining,
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)
