"""Events of camera information, raised in the transaction that wrote it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from linli.kernel.events import Event


class CamerasChanged(Event, frozen=True):
    """`written`: cameras as rows of VideoDeviceInfo (spec B §2.11), new or changed. `removed`: iotIds."""

    name: ClassVar[str] = "video.cameras_changed"

    tenant_id: str
    community_id: int
    written: Sequence[dict[str, Any]] = ()
    removed: Sequence[str] = ()


class CamerasSeen(Event, frozen=True):
    """Cameras by GB/T 28181 came online or went offline."""

    name: ClassVar[str] = "video.cameras_seen"

    tenant_id: str
    community_id: int
    iot_ids: Sequence[str]


class CameraAlarmed(Event, frozen=True):
    """A camera told of an alarm by GB/T 28181 or ONVIF, or of the same one several times."""

    name: ClassVar[str] = "video.camera_alarmed"

    tenant_id: str
    iot_id: str
    report_id: str
    code: str
    """Of the camera, the recorder or its alarm input, as the standard numbers them; empty where a box told."""
    method: int
    """1 telephone, 2 device, 3 text message, 4 position, 5 picture, 6 fault, 7 other."""
    kind: int
    """By method, as the standard numbers them; 0: not given."""
    priority: int
    """1 (gravest) to 4; 0: not given."""
    camera_time: str
    """As it was told; empty: not given."""
    text: str
    times: int
