"""Cameras as the console shows them, and what it sends."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.domains.communities.queries import spaces
from linli.domains.video.queries.gb28181 import signs_of_life
from linli.domains.video.rows import Batch, Camera
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.things.queries.devices import DeviceRow, find_devices


class CameraRow(msgspec.Struct, rename="camel", frozen=True):
    """The data of a camera. Only whether it has a password, not the password."""

    id: str
    iot_id: str
    device_name: str
    product_key: str
    product_name: str
    state: Annotated[str, Meta(description="online, offline, unactive, disabled")]
    name: str
    brand: str
    product_model: str
    resolution: str
    protocol: Annotated[int | None, Meta(description="1 Hikvision, 2 Dahua, 3 ONVIF, 4 GB28181, 5 RTSP")]
    ip: str
    port: int | None
    nvr_ip: str
    channel: str
    url: str
    username: str
    has_password: bool
    group_name: str
    status: Annotated[int, Meta(description="1 in use, 2 under repair, 3 out of use")]
    address: str
    space_id: str
    place: Annotated[str, Meta(description="Names of the space and of what it stands in.")]
    direction: Annotated[int | None, Meta(description="1 east … 8 north-west, 9 all round")]
    longitude: Annotated[float | None, Meta(description="AMap coordinates")]
    latitude: float | None
    installed_on: str
    manager: str
    manager_phone: str
    remark: str
    created_ms: int
    changed_ms: int


class CameraForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A form for a camera. Absent fields stay unchanged; an empty password removes the password."""

    name: str | UnsetType = UNSET
    brand: str | UnsetType = UNSET
    product_model: str | UnsetType = UNSET
    resolution: str | UnsetType = UNSET
    protocol: int | UnsetType | None = UNSET
    ip: str | UnsetType = UNSET
    port: int | UnsetType | None = UNSET
    nvr_ip: str | UnsetType = UNSET
    channel: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    group_name: str | UnsetType = UNSET
    status: int | UnsetType | None = UNSET
    address: str | UnsetType = UNSET
    space_id: int | UnsetType | None = UNSET
    direction: int | UnsetType | None = UNSET
    longitude: float | UnsetType | None = UNSET
    latitude: float | UnsetType | None = UNSET
    installed_on: str | UnsetType = UNSET
    manager: str | UnsetType = UNSET
    manager_phone: str | UnsetType = UNSET
    remark: str | UnsetType = UNSET

    def values(self) -> dict[str, Any]:
        names = CameraForm.__struct_fields__
        return {name: value for name in names if (value := getattr(self, name)) is not UNSET}


class NewCameraForm(CameraForm, rename="camel", frozen=True, kw_only=True):
    iot_id: str


class AddedCamera(msgspec.Struct, rename="camel", frozen=True):
    id: str


class CameraDevice(msgspec.Struct, rename="camel", frozen=True):
    """A camera of the community of which nothing is known yet."""

    iot_id: str
    device_name: str
    nickname: str
    product_name: str


class CameraDevices(msgspec.Struct, rename="camel", frozen=True):
    """Cameras bound to the community, and the first hundred of those without information."""

    devices: int
    waiting: int
    data: list[CameraDevice]


class CameraGroup(msgspec.Struct, rename="camel", frozen=True):
    name: str
    cameras: int


class ClearForm(msgspec.Struct, rename="camel", frozen=True):
    expected: Annotated[int, Meta(description="How many the confirming person saw; another number refuses.")]
    ids: Annotated[list[int] | None, Meta(description="None: all of the community.")] = None


class CameraBatch(msgspec.Struct, rename="camel", frozen=True):
    """An import or a clearing."""

    id: str
    kind: Annotated[str, Meta(description="import, clear")]
    file_name: str
    created: int
    changed: int
    removed: int
    kept: Annotated[int, Meta(description="Left by undoing, since somebody changed them meanwhile.")]
    state: Annotated[str, Meta(description="done, undone")]
    created_ms: int
    undone_ms: int


def batch_row(row: Batch) -> CameraBatch:
    return CameraBatch(
        id=str(row.batch_id),
        kind=row.kind,
        file_name=row.file_name,
        created=row.created,
        changed=row.changed,
        removed=row.removed,
        kept=row.kept,
        state=row.state,
        created_ms=row.created_ms,
        undone_ms=row.undone_ms,
    )


async def places_of(scope: Scope, db: Reader, community_id: int, cameras: list[Camera]) -> dict[int, str]:
    """Space id → its name behind the names of what it stands in: `1幢/2单元`."""
    ids = sorted({row.space_id for row in cameras if row.space_id is not None})
    if not ids:
        return {}
    root = await spaces.space(scope, db, await spaces.require_root(scope, db, community_id))
    names: dict[int, str] = {}
    for space in await spaces.subtree(scope, db, root):
        above = names.get(space.parent_id or 0, "")
        names[space.space_id] = "" if space.space_id == root.space_id else f"{above}/{space.name}".lstrip("/")
    return {space_id: names[space_id] for space_id in ids if space_id in names}


async def camera_rows(scope: Scope, db: Reader, community_id: int, cameras: list[Camera]) -> list[CameraRow]:
    devices = {
        row.iot_id: row
        for row in await find_devices(scope, db, iot_ids=[camera.iot_id for camera in cameras])
    }
    places = await places_of(scope, db, community_id, cameras)
    signs = await signs_of_life(scope, db, community_id, [camera.iot_id for camera in cameras])
    rows = []
    for camera_row in cameras:
        device = devices.get(camera_row.iot_id)
        values = {**camera_row.values, "space_id": str(camera_row.space_id or "")}
        rows.append(
            CameraRow(
                id=str(camera_row.camera_id),
                iot_id=camera_row.iot_id,
                device_name=camera_row.device_name,
                product_key=camera_row.product_key,
                product_name=device.product_name if device else "",
                state=_state(device, signs.get(camera_row.iot_id)),
                has_password=bool(camera_row.password_sealed),
                place=places.get(camera_row.space_id or 0, ""),
                created_ms=camera_row.created_ms,
                changed_ms=camera_row.changed_ms,
                **values,
            )
        )
    return rows


def _state(device: DeviceRow | None, is_online: bool | None) -> str:
    """`is_online`: of a camera that comes by GB/T 28181 and never connects as a thing; None: another one."""
    if device is None or is_online is None or device.state == "disabled":
        return device.state if device is not None else ""
    return "online" if is_online else "offline"
