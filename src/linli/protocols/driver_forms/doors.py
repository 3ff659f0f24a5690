"""Device forms of the official door protocols. Source: spec C 8.4 (form A), 8.5 (form B), 8.6 (form C).

The source prints these forms as labels only; the wire names are ours.
"""

import ipaddress
from typing import Annotated, Final, Literal

from msgspec import Meta

from linli.protocols.driver_forms.base import DriverConfig

FaceMode = Literal["edge", "device"]
"""The place of comparison: the box (边侧), or the door with features from the box (端侧)."""
AccessType = Literal["face", "qrcode", "card", "bluetooth", "video"]
ACCESS_TYPES: Final[tuple[AccessType, ...]] = ("face", "qrcode", "card", "bluetooth", "video")
"""In the order of the suffixes .1 to .5 of a DeviceName."""
Celsius = Annotated[str, Meta(pattern=r"^(3\d|4[0-4])\.\d$|^45\.0$")]
"""30.0 to 45.0 with one decimal."""
Port = Annotated[int, Meta(ge=0, le=65535)]
Address = Annotated[str, Meta(max_length=15)]
SIMILARITY: Final = 55
"""Percent, as in every guide."""


class DoorFields(DriverConfig, frozen=True, kw_only=True):
    """The common part of all three forms."""

    brand: Annotated[str, Meta(max_length=64)] = ""
    """The vendor whose preset filled the form, as in the vendor catalogue."""
    ip: Address
    face_similarity: Annotated[int, Meta(ge=0, le=100)] = SIMILARITY
    """Percent."""
    face_compare_mode: FaceMode = "edge"
    is_check: Annotated[int, Meta(ge=0, le=1)] = 0
    """Whether the door takes temperatures."""
    max_threshold: Celsius | None = None
    min_threshold: Celsius | None = None
    algorithm_provider: Literal["", "other"] = ""
    """Filled in by the platform where a door compares itself."""
    algorithm_ip: Address = ""
    """Where features are made for a door that compares itself."""
    algorithm_port: Port = 0

    def __post_init__(self) -> None:
        for field, value in (("ip", self.ip), ("algorithmIp", self.algorithm_ip or "0.0.0.0")):
            try:
                ipaddress.IPv4Address(value)
            except ValueError:
                raise ValueError(f"{field}: must be an IPv4 address") from None
        if self.is_check:
            if self.max_threshold is None or self.min_threshold is None:
                raise ValueError("maxThreshold: both limits are required when temperatures are taken")
            if float(self.min_threshold) >= float(self.max_threshold):
                raise ValueError("minThreshold: must be below maxThreshold")


class DoorDevice(DoorFields, frozen=True, kw_only=True):
    """Form A: one device for one ability of a machine."""

    access_type: AccessType
    port: Port
    """Of the machine itself. 0: it serves none, the box never calls it."""


class DoorSystemDevice(DoorDevice, frozen=True, kw_only=True):
    """Form B: form A, and the number that the integrator's server gives each door. `ip` is the server's."""

    unique_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9\-_@.:]{4,32}$")]
    """设备唯一标识: the server's `sn` when it connects for this door."""


class TerminalForm(DriverConfig, frozen=True, kw_only=True):
    """Form C as people fill it in: it asks for the model's needs; the rest comes from the catalogue. Spec C 8.6."""

    brand: Annotated[str, Meta(min_length=1, max_length=64)]
    model: Annotated[str, Meta(min_length=1, max_length=64)]
    ip: Annotated[str, Meta(max_length=15, extra_json_schema={"format": "ipv4"})]
    algorithm_ip: Annotated[str, Meta(max_length=15, extra_json_schema={"format": "ipv4"})] | None = None
    algorithm_port: Port | None = None
    face_similarity: Annotated[int, Meta(ge=0, le=100)] | None = None
    is_check: Annotated[int, Meta(ge=0, le=1)] | None = None
    max_threshold: Celsius | None = None
    min_threshold: Celsius | None = None
    elevator_connected: Annotated[int, Meta(ge=0, le=1)] | None = None
    port: Port | None = None
    """Only where the catalogue does not know it."""
    video_port: Port | None = None


class DoorTerminal(DoorFields, frozen=True, kw_only=True):
    """Form C: one device for a machine. Its port, abilities and face mode are those of its model.

    The catalogue of brands and models fills `abilities`, `port` and `faceCompareMode` in, so that people choose only a
    model.
    """

    model: Annotated[str, Meta(max_length=64)] = ""
    port: Port
    video_port: Port = 0
    """Of the intercom; 0: the same port."""
    abilities: Annotated[
        list[Literal["face", "qrcode", "card", "bluetooth", "video", "elevator"]], Meta(min_length=1)
    ]
    elevator_connected: Annotated[int, Meta(ge=0, le=1)] = 0
    """Whether the machine is wired to a lift controller."""
