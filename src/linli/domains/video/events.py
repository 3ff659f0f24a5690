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
