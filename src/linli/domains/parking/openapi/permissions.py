"""Open API: vehicles that may pass the lanes of a space for a time (spec B A089-A091)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.times import read_time, write_time
from linli.domains.communities.queries import spaces
from linli.domains.parking.errors import OtherProvider, ServiceOff
from linli.domains.parking.openapi.fields import (
    SERVICE,
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
from linli.domains.parking.queries.lanes import require_spaces
from linli.domains.parking.queries.rights import CAR_SYNC, RightFilter
from linli.domains.parking.queries.rights import page_of as rights_page
from linli.domains.parking.rows import ORDINARY
from linli.domains.parking.service import rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.openapi.registry import Call, Contract, method
from linli.rules.plates import clean_plate

PATH = "/parking/paas/vehicle/permission"
_TIME = "yyyy-MM-dd HH:mm:ss"


class VehiclePermission(msgspec.Struct, rename="camel"):
    space_id: SpaceId
    plate_number: Plate
    effective_date: Annotated[str, Meta(description=f"生效时间 {_TIME} / valid from")]
    expiry_date: Annotated[str, Meta(description=f"失效时间 {_TIME} / valid until")]


class PermissionAdd(msgspec.Struct, rename="camel"):
    perm_list: Annotated[
        list[VehiclePermission], Meta(description="车辆权限，最多 500 条 / permissions, at most 500")
    ]


class VehicleNamed(msgspec.Struct, rename="camel"):
    space_id: SpaceId
    plate_number: Plate


class PermissionDelete(msgspec.Struct, rename="camel"):
    perm_list: Annotated[
        list[VehicleNamed], Meta(description="车辆权限，最多 500 条 / permissions, at most 500")
    ]


class PermissionQuery(msgspec.Struct, rename="camel"):
    space_ids: Annotated[list[SpaceId], Meta(description="空间 id，最多 100 个 / spaces, at most 100")]
    page_no: PageNo
    page_size: PageSize
    plate_numbers: Annotated[
        list[Plate] | None,
        Meta(description="车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any"),
    ] = None
    status: Status | None = None


class PermissionRow(msgspec.Struct, rename="camel"):
    plate_number: Plate
    effective_date: Annotated[str, Meta(description=f"生效时间 {_TIME} / valid from")]
    expiry_date: Annotated[str, Meta(description=f"失效时间 {_TIME} / valid until")]
    space_id: Annotated[str, Meta(description="空间 id / space")]
    space_name: Annotated[str, Meta(description="空间名称 / name of the space")]
    status: Status


@method(
    f"{PATH}/add",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound, ServiceOff, OtherProvider),
    title="添加（更新）车辆权限",
    title_en="Let vehicles pass the lanes of a space",
    contract=Contract(source="spec B 3.18 A089"),
)
async def add_permissions(data: PermissionAdd, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """All or none. A plate has one permission a space: adding it again changes its dates."""
    assert call.community_id is not None  # a token is required
    zone = await zone_of(tx, call.community_id)
    wishes = [
        rights.Wish(
            space_id=space_number(item.space_id, f"permList[{place}].spaceId"),
            plate=item.plate_number,
            kind=ORDINARY,
            starts_ms=read_time(item.effective_date, f"permList[{place}].effectiveDate", zone),
            ends_ms=read_time(item.expiry_date, f"permList[{place}].expiryDate", zone),
        )
        for place, item in enumerate(data.perm_list)
    ]
    await rights.save(scope, tx, wishes=wishes, now_ms=clock.now_ms(), community_id=call.community_id)


@method(
    f"{PATH}/query",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound),
    title="查询车辆权限",
    title_en="List the vehicles that may pass",
    contract=Contract(source="spec B 3.18 A090"),
)
async def query_permissions(
    data: PermissionQuery, call: Call, scope: Scope, db: Database
) -> Page[PermissionRow]:
    """Those that name one of these spaces, the last changed first, with how far each has got on its lanes."""
    assert call.community_id is not None
    if data.status not in (None, "", *CAR_SYNC):
        raise BadInput(field="status", rule="one_of", allowed=", ".join(CAR_SYNC))
    space_ids, plates = space_numbers(data.space_ids), plates_of(data.plate_numbers)
    await require_spaces(scope, db, space_ids, community_id=call.community_id)
    where = RightFilter(
        kinds=(ORDINARY,),
        space_ids=space_ids,
        plates=None if plates is None else tuple(clean_plate(plate) for plate in plates),
        status=data.status or "",
    )
    page = await rights_page(scope, db, where=where, page=page_of(data.page_no, data.page_size))
    names = await spaces.names(scope, db, sorted({row.space_id for row, _ in page.data}))
    zone = await zone_of(db, call.community_id)
    rows = [
        PermissionRow(
            plate_number=row.plate,
            effective_date=write_time(row.starts_ms or 0, zone),
            expiry_date=write_time(row.ends_ms or 0, zone),
            space_id=str(row.space_id),
            space_name=names.get(row.space_id, ""),
            status=status,
        )
        for row, status in page.data
    ]
    return Page(page.total, page.page_no, page.page_size, rows)


@method(
    f"{PATH}/delete",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound),
    title="删除车辆权限",
    title_en="Take permissions of vehicles away",
    contract=Contract(source="spec B 3.18 A091"),
)
async def delete_permissions(data: PermissionDelete, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """One that is not there is no error."""
    named = [
        (space_number(item.space_id, f"permList[{place}].spaceId"), item.plate_number)
        for place, item in enumerate(data.perm_list)
    ]
    await rights.remove(
        scope,
        tx,
        named=named,
        kinds=(ORDINARY,),
        now_ms=clock.now_ms(),
        community_id=call.community_id,
    )
