"""The edge bus call that lists the sub-devices of gateways with their tags. Source: spec D 4.1.

    request   {srcApp}/request/linkedge/getDeviceList             of every gateway of the group
              {srcApp}/request/linkedge/{pk}/{dn}/getDeviceList   of one gateway
    reply     linkedge/response/{srcApp}/…getDeviceList           the same tail

Pure. Used by both servers of the bus: the platform for an app's gateways, an edge box for its own.
"""

from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

METHOD: Final = "getDeviceList"
VERSION: Final = "1.0"
PATHS: Final = (
    f"{{srcApp}}/request/linkedge/{METHOD}",
    f"{{srcApp}}/request/linkedge/{{pk}}/{{dn}}/{METHOD}",
)
"""The request topics as in the list of APIs."""
OK, BAD_REQUEST, NO_GATEWAY, GATEWAY_FAILED = 0, 460, 404, 500
"""`code` of a reply or of one gateway in it."""

ActivationState = Literal["activated", "notActivated", "activationFailed"]


class Question(NamedTuple):
    """A request topic, read. `gateway` is (product key, device name), None for all of the group."""

    source: str
    gateway: tuple[str, str] | None

    @property
    def reply_topic(self) -> str:
        where = "" if self.gateway is None else f"{self.gateway[0]}/{self.gateway[1]}/"
        return f"linkedge/response/{self.source}/{where}{METHOD}"


class ListRequest(msgspec.Struct, rename="camel"):
    request_id: Annotated[str, Meta(min_length=1, max_length=128)]
    timestamp: int | None = None
    """When it was asked, ms."""
    timeout: Annotated[int, Meta(ge=1, le=120)] = 4
    """Seconds to answer in."""
    version: str = VERSION


class DeviceTag(msgspec.Struct):
    key: str
    value: str


class ListedDevice(msgspec.Struct, kw_only=True):
    """One sub-device."""

    product_key: str
    device_name: str
    nick_name: str
    local_online: bool
    """Whether it is connected to its gateway."""
    cloud_online: bool
    """Whether it is connected to the platform."""
    activation: ActivationState
    tags: dict[str, str]


class ListedGateway(msgspec.Struct, kw_only=True):
    """One gateway of a group. One that fails has its own code and message, and the others still answer."""

    product_key: str
    device_name: str
    devices: list[ListedDevice] = []
    code: int = OK
    message: str = "success"


class BadRequest(ValueError):
    """The request cannot be read; `request_id` is what could be read of it."""

    def __init__(self, request_id: str, why: str) -> None:
        super().__init__(why)
        self.request_id = request_id


class _OnlyId(msgspec.Struct, rename="camel"):
    request_id: str = ""


def requests_of(source: str) -> tuple[str, str]:
    """The topics that an app may ask on."""
    return f"{source}/request/linkedge/{METHOD}", f"{source}/request/linkedge/+/+/{METHOD}"


def replies_to(source: str) -> str:
    """The filter that covers all replies to an app."""
    return f"linkedge/response/{source}/#"


def read_topic(topic: str) -> Question | None:
    """Read a request topic; None if it is none."""
    levels = topic.split("/")
    if len(levels) < 4 or levels[1:3] != ["request", "linkedge"] or levels[-1] != METHOD or not levels[0]:
        return None
    between = levels[3:-1]
    if not between:
        return Question(levels[0], None)
    if len(between) != 2 or not all(between):
        return None
    return Question(levels[0], (between[0], between[1]))


def read_request(payload: bytes) -> ListRequest:
    """Raises BadRequest."""
    try:
        return msgspec.json.decode(payload, type=ListRequest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(_id_of(payload), str(error)) from None


def _id_of(payload: bytes) -> str:
    try:
        return msgspec.json.decode(payload, type=_OnlyId).request_id[:128]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def group_reply(request_id: str, gateways: list[ListedGateway], *, now_ms: int) -> bytes:
    """The answer about every gateway of the group."""
    params = [
        {
            "gwProductKey": gateway.product_key,
            "gwDeviceName": gateway.device_name,
            "code": gateway.code,
            "message": gateway.message,
            "deviceList": [
                {**_device(device), "nickName": device.nick_name, "tags": _tags(device)}
                for device in gateway.devices
            ],
        }
        for gateway in gateways
    ]
    return _reply(request_id, OK, "success", params, now_ms)


def gateway_reply(request_id: str, devices: list[ListedDevice], *, now_ms: int) -> bytes:
    """The answer about one gateway; here the tags are called `tag`."""
    params = [{**_device(device), "tag": _tags(device)} for device in devices]
    return _reply(request_id, OK, "success", params, now_ms)


def failure(request_id: str, code: int, message: str, *, now_ms: int) -> bytes:
    return _reply(request_id, code, message, [], now_ms)


def _device(device: ListedDevice) -> dict[str, object]:
    return {
        "productKey": device.product_key,
        "deviceName": device.device_name,
        "localOnline": _text(device.local_online),
        "cloudOnline": _text(device.cloud_online),
        "activationState": device.activation,
    }


def _text(value: bool) -> str:
    """Strings on the wire."""
    return "true" if value else "false"


def _tags(device: ListedDevice) -> list[DeviceTag]:
    return [DeviceTag(key, value) for key, value in device.tags.items()]


def _reply(request_id: str, code: int, message: str, params: list[dict[str, object]], now_ms: int) -> bytes:
    return msgspec.json.encode(
        {
            "requestId": request_id,
            "timestamp": now_ms,
            "version": VERSION,
            "code": code,
            "message": message,
            "params": params,
        }
    )
