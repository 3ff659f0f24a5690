"""A small MQTT broker for apps on the LAN: 3.1, 3.1.1 and 5.0, one user and password, no storage.

Sessions are clean: an app misses the messages of its absence. Messages that must not be lost go to the cloud's
subscriptions anyway. QoS 1 is granted, QoS 2 is reduced to it. A subscriber that is too slow is disconnected.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.services.interconnect.peer import Peer
from linli.edge.services.throttle import Throttle
from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols import mqtt

log = logger(__name__)

PORT: Final = 1883
OWN: Final = ("/sys/", "/as/", "linkedge/", "$")
"""Where topics begin that only the box speaks on."""
CONNECTIONS: Final = 128
CONNECTIONS_EACH: Final = 16
RETAINED: Final = 4096

type Asked = Callable[[str, bytes], Awaitable[None]]
"""A topic that an app published on and its payload."""


class LocalBroker:
    """Closed until it is opened with a user and a password, and closed again when the interconnect is turned off."""

    def __init__(self, *, host: str, port: int = PORT, clock: Clock, log: DeviceLog) -> None:
        self._host = host
        self._port = port
        self._log = log
        self._throttle = Throttle(clock)
        self._user, self._password = "", b""
        self._server: asyncio.Server | None = None
        self._peers: set[Peer] = set()
        self._named: dict[str, Peer] = {}
        self._retained: dict[str, bytes] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked: Asked | None = None
        """Called with what apps publish, after the subscribers got it."""

    async def open(self, user: str, password: str) -> None:
        """Listen; those who came with other words are hung up on."""
        if (user, password.encode()) != (self._user, self._password):
            self._hang_up()
        self._user, self._password = user, password.encode()
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: Peer(self), self._host, self._port)

    async def close(self) -> None:
        server, self._server = self._server, None
        self._user, self._password = "", b""
        if server is not None:
            server.close()
        self._hang_up()
        for task in list(self._tasks):
            task.cancel()

    @property
    def is_open(self) -> bool:
        return self._server is not None

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    @property
    def clients(self) -> list[tuple[str, str]]:
        """(client id, address) of the apps that are logged in."""
        return [(name, peer.address) for name, peer in self._named.items()]

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Tell all subscribers, at most at QoS 1. Retained words are for those who subscribe later, too."""
        if retain and (topic in self._retained or len(self._retained) < RETAINED):
            self._retained[topic] = payload
        for peer in self._named.values():
            peer.tell(topic, payload)

    def forget(self, topic: str) -> None:
        """Retain it no longer."""
        self._retained.pop(topic, None)

    def retained(self, wanted: str) -> list[tuple[str, bytes]]:
        return [(topic, payload) for topic, payload in self._retained.items() if mqtt.matches(wanted, topic)]

    def _hang_up(self) -> None:
        for peer in list(self._peers):
            peer.end(mqtt.Reason.ADMINISTRATIVE_ACTION)

    # what peers ask

    def came(self, peer: Peer) -> bool:
        """Whether there is room for one more."""
        self._peers.add(peer)
        each = sum(1 for other in self._peers if other.address == peer.address)
        return self._server is not None and len(self._peers) <= CONNECTIONS and each <= CONNECTIONS_EACH

    def left(self, peer: Peer) -> None:
        self._peers.discard(peer)
        if self._named.get(peer.name) is peer:
            del self._named[peer.name]

    def admit(self, peer: Peer, packet: mqtt.Connect) -> int:
        """0, or the return code of 3.1.1 that refuses (table 3.1)."""
        if self._throttle.closed(peer.address):
            return 3
        # Both are compared whole, so that time tells nothing of either.
        user = hmac.compare_digest((packet.username or "").encode(), self._user.encode())
        password = hmac.compare_digest(packet.password or b"", self._password)
        if not (user and password and self._password):
            self._throttle.failed(peer.address)
            self._log.now_and_then("an app came with a wrong user or password", peer=peer.address)
            return 4
        self._throttle.passed(peer.address)
        older = self._named.get(peer.name)
        if older is not None:
            older.end(mqtt.Reason.SESSION_TAKEN_OVER)
        self._named[peer.name] = peer
        return 0

    def accept_publish(self, topic: str, payload: bytes) -> bool:
        """An app publishes; whether it may on this topic."""
        if topic.startswith(OWN):
            self._log.now_and_then("an app published on a topic of the box's own", topic=topic[:128])
            return False
        for peer in self._named.values():
            peer.tell(topic, payload)
        if self.asked is not None:
            task = asyncio.ensure_future(self._ask(self.asked, topic, payload))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def _ask(self, asked: Asked, topic: str, payload: bytes) -> None:
        try:
            await asked(topic, payload)
        except Exception:
            log.exception("a request of an app on %s failed", topic[:128])

    def slow(self, peer: Peer) -> None:
        self._log.now_and_then("an app did not keep up and was hung up on", peer=peer.address, app=peer.name)
