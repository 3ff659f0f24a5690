"""Forms of lane cameras (车道一体机): how the box knows them, and what hangs on them."""

import ipaddress
from typing import Annotated, Final, Literal

from msgspec import Meta

from linli.protocols.driver_forms.base import DriverConfig, Secret

PLATE_PUSH: Final = "车牌相机 HTTP 推送协议"
DAHUA_ITSAPI: Final = "大华 ITSAPI 推送协议"
HIKVISION_ISAPI: Final = "海康 ISAPI 报警推送协议"


class PlateCamera(DriverConfig, frozen=True, kw_only=True):
    """One lane's camera, known by the serial number that it pushes."""

    serial_number: Annotated[str, Meta(pattern=r"^[0-9A-Za-z\-_.:]{4,64}$")]
    """`serialno`, as on its label or its own page."""
    ip: Annotated[str, Meta(max_length=15)] = ""
    """Where alone it may call from; empty: from anywhere on the LAN."""
    gate_output: Annotated[int, Meta(ge=0, le=3)] = 0
    """The relay that moves the barrier."""
    display: Literal["none", "gbk", "gbk_qr"] = "none"
    """What hangs on its serial port: nothing that is told by itself, or a display that takes GBK text as it comes;
    `gbk_qr`: and draws the address that follows as a QR code."""
    display_channel: Annotated[int, Meta(ge=0, le=1)] = 0

    def __post_init__(self) -> None:
        if self.ip:
            try:
                ipaddress.IPv4Address(self.ip)
            except ValueError:
                raise ValueError("ip: must be an IPv4 address") from None


class DahuaCamera(DriverConfig, frozen=True, kw_only=True):
    """One lane's camera; its log-in counts for its pushes and for the box's calls."""

    device_id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z\-_.:]{1,64}$")]
    """`DeviceID`, as set for ITSAPI in the camera."""
    ip: Annotated[str, Meta(min_length=7, max_length=15, extra_json_schema={"format": "ipv4"})]
    http_port: Annotated[int, Meta(ge=1, le=65535)] = 80
    username: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[Secret, Meta(min_length=1)]
    channel: Annotated[int, Meta(ge=1, le=16)] = 1

    def __post_init__(self) -> None:
        try:
            ipaddress.IPv4Address(self.ip)
        except ValueError:
            raise ValueError("ip: must be an IPv4 address") from None


class HikvisionCamera(DriverConfig, frozen=True, kw_only=True):
    """One lane's camera; the box opens by its log-in."""

    mac_address: Annotated[str, Meta(pattern=r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$")]
    """As alarms tell it."""
    ip: Annotated[str, Meta(min_length=7, max_length=15, extra_json_schema={"format": "ipv4"})]
    http_port: Annotated[int, Meta(ge=1, le=65535)] = 80
    username: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[Secret, Meta(min_length=1)]
    channel: Annotated[int, Meta(ge=1, le=16)] = 1
    push_digest: bool = False
    """Its alarms prove themselves by the same log-in (HTTP listening with MD5digest)."""

    def __post_init__(self) -> None:
        try:
            ipaddress.IPv4Address(self.ip)
        except ValueError:
            raise ValueError("ip: must be an IPv4 address") from None

    @property
    def mac(self) -> str:
        return self.mac_address.lower().replace("-", ":")
