"""Activation: the box calls home with its serial number and code, and gets the identity of a gateway device."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

ACTIVATE: Final = "/edge/activate"
"""POST, unsigned: the activation code proves the box."""
SERIAL_PATTERN: Final = r"^[0-9A-Za-z][0-9A-Za-z._-]{3,63}$"
CODE_PATTERN: Final = r"^[0-9A-Za-z-]{6,64}$"


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class ActivationRequest(_Struct, frozen=True, kw_only=True):
    serial_number: Annotated[str, Meta(pattern=SERIAL_PATTERN)]
    activation_code: Annotated[str, Meta(pattern=CODE_PATTERN)]
    model: Annotated[str, Meta(max_length=64)]
    hardware_id: Annotated[str, Meta(min_length=16, max_length=128)]
    """Of the machine itself: the same box may activate again, another one may not."""
    version: Annotated[str, Meta(min_length=1, max_length=32)]
    nonce: Annotated[str, Meta(min_length=8, max_length=64)]
    time: int
    """UTC ms by the box's own clock, which may be wrong."""
    takes_authority: bool = False
    """The box checks the MQTT server's certificate with the authority in the answer."""


class NodeName(_Struct, frozen=True, kw_only=True):
    id: Annotated[str, Meta(min_length=1, max_length=64)]
    name: str


class DeviceKey(_Struct, frozen=True, kw_only=True):
    product_key: Annotated[str, Meta(min_length=1)]
    device_name: Annotated[str, Meta(min_length=1)]
    device_secret: Annotated[str, Meta(min_length=1)]


class MqttAddress(_Struct, frozen=True, kw_only=True):
    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65535)]
    tls: bool = False
    authority: str = ""
    """PEM of the only authority that this front's certificate is checked with; empty: those the system knows."""


class CloudAddress(_Struct, frozen=True, kw_only=True):
    base_url: Annotated[str, Meta(pattern=r"^https?://.+")]
    """Without a slash at its end."""


class Activated(_Struct, frozen=True, kw_only=True):
    """The answer, which the box stores (mode 0600)."""

    node: NodeName
    device: DeviceKey
    mqtt: MqttAddress
    cloud: CloudAddress
    time: int | None = None
    """The cloud's clock, UTC ms."""
    driver_root: str = ""
    """PEM of the key that vouches for the drivers of the box (`trust`); empty for a box of an older version."""


class ErrorCode(StrEnum):
    SERIAL_UNKNOWN = "edge.serial_unknown"
    """404"""
    CODE_WRONG = "edge.code_wrong"
    """403; five of them lock the serial number for ten minutes."""
    LOCKED = "edge.locked"
    """403 while that lock lasts."""
    ALREADY_ACTIVE = "edge.already_active"
    """409: on other hardware."""
    MALFORMED = "edge.malformed"
    """400; `field` says where."""
    SIGNATURE_WRONG = "edge.signature_wrong"
    """401"""


class ErrorBody(_Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of every answer that is no success."""

    code: str
    message: str
    field: str | None = None
