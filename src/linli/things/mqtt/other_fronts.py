"""The interface of a front to the other fronts on the same database. Without them (one process) it asks nobody.

A device may connect to any front. A front that takes a device first makes the old front release it: the connection
there ends and the session is written. Only then does the new front load the session and answer the CONNECT.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from linli.things.mqtt.message import Message
from linli.things.mqtt.store import Key


class Shared(NamedTuple):
    """A shared subscription. Its subscribers at all fronts are its group."""

    whose: str
    """appKey, or `{productKey}/{deviceName}`: groups of one name are apart."""
    group: str
    inner: str
    """The filter that topics are matched with."""


class Room(NamedTuple):
    """Members of a group at one front."""

    connected: int
    waiting: int
    """Sessions whose device is away."""


class SharedElsewhere(Protocol):
    """The other fronts with members of groups. Implemented by `things.routing`; all returns at once."""

    def changed(self, shared: Shared, here: Room) -> None:
        """Let the others know who is here."""
        ...

    def matching(self, topic: str) -> Iterable[Shared]:
        """Groups of others that want a topic."""
        ...

    def choose(self, shared: Shared, here: Room, tried: frozenset[str]) -> str:
        """The next front to get a message: fronts with connected members before fronts with absent ones.

        `tried`: fronts that it has been at. Empty: this front, or nobody.
        """
        ...

    def hand(
        self,
        front: str,
        message: Message,
        shared: Shared,
        tried: frozenset[str],
        *,
        back: Callable[[frozenset[str]], object],
    ) -> None:
        """Give it to a front. `back`, with the fronts that it has been at: it could not be sent there."""
        ...


class OtherFronts(Protocol):
    """Implemented by `things.routing`. The plain methods return at once."""

    async def take(self, key: Key, device_no: int, *, style: str) -> bool:
        """Make this front the one that holds the device, before its CONNACK.

        Returns once the front that held it let go, or is given up for dead. True: the store may hold a session of the
        device that this front does not know. `style`: of its synchronous calls (`ConnectName.rrpc_style`). Raises
        Unavailable when the device went to yet another front meanwhile, or the database is away.
        """
        ...

    def claim_of(self, key: Key) -> int:
        """Number of the last claim on the device that is known here; rises with each."""
        ...

    def left(self, key: Key, claim: int, *, kept: bool) -> None:
        """The connection of this claim ended, or never came to be. `kept`: its session waits here for the next one."""
        ...

    def attached(self, key: Key, device_no: int) -> None:
        """A sub-device logged in through a gateway of this front."""
        ...

    def detached(self, key: Key) -> None: ...

    def reaches(self, key: Key) -> bool:
        """Whether another front holds a connection of the device."""
        ...

    def forward(
        self,
        key: Key,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        on_ack: Callable[[bool], None] | None,
        queue: bool,
        expires_ms: int | None,
    ) -> bool:
        """Have the front that holds the device, or keeps its session, publish this. False: none does.

        As `Publisher.publish`, but what cannot be sent there after all is told by `on_ack(False)`.
        """
        ...

    def app_joined(self, app_key: str, client_id: str) -> None:
        """A subscriber connected: an older connection of the same client, wherever it is, ends."""
        ...
