"""What the box and the helper that changes its network as root say to each other over a Unix socket.

One connection, one order: a line of JSON, then lines of answers until the last. While a change is on trial the helper,
which reaches no network itself, asks the box whether the cloud answers; a box that is gone does not, and the change is
taken back.
"""

import socket
import time
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.edge.services.network.hand import Diff, Now
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import Fault, Plan
from linli.edge.services.network.trial import LinkOutcome

LINE_BYTES: Final = 64 * 1024
"""Of an order, and of the box's answers."""
ANSWER_BYTES: Final = 4 * 1024 * 1024
"""Of the helper's: it shows whole files."""

WRITE_S: Final = 15.0

type _Why = Annotated[str, Meta(max_length=500)]


class _Order(msgspec.Struct, frozen=True, tag_field="do", forbid_unknown_fields=True):
    pass


class Look(_Order, frozen=True, tag="look"):
    pass


class Check(_Order, frozen=True, tag="check"):
    plan: Plan


class Apply(_Order, frozen=True, tag="apply"):
    plan: Plan


class TryOut(_Order, frozen=True, tag="try"):
    plan: Plan
    active: bool
    """Whether the box has a cloud to ask."""


class Undo(_Order, frozen=True, tag="undo"):
    pass


class Link(_Order, frozen=True, tag="link"):
    link: ModemLink
    fresh: bool
    active: bool


type Order = Look | Check | Apply | TryOut | Undo | Link


class Reached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box's answer to `Ask`; empty: the cloud answered."""

    why: _Why


class _Answer(msgspec.Struct, frozen=True, tag_field="say"):
    pass


class Ask(_Answer, frozen=True, tag="ask"):
    """Does the cloud answer? `Reached` is the answer."""


class Seen(_Answer, frozen=True, tag="seen"):
    now: Now


class Differs(_Answer, frozen=True, tag="differs"):
    changes: list[Diff]


class Wrote(_Answer, frozen=True, tag="wrote"):
    """The last answer, but of `TryOut`, which goes on until `Ended`."""

    names: list[str]


class Linked(_Answer, frozen=True, tag="linked"):
    outcome: LinkOutcome


class Ended(_Answer, frozen=True, tag="ended"):
    """A trial came to its end; the helper's next `Seen` says to which."""


class Refused(_Answer, frozen=True, tag="refused"):
    """`faults` of `faulty`; `why` of `failed`, in the system's words."""

    code: Literal["faulty", "on_trial", "nothing_to_undo", "failed", "not_understood", "busy"]
    why: str = ""
    faults: list[Fault] = []


type Answer = Ask | Seen | Differs | Wrote | Linked | Ended | Refused

ORDER: Final = msgspec.json.Decoder(Look | Check | Apply | TryOut | Undo | Link)
REACHED: Final = msgspec.json.Decoder(Reached)
ANSWER: Final = msgspec.json.Decoder(Ask | Seen | Differs | Wrote | Linked | Ended | Refused)


class TooLong(ValueError):
    """A line of more bytes than it may have."""


class Lines:
    """Lines of JSON over a connected socket."""

    def __init__(self, end: socket.socket, most: int) -> None:
        self._end = end
        self._most = most
        self._rest = b""

    def read(self, seconds: float) -> bytes:
        """A whole line within this time. Raises EOFError, TooLong, OSError (TimeoutError)."""
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            if len(self._rest) > self._most:
                raise TooLong("the line is too long")
            self._end.settimeout(max(0.001, until - time.monotonic()))
            part = self._end.recv(64 * 1024)
            if not part:
                raise EOFError
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        if len(line) > self._most:
            raise TooLong("the line is too long")
        return line

    def write(self, message: msgspec.Struct) -> None:
        """Raises OSError."""
        self._end.settimeout(WRITE_S)
        self._end.sendall(msgspec.json.encode(message) + b"\n")
