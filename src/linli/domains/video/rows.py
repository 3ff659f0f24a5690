"""Rows of cameras, also as the data model VideoDeviceInfo has them (spec B §2.11), and of devices by GB/T 28181."""

from typing import Any, NamedTuple

from linli.domains.video.camera_rules import FIELDS


class Camera(NamedTuple):
    """A row of `cameras`, in the order of the columns."""

    camera_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    product_key: str
    device_name: str
    name: str
    brand: str
    product_model: str
    resolution: str
    protocol: int | None
    ip: str
    port: int | None
    nvr_ip: str
    channel: str
    url: str
    username: str
    password_sealed: str
    group_name: str
    status: int
    address: str
    space_id: int | None
    direction: int | None
    longitude: float | None
    latitude: float | None
    installed_on: str
    manager: str
    manager_phone: str
    remark: str
    created_ms: int
    changed_ms: int

    @property
    def values(self) -> dict[str, Any]:
        """The fields that people filled in, without the password."""
        return {name: getattr(self, name) for name in FIELDS if name != "password"}


class Batch(NamedTuple):
    """A row of `camera_batches`, in the order of the columns."""

    batch_id: int
    tenant_id: str
    community_id: int
    kind: str
    file_name: str
    created: int
    changed: int
    removed: int
    kept: int
    state: str
    by_id: str
    created_ms: int
    undone_ms: int


class BatchRow(NamedTuple):
    """A row of `camera_batch_rows`, in the order of the columns."""

    batch_id: int
    position: int
    tenant_id: str
    community_id: int
    camera_id: int
    iot_id: str
    before: str
    after: str
    before_sealed: str
    after_sealed: str


def data_row(camera: Camera) -> dict[str, Any]:
    """The row of VideoDeviceInfo 1.1: no account and no password of the camera is in it."""
    texts = {
        "deviceId": camera.iot_id,
        "name": camera.name,
        "brand": camera.brand,
        "productModel": camera.product_model,
        "resolution": camera.resolution,
        "ip": camera.ip,
        "channel": camera.channel,
        "groupName": camera.group_name,
        "url": camera.url,
        "status": str(camera.status),
        "address": camera.address,
        "remark": camera.remark,
    }
    return {**texts, "longitude": camera.longitude, "latitude": camera.latitude}


class GbDevice(NamedTuple):
    """A row of `gb_devices`, in the order of the columns."""

    device_id: int
    tenant_id: str
    community_id: int
    gb_id: str
    name: str
    password_sealed: str
    way: str
    product_key: str
    maker: str
    model: str
    state: str
    transport: str
    host: str
    port: int
    trouble: str
    trouble_host: str
    trouble_ms: int
    registered_ms: int
    created_ms: int
    changed_ms: int
    subscribes: str = "catalogue,alarm"


class GbChannel(NamedTuple):
    """A row of `gb_channels`, in the order of the columns."""

    channel_id: int
    tenant_id: str
    community_id: int
    device_id: int
    channel: str
    name: str
    maker: str
    model: str
    steers: int
    online: int
    iot_id: str
    changed_ms: int
    listed: int = 1
    longitude: float | None = None
    latitude: float | None = None
    place_time: str = ""
    place_ms: int = 0


def seal_about(gb_id: str) -> str:
    return f"gb28181:{gb_id}"
