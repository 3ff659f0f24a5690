"""Console: printed codes at entrances, by which a visitor's own phone rings a home."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.intercom.queries.doorbells import bells_of_community
from linli.domains.intercom.rows import Doorbell
from linli.domains.intercom.service import doorbells
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.qr import qr_svg
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.rules import quiet

PATH = "/bell"


class DoorbellRow(msgspec.Struct, rename="camel", frozen=True):
    """A printed code at an entrance."""

    bell_id: str
    name: Annotated[str, Meta(description="Of the entrance.")]
    space_id: Annotated[str | None, Meta(description="Whose homes it rings; null: all of the community.")]
    place: str
    iot_id: Annotated[str, Meta(description="The door that is opened from a call; empty: none.")]
    door_name: Annotated[str, Meta(description="Empty: there is none, or it is no more.")]
    is_on: bool
    from_minute: Annotated[int, Meta(description="When it rings: minutes of the community's day.")]
    to_minute: Annotated[int, Meta(description="The same: the whole day; earlier: of the next day.")]
    days: Annotated[int, Meta(description="1 Monday … 64 Sunday, added.")]
    muted_until_ms: Annotated[
        int, Meta(description="A guard desk wants no calls of it until then; 0: never.")
    ]
    url: Annotated[str, Meta(description="Where the picture leads. It opens nothing.")]
    svg: Annotated[str, Meta(description="The picture to print.")]
    changed_ms: int


class DoorbellIn(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """What is chosen of it."""

    name: str
    space_id: int | None = None
    iot_id: str = ""
    is_on: bool = True
    from_minute: int = 0
    to_minute: int = 0
    days: int = quiet.ALL_DAYS


class DoorbellMute(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    muted: Annotated[bool, Meta(description="For an hour it rings nobody; false: it rings again.")]


bell_routes = Routes("/communities/{community_id:int}/doorbells", tags=("intercom",))
HISTORY = (Kind(name=doorbells.HISTORY, see=Right.VISITORS_MANAGE.value, manage=Right.VISITORS_MANAGE.value),)


@bell_routes.get(right=Right.VISITORS_MANAGE, raises=(NotFound,))
async def list_bells(community_id: int, within: Scope, db: Database, settings: Settings) -> list[DoorbellRow]:
    """The community's doorbells, by name, each with its picture to print."""
    scope = await people.community_scope(within, db, community_id)
    return await _rows(scope, db, await bells_of_community(scope, db, community_id), settings)


@bell_routes.post(right=Right.VISITORS_MANAGE, raises=(NotFound, BadInput, DoorUnknown))
async def make_bell(
    community_id: int, data: DoorbellIn, within: Scope, tx: Tx, ids: Ids, clock: Clock, settings: Settings
) -> DoorbellRow:
    """A doorbell for an entrance."""
    scope = await people.community_scope(within, tx, community_id)
    now_ms = clock.now_ms()
    wish = _wish(scope, community_id, ids.number(now_ms), data, now_ms)
    return (await _rows(scope, tx, [await doorbells.make(scope, tx, wish=wish, ids=ids)], settings))[0]


@bell_routes.put("/{bell_id:int}", right=Right.VISITORS_MANAGE, raises=(NotFound, BadInput, DoorUnknown))
async def change_bell(
    community_id: int,
    bell_id: int,
    data: DoorbellIn,
    within: Scope,
    tx: Tx,
    clock: Clock,
    settings: Settings,
) -> DoorbellRow:
    """What is chosen of it, at once; what was printed stays good."""
    scope = await people.community_scope(within, tx, community_id)
    wish = _wish(scope, community_id, bell_id, data, clock.now_ms())
    return (await _rows(scope, tx, [await doorbells.change(scope, tx, wish=wish)], settings))[0]


@bell_routes.post("/{bell_id:int}/renew", right=Right.VISITORS_MANAGE, status=200, raises=(NotFound,))
async def renew_bell(
    community_id: int, bell_id: int, within: Scope, tx: Tx, ids: Ids, clock: Clock, settings: Settings
) -> DoorbellRow:
    """A new code: what was printed rings nobody any more."""
    scope = await people.community_scope(within, tx, community_id)
    now_ms = clock.now_ms()
    row = await doorbells.renew(scope, tx, community_id=community_id, bell_id=bell_id, ids=ids, now_ms=now_ms)
    return (await _rows(scope, tx, [row], settings))[0]


@bell_routes.delete("/{bell_id:int}", right=Right.VISITORS_MANAGE, raises=(NotFound,))
async def remove_bell(community_id: int, bell_id: int, within: Scope, tx: Tx, clock: Clock) -> None:
    """It rings nobody any more."""
    scope = await people.community_scope(within, tx, community_id)
    await doorbells.remove(scope, tx, community_id=community_id, bell_id=bell_id, now_ms=clock.now_ms())


@bell_routes.post("/{bell_id:int}/mute", right=Right.DOORS_OPEN, raises=(NotFound,), status=204)
async def mute_bell(
    community_id: int, bell_id: int, data: DoorbellMute, within: Scope, tx: Tx, clock: Clock
) -> None:
    """For an hour it rings nobody and says so to visitors; or it rings again."""
    scope = await people.community_scope(within, tx, community_id)
    now_ms = clock.now_ms()
    bell = await doorbells.find(scope, tx, community_id=community_id, bell_id=bell_id)
    until_ms = now_ms + doorbells.MUTED_MS if data.muted else 0
    await doorbells.mute(scope, tx, bell=bell, until_ms=until_ms, now_ms=now_ms)


def _wish(scope: Scope, community_id: int, bell_id: int, data: DoorbellIn, now_ms: int) -> Doorbell:
    return Doorbell(
        bell_id=bell_id,
        tenant_id=scope.tenant,
        community_id=community_id,
        space_id=data.space_id,
        iot_id=data.iot_id,
        name=data.name,
        code="",
        is_on=int(data.is_on),
        from_minute=data.from_minute,
        to_minute=data.to_minute,
        days=data.days,
        muted_until_ms=0,
        created_ms=now_ms,
        changed_ms=now_ms,
    )


async def _rows(scope: Scope, db: Reader, bells: list[Doorbell], settings: Settings) -> list[DoorbellRow]:
    doors = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in bells if row.iot_id}))
    where = await places(scope, db, space_ids=[row.space_id for row in bells])
    rows = []
    for row in bells:
        url = f"{settings.public_url}{PATH}/{row.code}"
        door = doors.get(row.iot_id)
        rows.append(
            DoorbellRow(
                bell_id=str(row.bell_id),
                name=row.name,
                space_id=None if row.space_id is None else str(row.space_id),
                place=where.get(row.space_id, "") if row.space_id is not None else "",
                iot_id=row.iot_id,
                door_name=door.name if door else "",
                is_on=bool(row.is_on),
                from_minute=row.from_minute,
                to_minute=row.to_minute,
                days=row.days,
                muted_until_ms=row.muted_until_ms,
                url=url,
                svg=qr_svg(url),
                changed_ms=row.changed_ms,
            )
        )
    return rows
