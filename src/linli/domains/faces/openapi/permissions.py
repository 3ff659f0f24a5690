"""Open API: the faces on devices and the state of their delivery (spec E C4 to C6, B A077 to A080)."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.delivery import queries as deliveries
from linli.delivery.schemas import Content, DesiredFilter, DesiredRow
from linli.domains.access.errors import DoorUnknown, PersonUnknown
from linli.domains.access.queries.doors import zones_of_doors
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.times import write_time
from linli.domains.faces.kinds import FACE, extra_of
from linli.domains.faces.queries import images as queries
from linli.domains.faces.rows import Image
from linli.domains.faces.service import permissions as service
from linli.domains.faces.service.users import user_of
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of
from linli.openapi.registry import Contract, method

STATUSES = (
    "toBeTransferred", "transferring", "transferred", "deviceOffline", "faceCheckError", "faceCheckTimeout",
    "faceDlError", "facePushError", "unknownError", "transferTimeout", "transferDeleted", "deleteFailed",
    "deleteTimeout", "needManual",
)  # fmt: skip
_STATUS_LIST = "只查这些状态 / only these statuses"


class FacesOnDevices(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description="用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id")]
    user_id_list: Annotated[list[str], Meta(description="用户 id，最多 10 个 / users, at most 10")]
    scope_type: Annotated[
        str,
        Meta(
            description="IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces"
        ),
    ]
    scope_id_list: Annotated[list[str], Meta(description="设备或空间 id，最多 10 个 / at most 10")]


class StatusOfUser(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description="用户类型 / kind of user id")]
    user_id: Annotated[str, Meta(description="用户 id / user")]
    device_list_page_no: Annotated[int | None, Meta(description="页码，从 1 起 / page, from 1")] = None
    device_list_page_size: Annotated[int | None, Meta(description="每页数量，最多 100 / page size")] = None
    status_list: Annotated[list[str] | None, Meta(description=_STATUS_LIST)] = None


class StatusOfDevice(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="设备 / device")]
    page_no: Annotated[int | None, Meta(description="页码，从 1 起 / page, from 1")] = None
    page_size: Annotated[int | None, Meta(description="每页数量，最多 100 / page size")] = None
    status_list: Annotated[list[str] | None, Meta(description=_STATUS_LIST)] = None


class DeviceStatus(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="设备 / device")]
    sync_time: Annotated[str, Meta(description="下发时间 / when that was")]
    status: Annotated[str, Meta(description="下发状态 / delivery status")]
    sync_status: Annotated[str, Meta(description="同 status / the same, as a sample spells it")]
    device_nick_name: Annotated[str, Meta(description="设备别名 / alias")]
    cron: Annotated[str | None, Meta(description="有效期表达式 / validity expression")] = None


class UserStatus(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description="用户类型 / kind of user id")]
    user_id: Annotated[str, Meta(description="用户 id / user")]
    user_name: Annotated[str | None, Meta(description="姓名 / name")]
    expired_time: Annotated[str | None, Meta(description="图片有效期 / the picture is valid until")]
    ext_info: Annotated[str | None, Meta(description="扩展信息 / extension")]
    device_list_total: Annotated[int, Meta(description="曾下发的设备数 / devices ever delivered to")]
    device_list_page_no: Annotated[int, Meta(description="页码 / page")]
    device_list_page_size: Annotated[int, Meta(description="每页数量 / page size")]
    device_list: Annotated[list[DeviceStatus], Meta(description="设备 / devices")]


class FaceOnDevice(msgspec.Struct, rename="camel"):
    user_type: Annotated[str, Meta(description="用户类型 / kind of user id")]
    user_id: Annotated[str, Meta(description="用户 id / user")]
    user_name: Annotated[str | None, Meta(description="姓名 / name")]
    expired_time: Annotated[str | None, Meta(description="图片有效期 / the picture is valid until")]
    ext_info: Annotated[str | None, Meta(description="扩展信息 / extension")]
    sync_time: Annotated[str, Meta(description="下发时间 / when that was")]
    status: Annotated[str, Meta(description="下发状态 / delivery status")]
    cron: Annotated[str | None, Meta(description="有效期表达式 / validity expression")] = None


def _wish(data: FacesOnDevices) -> dict[str, Any]:
    return {
        "user_type": data.user_type,
        "user_ids": data.user_id_list,
        "scope_type": data.scope_type,
        "scope_ids": data.scope_id_list,
    }


@method(
    "/face/paas/permission/add",
    "1.2.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, DoorUnknown, NotFound, BadInput),
    title="增加人脸权限",
    title_en="Have devices hold faces",
    contract=Contract(source="spec E C4"),
)
@method(
    "/face/paas/permission/add",
    "1.0.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, DoorUnknown, NotFound, BadInput),
    title="增加人脸权限（1.0.0）",
    title_en="Have devices hold faces (1.0.0)",
    contract=Contract(legacy=True, source="spec B A077"),
)
async def add_permissions(data: FacesOnDevices, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys) -> None:
    """Accepts the job; how far it gets is told by querybyuser, querybydevice and FACE_SYNC_STATUS."""
    await service.add(scope, tx, **_wish(data), keys=keys, now_ms=clock.now_ms())


@method(
    "/face/paas/permission/delete",
    "1.2.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, DoorUnknown, NotFound, BadInput),
    title="删除人脸权限",
    title_en="Take faces off devices",
    contract=Contract(source="spec E C5"),
)
@method(
    "/face/paas/permission/delete",
    "1.0.0",
    service="face",
    token="optional",
    raises=(PersonUnknown, DoorUnknown, NotFound, BadInput),
    title="删除人脸权限（1.0.0）",
    title_en="Take faces off devices (1.0.0)",
    contract=Contract(legacy=True, source="spec B A078"),
)
async def delete_permissions(
    data: FacesOnDevices, scope: Scope, tx: Tx, clock: Clock, keys: DoorKeys
) -> None:
    """The stored pictures stay."""
    await service.remove(scope, tx, **_wish(data), keys=keys, now_ms=clock.now_ms())


@method(
    "/face/paas/permission/querybyuser",
    "1.0.4",
    service="face",
    token="optional",
    raises=(PersonUnknown, BadInput, NotFound),
    title="查询用户的人脸权限状态",
    title_en="How far a user's face has got",
    contract=Contract(source="spec E C6, B A079"),
)
async def query_by_user(data: StatusOfUser, scope: Scope, db: Database) -> UserStatus:
    page = _page(data.device_list_page_no, data.device_list_page_size, "deviceListPage")
    statuses = _statuses(data.status_list)
    user = await user_of(scope, db, user_type=data.user_type, user_id=data.user_id)
    image = await queries.image_of_user(
        scope, db, owner=user.owner, user_type=user.user_type, user_id=user.user_id
    )
    if image is None:
        raise NotFound(what="facePicture", id=data.user_id)
    wanted = DesiredFilter(credential=image.face_id, kinds=(FACE,), statuses=statuses)
    rows = await deliveries.list_rows(scope, db, wanted=wanted, page=page)
    names = await service.doors_named(scope, db, [row.device for row in rows.data])
    zones = await zones_of(db, [image.community_id])
    here = await zones_of_doors(scope, db, iot_ids=[row.device for row in rows.data])
    name, expires, ext = _image_texts(image, zones[image.community_id])
    return UserStatus(
        user_type=image.user_type,
        user_id=image.user_id,
        user_name=name,
        expired_time=expires,
        ext_info=ext,
        device_list_total=rows.total,
        device_list_page_no=page.page_no,
        device_list_page_size=page.page_size,
        device_list=[
            DeviceStatus(
                row.device,
                write_time(row.changed_ms, here.get(row.device, "")),
                row.status,
                row.status,
                names.get(row.device, ""),
                _cron(row),
            )
            for row in rows.data
        ],
    )


@method(
    "/face/paas/permission/querybydevice",
    "1.0.4",
    service="face",
    token="optional",
    raises=(DoorUnknown, BadInput),
    title="根据设备查询人脸权限",
    title_en="Page through the faces of a device",
    contract=Contract(source="spec B A080"),
)
async def query_by_device(data: StatusOfDevice, scope: Scope, db: Database) -> Page[FaceOnDevice]:
    page = _page(data.page_no, data.page_size, "page")
    statuses = _statuses(data.status_list)
    door = (await service.face_devices(scope, db, iot_ids=[data.iot_id])).get(data.iot_id)
    if door is None:
        raise DoorUnknown(data.iot_id)
    wanted = DesiredFilter(device=data.iot_id, kinds=(FACE,), statuses=statuses)
    matches = await deliveries.list_rows(scope, db, wanted=wanted, page=page)
    images = await queries.images_by_face(scope, db, [row.credential for row in matches.data])
    zones = await zones_of(db, [door.community_id, *(image.community_id for image in images.values())])
    rows = []
    for row in matches.data:
        image = images.get(row.credential)
        name, expires, ext = _image_texts(image, zones[image.community_id]) if image else (None, None, None)
        kind, user_id = (image.user_type, image.user_id) if image else ("IDENTITY", row.subject)
        rows.append(
            FaceOnDevice(
                user_type=kind,
                user_id=user_id,
                user_name=name,
                expired_time=expires,
                ext_info=ext,
                sync_time=write_time(row.changed_ms, zones[door.community_id]),
                status=row.status,
                cron=_cron(row),
            )
        )
    return Page.of(page, matches.total, rows)


def _cron(row: DesiredRow) -> str | None:
    return msgspec.json.decode(row.content, type=Content).schedule or None if row.content else None


def _image_texts(image: Image, zone: str) -> tuple[str | None, str | None, str | None]:
    expires = write_time(image.expires_ms, zone) if image.expires_ms is not None else None
    return image.user_name or None, expires, extra_of(image, zone) or None


def _page(number: int | None, size: int | None, name: str) -> PageRequest:
    try:
        return PageRequest.of(number, size)
    except BadInput as error:
        wire = error.facts["field"].replace("page", name, 1)
        raise BadInput(**{**error.facts, "field": wire}) from error


def _statuses(given: list[str] | None) -> tuple[str, ...] | None:
    if not given:
        return None
    for number, status in enumerate(given):
        if status not in STATUSES:
            raise BadInput(field=f"statusList[{number}]", rule="one_of", allowed=", ".join(STATUSES))
    return tuple(given)
