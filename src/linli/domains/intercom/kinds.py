"""What this room brings to doors: kinds, credentials and bodies of desired rows. Source: spec A 4.2.

No password is in a body: it is read, sealed, when the account is carried.
"""

from typing import Final

import msgspec

NUMBER: Final = "intercom.number"
ROOMS: Final = "intercom.rooms"
MODE: Final = "intercom.mode"
KINDS: Final = (NUMBER, ROOMS, MODE)
NAMES: Final = {NUMBER: "SyncSipNumber", ROOMS: "SyncGroupIdAndRoomId", MODE: "ExtInfo"}
"""What carries a kind: two services and a property of the door's thing model."""
CREDENTIALS: Final = {NUMBER: "sip", ROOMS: "map", MODE: "ext"}
"""A door has one row of each kind."""
SOURCE: Final = "intercom"


class NumberBody(msgspec.Struct, frozen=True):
    """The account that a door logs in with."""

    number: str
    host: str
    port: str
    issued_ms: int
    """Another password is another issue."""


class RoomsBody(msgspec.Struct, frozen=True):
    """The rooms that can be keyed at a door."""

    count: int
    digest: str
    """Of the list as the door gets it."""


class ModeBody(msgspec.Struct, frozen=True):
    """How rooms are keyed."""

    mode: int
    """0: the house alone; 1: building, unit and house."""


def encode(body: msgspec.Struct) -> str:
    return msgspec.json.encode(body).decode()
