"""Connecting, heartbeat, opening from afar, alarms, keep-open and the temperature rule. Source: spec G 3.1, A1-A7."""

import ipaddress
from decimal import Decimal as Number
from typing import Annotated, Literal

from msgspec import Meta

from linli.protocols.door_http.messages.base import Answer, Decimal, Key, Request, Switch, Token, Wire

INVALID_CARD, INVALID_BLE_CARD = 2, 3
"""Alarms that name a card."""


class Connect(Wire, frozen=True, kw_only=True):
    sn: Annotated[str, Meta(pattern=r"^[A-Za-z0-9\-_@.:]{4,32}$")]
    time: int
    """UTC, in seconds."""
    ip: Annotated[str, Meta(max_length=15)]
    mac: Annotated[str, Meta(min_length=1, max_length=32)]
    keepalive: Annotated[int, Meta(ge=10, le=120)]
    """Seconds between two heartbeats."""
    sign_method: Literal["md5", "sha1", "sha256"]
    sign: Annotated[str, Meta(max_length=64)]

    def __post_init__(self) -> None:
        try:
            ipaddress.IPv4Address(self.ip)
        except ValueError:
            raise ValueError("ip must be an IPv4 address") from None


class TokenData(Wire, frozen=True, kw_only=True):
    token: Token


class ConnectAnswer(Answer, frozen=True, kw_only=True):
    data: TokenData


class Keepalive(Request, frozen=True, kw_only=True):
    pass


class RemoteOpen(Request, frozen=True, kw_only=True):
    pass


class AlarmEvent(Request, frozen=True, kw_only=True):
    alarm_type: Annotated[int, Meta(ge=0, le=7)]
    """0/1 tamper and its end, 2 invalid card, 3 invalid BLE card, 4/5 forced open, 6/7 held open too long."""
    card_id: Key | None = None

    def __post_init__(self) -> None:
        if self.alarm_type in (INVALID_CARD, INVALID_BLE_CARD) and self.card_id is None:
            raise ValueError("cardId is required when alarmType is 2 or 3")


class KeepOpen(Wire, frozen=True, kw_only=True):
    keep_open: Switch


class SetKeepOpen(Request, frozen=True, kw_only=True):
    data: KeepOpen | Annotated[list[KeepOpen], Meta(min_length=1, max_length=1)]
    """An object as in the example. The table calls it an array, so an array of one element is read too (spec G 11, row
    2)."""

    @property
    def keep_open(self) -> int:
        return self.data[0].keep_open if isinstance(self.data, list) else self.data.keep_open


class GetKeepOpen(Request, frozen=True, kw_only=True):
    pass


class KeepOpenAnswer(Answer, frozen=True, kw_only=True):
    data: KeepOpen


class TemperatureRule(Wire, frozen=True, kw_only=True):
    """A person warmer or colder than the limits may not pass. Degrees Celsius."""

    is_check: Switch
    max_threshold: Decimal | None = None
    min_threshold: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.is_check:
            return
        if self.max_threshold is None or self.min_threshold is None:
            raise ValueError("maxThreshold and minThreshold are required when isCheck is 1")
        if Number(self.min_threshold) > Number(self.max_threshold):
            raise ValueError("minThreshold is above maxThreshold")

    def lets_pass(self, temperature: str | None) -> bool:
        """A person without a measured temperature does not pass a door that checks it."""
        if not self.is_check:
            return True
        if temperature is None or self.min_threshold is None or self.max_threshold is None:
            return False
        return Number(self.min_threshold) <= Number(temperature) <= Number(self.max_threshold)


class SetTemperatureRule(Request, frozen=True, kw_only=True):
    data: TemperatureRule
