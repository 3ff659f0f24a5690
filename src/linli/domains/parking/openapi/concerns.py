"""Open API: plates that always pass the lanes of a space, and plates that never do (spec B A092-A094)."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.parking.errors import OtherProvider, ServiceOff
from linli.domains.parking.openapi.fields import (
    SERVICE,
    Color,
    PageNo,
    PageSize,
    Plate,
    SpaceId,
    Status,
    page_of,
    plates_of,
    space_number,
    space_numbers,
)
from linli.domains.parking.openapi.permissions import PermissionDelete
from linli.domains.parking.queries.lanes import require_spaces
from linli.domains.parking.queries.rights import RightFilter
from linli.domains.parking.queries.rights import page_of as rights_page
from linli.domains.parking.rows import BLACKLIST, WHITELIST
from linli.domains.parking.service import rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method
from linli.rules.plates import clean_plate

PATH = "/parking/paas/vehicle/special/concerns"
_KINDS: Final = {"WHITELIST": WHITELIST, "BLACKLIST": BLACKLIST}
ListType = Annotated[
    str, Meta(description="WHITELIST 白名单，BLACKLIST 黑名单 / always passes; never passes")
]
Brand = Annotated[str | None, Meta(description="品牌 / brand")]


class ListEntry(msgspec.Struct, rename="camel"):
    space_id: SpaceId
    plate_number: Plate
    type: ListType
    brand: Brand = None
    color: Color = None


class ListAdd(msgspec.Struct, rename="camel"):
    perm_list: Annotated[list[ListEntry], Meta(description="名单，最多 500 条 / entries, at most 500")]


class ListQuery(msgspec.Struct, rename="camel"):
    space_ids: Annotated[list[SpaceId], Meta(description="空间 id，最多 100 个 / spaces, at most 100")]
    type: ListType
    page_no: PageNo
    page_size: PageSize
    plate_numbers: Annotated[
        list[Plate] | None,
        Meta(description="车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any"),
    ] = None


class ListRow(msgspec.Struct, rename="camel"):
    plate_number: Plate
    brand: Brand
    color: Color
    space_id: Annotated[str, Meta(description="空间 id / space")]
    status: Status


@method(
    f"{PATH}/add",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound, ServiceOff, OtherProvider),
    title="添加（更新）黑白名单",
    title_en="Put plates on the white or the black list",
    contract=Contract(source="spec B 3.18 A092"),
)
async def add_to_list(data: ListAdd, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """All or none. A plate is on one list of a space at most: putting it on one takes it off the other."""
    wishes = [
        rights.Wish(
            space_id=space_number(item.space_id, f"permList[{place}].spaceId"),
            plate=item.plate_number,
            kind=_kind(item.type, f"permList[{place}].type"),
            brand=item.brand or "",
            color=item.color,
        )
        for place, item in enumerate(data.perm_list)
    ]
    await rights.save(scope, tx, wishes=wishes, now_ms=clock.now_ms(), community_id=call.community_id)


@method(
    f"{PATH}/delete",
    "1.0.1",
    service=SERVICE,
    raises=(BadInput, NotFound),
    title="删除黑白名单",
    title_en="Take plates off the lists",
    contract=Contract(source="spec B 3.18 A093"),
)
async def delete_from_list(data: PermissionDelete, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Off either list. One that is on none is no error."""
    named = [
        (space_number(item.space_id, f"permList[{place}].spaceId"), item.plate_number)
        for place, item in enumerate(data.perm_list)
    ]
    await rights.remove(
        scope,
        tx,
        named=named,
        kinds=(WHITELIST, BLACKLIST),
        now_ms=clock.now_ms(),
        community_id=call.community_id,
    )


@method(
    f"{PATH}/query",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound),
    title="查询黑白名单",
    title_en="List the plates of the white or the black list",
    contract=Contract(source="spec B 3.18 A094"),
)
async def query_list(data: ListQuery, call: Call, scope: Scope, db: Database) -> Page[ListRow]:
    """Those that name one of these spaces, the last changed first, with how far each has got on its lanes."""
    space_ids, plates = space_numbers(data.space_ids), plates_of(data.plate_numbers)
    await require_spaces(scope, db, space_ids, community_id=call.community_id)
    where = RightFilter(
        kinds=(_kind(data.type, "type"),),
        space_ids=space_ids,
        plates=None if plates is None else tuple(clean_plate(plate) for plate in plates),
    )
    page = await rights_page(scope, db, where=where, page=page_of(data.page_no, data.page_size))
    rows = [
        ListRow(row.plate, row.brand or None, row.color, str(row.space_id), status)
        for row, status in page.data
    ]
    return Page(page.total, page.page_no, page.page_size, rows)


def _kind(text: str, field: str) -> str:
    if text not in _KINDS:
        raise BadInput(field=field, rule="one_of", allowed=", ".join(_KINDS))
    return _KINDS[text]
