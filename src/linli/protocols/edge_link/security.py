"""Smart security between box and cloud: the cameras of adapters, alarms and captures, how adapters are."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

SECURITY_CONFIG: Final = "/edge/security/config"
"""GET; answers `SecurityConfig`."""
SECURITY_PICTURES: Final = "/edge/security/pictures"
"""POST, body a picture, `x-linli-for` productKey/deviceName; answers `SecurityPicture`."""
SECURITY_REPORTS: Final = "/edge/security/reports"
"""POST `SecurityReport`; one that is sent again is kept once."""
SECURITY_STATE: Final = "/edge/security/state"
"""POST `SecurityState`."""
SECURITY_NEWS: Final = "security"
"""`what` of a refresh: other cameras, or a confirmed adapter."""
CAMERAS_MOST: Final = 2000


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class SecurityCamera(_Struct, frozen=True, kw_only=True):
    """A camera as adapters know it (spec H 2.5), with its device in the cloud."""

    product_key: str
    device_name: str
    manufacture: str
    device_type: Literal[1, 2, 3] = 2
    """1 NVR, 2 camera by itself, 3 camera behind an NVR."""
    ip: str = ""
    """Of the NVR, for a camera behind one; port, user and password too."""
    port: int = 0
    username: str = ""
    password: str = ""
    channel: int | None = None
    child_ip: str = ""
    child_port: int = 0
    child_username: str = ""
    child_password: str = ""


class AdapterAddress(_Struct, frozen=True, kw_only=True):
    manufacture: str
    ip: str


class SecurityConfig(_Struct, frozen=True, kw_only=True):
    cameras: list[SecurityCamera] = []
    confirmed: list[AdapterAddress] = []
    """Addresses that a person let an adapter move to."""


class SecurityPicture(_Struct, frozen=True, kw_only=True):
    key: str


class CameraNotice(_Struct, frozen=True):
    """What a camera tells of by itself. `method`, `kind`: as GB/T 28181 has them. `times`: since it was last told."""

    method: Annotated[int, Meta(ge=1, le=7)]
    kind: Annotated[int, Meta(ge=0, le=99)] = 0
    text: Annotated[str, Meta(max_length=512)] = ""
    times: Annotated[int, Meta(ge=1, le=100_000)] = 1


class SecurityReport(_Struct, frozen=True, kw_only=True):
    """One target of an alarm, or a capture. Pictures are keys that the cloud gave."""

    id: Annotated[str, Meta(min_length=8, max_length=64)]
    kind: Literal["alarm", "capture"]
    product_key: Annotated[str, Meta(min_length=1, max_length=64)]
    device_name: Annotated[str, Meta(min_length=1, max_length=64)]
    at_s: Annotated[int, Meta(ge=0, le=4_102_444_800)]
    event_id: Annotated[str, Meta(max_length=128)] = ""
    event_type: int = 0
    status: int | None = None
    confidence: int | None = None
    corners: Annotated[list[int], Meta(max_length=4)] = []
    details: dict[str, Any] = {}
    ext_info: Annotated[str, Meta(max_length=4096)] = ""
    task_id: Annotated[str, Meta(max_length=64)] = ""
    notice: CameraNotice | None = None
    """Of an alarm of the camera itself; such a one has no type of the event API."""
    scene: str = ""
    target: str = ""
    library_face: str = ""


class AdapterState(_Struct, frozen=True, kw_only=True):
    manufacture: str
    ip: str
    port: int
    since_ms: int
    reached: bool = True
    """Whether it answered when it was last asked."""
    stranger: Annotated[str, Meta(max_length=45)] = ""
    """Another address that logged in for this brand, and was refused."""


class CameraState(_Struct, frozen=True, kw_only=True):
    product_key: str
    device_name: str
    ok: bool
    why: Annotated[str, Meta(max_length=200)] = ""


class SecurityState(_Struct, frozen=True, kw_only=True):
    adapters: Annotated[list[AdapterState], Meta(max_length=16)] = []
    cameras: Annotated[list[CameraState], Meta(max_length=CAMERAS_MOST)] = []
