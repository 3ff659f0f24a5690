"""Cameras and recorders as the box keeps them. Spec D §2 (VideoDevice), 4.2."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.protocols.edge_link import DeviceKey

IPC, NVR, CHANNEL = "ipc", "nvr", "channel"
"""A camera by itself (无NVR接入), a recorder, and a camera that a recorder told."""
type Kind = Literal["ipc", "nvr", "channel"]
HIKVISION, DAHUA, ONVIF, GB = "hikvision", "dahua", "onvif", "gb"

MODELS: Final[dict[str, tuple[str, str, str]]] = {
    "community/security/ipcamera": ("普通摄像头", "Camera", IPC),
    "community/security/tptzcamera": ("违停球相机", "Illegal-parking PTZ camera", IPC),
    "community/security/frcamera": ("人脸抓拍机", "Face capture camera", IPC),
    "community/security/pmcamera": ("周界相机", "Perimeter camera", IPC),
    "community/security/nnvr": ("普通NVR", "Recorder", NVR),
    "community/security/invr": ("智能分析NVR", "Analysing recorder", NVR),
    "community/security/frnvr": ("人脸识别NVR", "Face recorder", NVR),
}
"""Category of the device in the cloud: its names, and what it is for."""

SINGLE_MOST: Final = 256
"""Cameras of a gateway of the single edition."""
INSTANCE_MOST: Final = 256
"""Cameras and recorders of an instance of the three-instance edition."""
INSTANCES: Final = 3

type Word = Annotated[str, Meta(max_length=64)]


class DeviceForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an installer fills in. `remark` may say the model as the source does: `"CategoryCode":"community/…"`."""

    name: Annotated[str, Meta(max_length=32)]
    alias: Word = ""
    kind: Literal["ipc", "nvr"]
    model: Annotated[str, Meta(max_length=64)] = ""
    protocol: Literal["hikvision", "dahua", "onvif", "gb"] = "onvif"
    ip: Annotated[str, Meta(max_length=45)]
    port: Annotated[int, Meta(ge=1, le=65535)] = 80
    user: Annotated[str, Meta(max_length=64)] = ""
    password: Annotated[str, Meta(max_length=128)] = ""
    remark: Annotated[str, Meta(max_length=200)] = ""
    endpoint: Annotated[str, Meta(max_length=128)] = ""
    """Its id in discovery; empty: its address was typed in."""


class ChangeForm(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Another address or log-in of a camera or recorder, or whether motion alarms. An empty password stays as it is."""

    no: Annotated[int, Meta(ge=1)]
    ip: Annotated[str, Meta(max_length=45)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    user: Annotated[str, Meta(max_length=64)] = ""
    password: Annotated[str, Meta(max_length=128)] = ""
    motion: bool | None = None
    """Whether motion is an alarm too; None: as it is."""


class VideoDevice(msgspec.Struct, frozen=True, kw_only=True):
    """`no` is the box's own number. A channel has its recorder's in `parent`, and no address or password of its own."""

    no: int
    instance: int
    kind: Kind
    name: str
    alias: str
    model: str
    protocol: str
    ip: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    remark: str = ""
    parent: int = 0
    channel: int = 0
    space: str = ""
    source: str = ""
    """Token of the recorder's video source."""
    endpoint: str = ""
    """Its id in discovery."""
    motion: bool = False
    """Whether motion is an alarm too; of a recorder: of all its cameras."""
    identity: DeviceKey | None = None


class Added(msgspec.Struct, frozen=True, rename="camel"):
    """`why` tells what kept it from being reached: it is kept all the same."""

    no: int
    instance: int
    cameras: int = 0
    why: str = ""
    detail: str = ""


class Certificate(msgspec.Struct, frozen=True):
    """A line of 设备证书.csv."""

    product_key: str
    device_name: str
    device_secret: str

    @property
    def key(self) -> DeviceKey:
        return DeviceKey(
            product_key=self.product_key, device_name=self.device_name, device_secret=self.device_secret
        )


class Local(msgspec.Struct, frozen=True, kw_only=True):
    """How a device answers on the LAN (本地连接)."""

    online: bool = False
    why: str = "waits"
    """Of `errors.reason`; empty while it is online."""
    detail: str = ""
    seen_ms: int = 0
    maker: str = ""
    model: str = ""
    clock_off_ms: int = 0
    """The camera's clock beside the box's."""
