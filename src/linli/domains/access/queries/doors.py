"""Doors, keys, and the audit of remote opens."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.models import doors, keys, remote_opens
from linli.domains.access.rows import Door, RemoteOpen
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of

_d = doors.c
_by_iot_id = Query(select(doors).where(_d.iot_id == bindparam("iot_id"), in_scope(doors)), Door)
_by_iot_ids = Query(select(doors).where(any_of(_d.iot_id, "iot_ids"), in_scope(doors)), Door)
_in_community = Query(
    select(doors).where(_d.community_id == bindparam("community_id", type_=INT), in_scope(doors)), Door
)
_filtered = and_(
    in_scope(doors),
    or_(bindparam("community_id", type_=INT) == 0, _d.community_id == bindparam("community_id", type_=INT)),
    or_(
        bindparam("text") == "",
        func.lower(_d.name).like(bindparam("text"), escape="\\"),
        func.lower(_d.sn).like(bindparam("text"), escape="\\"),
        func.lower(_d.device_name).like(bindparam("text"), escape="\\"),
    ),
)
_list = Query(
    select(doors)
    .where(_filtered)
    .order_by(_d.name, _d.iot_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Door,
)
_count = Query(select(func.count()).select_from(doors).where(_filtered))


_all = Query(
    select(doors)
    .where(
        in_scope(doors),
        or_(
            bindparam("community_id", type_=INT) == 0, _d.community_id == bindparam("community_id", type_=INT)
        ),
    )
    .order_by(_d.name, _d.iot_id)
    .limit(5000),
    Door,
)


_communities = Query(
    select(_d.tenant_id, _d.community_id).distinct().order_by(_d.community_id),
    unscoped="a round of the whole platform; each row names its own tenant",
)
_at_spaces = Query(
    select(_d.name)
    .where(in_scope(doors), or_(any_of(_d.space_id, "space_ids"), any_of(_d.call_space_id, "space_ids")))
    .order_by(_d.name, _d.iot_id)
    .limit(10)
)


async def names_at(scope: Scope, db: Reader, space_ids: list[int]) -> list[str]:
    """Names of doors that stand in these spaces or ring there; the first ten."""
    return [name for (name,) in await _at_spaces.all(db, scope, space_ids=space_ids)]


class KeyRow(NamedTuple):
    community_id: int
    tenant_id: str
    bits: int
    public_key: str
    private_key: str
    """Sealed."""
    created_ms: int


_key = Query(
    select(keys).where(keys.c.community_id == bindparam("community_id", type_=INT), in_scope(keys)), KeyRow
)
_opens = Query(
    select(remote_opens)
    .where(remote_opens.c.iot_id == bindparam("iot_id"), in_scope(remote_opens))
    .order_by(remote_opens.c.id.desc())
    .limit(bindparam("limit", type_=INT)),
    RemoteOpen,
)

_opening = Query(
    select(remote_opens).where(
        remote_opens.c.id == bindparam("opening_id", type_=INT),
        remote_opens.c.iot_id == bindparam("iot_id"),
        in_scope(remote_opens),
    ),
    RemoteOpen,
)


def pattern(text: str) -> str:
    """A LIKE pattern (escape `\\`) for a part of a text, lower case; empty for no condition."""
    plain = text.strip().lower()
    for character in ("\\", "%", "_"):
        plain = plain.replace(character, f"\\{character}")
    return f"%{plain}%" if plain else ""


def ends_with(code: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a card or code equals the text of `code_binds`, or ends with it. Characters that lists hide cannot be
    found by trying."""
    return or_(
        func.lower(code) == bindparam("whole_code"),
        and_(func.length(code) >= 8, func.lower(code).like(bindparam("code_end"), escape="\\")),
    )


def code_binds(text: str) -> dict[str, str]:
    plain = text.strip().lower()
    return {"whole_code": plain, "code_end": pattern(plain).removesuffix("%") if 0 < len(plain) <= 4 else ""}


async def get_door(scope: Scope, db: Reader, *, iot_id: str) -> Door:
    """Raises DoorUnknown."""
    if (door := await find_door(scope, db, iot_id=iot_id)) is None:
        raise DoorUnknown(iot_id)
    return door


async def find_door(scope: Scope, db: Reader, *, iot_id: str) -> Door | None:
    return await _by_iot_id.one(db, scope, iot_id=iot_id)


async def find_doors(scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, Door]:
    """The `iot_ids` that are doors in the scope."""
    return {door.iot_id: door for door in await _by_iot_ids.all(db, scope, iot_ids=iot_ids)}


async def zones_of_doors(scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, str]:
    """The zones by which the doors' communities live (`kernel.zones`); unknown doors are left out."""
    doors = await find_doors(scope, db, iot_ids=list(set(iot_ids)))
    zones = await zones_of(db, (door.community_id for door in doors.values()))
    return {iot_id: zones[door.community_id] for iot_id, door in doors.items()}


async def doors_of_community(scope: Scope, db: Reader, *, community_id: int) -> list[Door]:
    return await _in_community.all(db, scope, community_id=community_id)


async def list_doors(
    scope: Scope, db: Reader, *, page: PageRequest, community_id: int | None = None, text: str = ""
) -> Page[Door]:
    """Doors by name; `text` is part of the name, serial number or device name."""
    binds = {"community_id": community_id or 0, "text": pattern(text)}
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def communities_with_doors(db: Reader) -> list[tuple[str, int]]:
    """(tenant, community), of all tenants."""
    return [(tenant_id, community_id) for tenant_id, community_id in await _communities.all(db)]


async def all_doors(scope: Scope, db: Reader, *, community_id: int | None = None) -> list[Door]:
    """Doors of a community, or of all in the scope, by name; at most 5000."""
    return await _all.all(db, scope, community_id=community_id or 0)


async def find_key(scope: Scope, db: Reader, *, community_id: int) -> KeyRow | None:
    return await _key.one(db, scope, community_id=community_id)


async def remote_opens_of(scope: Scope, db: Reader, *, iot_id: str, limit: int = 50) -> list[RemoteOpen]:
    """The last remote opens of a door, newest first."""
    return await _opens.all(db, scope, iot_id=iot_id, limit=limit)


async def find_opening(scope: Scope, db: Reader, *, iot_id: str, opening_id: int) -> RemoteOpen | None:
    return await _opening.one(db, scope, iot_id=iot_id, opening_id=opening_id)
