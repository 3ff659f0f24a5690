"""One request of a device, and how its handler refuses it."""

from typing import Any

import msgspec

from linli.things.fleet import DeviceEntry
from linli.things.inbox.envelopes import Post
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.session import Session


class Request(msgspec.Struct, gc=False):
    """One request as its handler gets it."""

    uplink: Uplink
    device: DeviceEntry
    """The device that the topic names: a gateway asks on its own topics for its sub-devices."""
    post: Post
    """The envelope with `params` decoded; empty where the topic has none (`Requests.on(envelope=False)`)."""
    now_ms: int

    @property
    def payload(self) -> bytes:
        return self.uplink.payload

    @property
    def security(self) -> str:
        """The protection of its connection (`mqtt.wire`)."""
        return self.uplink.connection.security

    @property
    def session(self) -> Session:
        """The asking connection, for `Publisher.attach`. Another device's only for a sub-device."""
        return self.uplink.session


class RequestRefused(Exception):
    """The answer is `code` with `message` (English, as SDKs log it) and `data`; nothing the handler wrote is kept."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
