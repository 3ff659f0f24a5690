"""Device forms of 捷顺, the only vendor whose JSON the source prints. Source: spec C 8.8."""

import ipaddress
from typing import Annotated

from msgspec import Meta

from linli.protocols.driver_forms.base import DriverConfig

_HIDDEN = {"writeOnly": True, "format": "password"}


class JieshunRxDoor(DriverConfig, frozen=True, kw_only=True):
    """One door of a controller 门禁领御III: `jieshun_RX`."""

    system_id: Annotated[int, Meta(ge=0)]
    """Of the door system, e.g. 1000."""
    dev_ip: Annotated[str, Meta(max_length=15)]
    """The controller's, the same for all its doors."""
    des_key: Annotated[str, Meta(min_length=8, max_length=8, extra_json_schema=_HIDDEN)]
    """Of the link."""
    dev_id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]+_[1-9][0-9]?$")]
    """`<controller>_<door>`, e.g. 2110_1."""

    def __post_init__(self) -> None:
        try:
            ipaddress.IPv4Address(self.dev_ip)
        except ValueError:
            raise ValueError("devIp: must be an IPv4 address") from None

    @property
    def door(self) -> int:
        return int(self.dev_id.rpartition("_")[2])


class JieshunParkingDoor(DriverConfig, frozen=True, kw_only=True):
    """One 门禁Y08 terminal: `jieshun_parking`, a door driver despite its name (spec C 17, A21)."""

    device_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
    """Digits, e.g. 199118592."""
