"""The cameras of this box as the cloud names them, and as adapters do."""

from collections.abc import Iterable
from typing import Any, Final

from linli.protocols.edge_link import SecurityCamera
from linli.protocols.event_api import Code, Fields, Refused

BEHIND: Final = 3
"""deviceType of a camera behind an NVR: only such a one has a channel."""


class Cameras:
    def __init__(self, cameras: Iterable[SecurityCamera] = ()) -> None:
        self.all = list(cameras)
        self._by_key = {(each.product_key, each.device_name): each for each in self.all}
        self._by_address = {_address(each.ip, each.device_type, each.channel): each for each in self.all}

    def named(self, fields: Fields) -> SecurityCamera:
        """By `productKey` and `deviceName`. Raises Refused."""
        key = fields.text("productKey", most=64), fields.text("deviceName", most=64)
        result = self._by_key.get(key)
        if result is None:
            raise Refused(Code.NO_DEVICE)
        return result

    def at(self, fields: Fields, manufacture: str | None = None) -> SecurityCamera:
        """By `ip`, `deviceType` and, of a camera behind an NVR, `channel`. Raises Refused."""
        ip = fields.text("ip", most=253)
        kind = fields.one_of("deviceType", among=(1, 2, BEHIND))
        channel = fields.whole("channel", low=0, high=65_535) if kind == BEHIND else None
        result = self._by_address.get(_address(ip, kind, channel))
        if result is None or manufacture not in (None, result.manufacture):
            raise Refused(Code.NO_DEVICE)
        return result

    def of(self, manufacture: str) -> list[SecurityCamera]:
        return [each for each in self.all if each.manufacture == manufacture]


def _address(ip: str, kind: int, channel: int | None) -> tuple[str, int, int | None]:
    return ip, kind, channel if kind == BEHIND else None


def address(camera: SecurityCamera) -> dict[str, Any]:
    """The camera as a call names it."""
    place: dict[str, Any] = {"ip": camera.ip, "deviceType": camera.device_type}
    return {**place, "channel": camera.channel} if camera.device_type == BEHIND else place


def listed(camera: SecurityCamera) -> dict[str, Any]:
    """The camera as `getConfig` tells it (spec H 2.5), with its accounts."""
    row: dict[str, Any] = {
        "manufacture": camera.manufacture,
        **address(camera),
        "port": camera.port,
        "username": camera.username,
        "password": camera.password,
    }
    if camera.device_type == BEHIND:
        row |= {
            "childIp": camera.child_ip,
            "childPort": camera.child_port,
            "childUsername": camera.child_username,
            "childPassword": camera.child_password,
        }
    return row
