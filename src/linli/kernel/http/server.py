"""The listener: connections, the sweep over slow ones, and a graceful stop."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable

from linli.kernel.connections import Connections
from linli.kernel.http.connection import Connection
from linli.kernel.http.limits import Limits
from linli.kernel.http.types import ASGIApp, Upgrade
from linli.kernel.http.unfinished import Unfinished
from linli.kernel.lobby import BACKLOG, MOST, Factory, Lobby
from linli.kernel.rounds import end_tasks

SWEEP_SECONDS = 1.0

type Sharing = Callable[[Factory], Factory]


class HttpServer:
    """Serves one ASGI application over HTTP/1.1, plain or TLS, inside the running event loop."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        upgrades: dict[str, Upgrade] | None = None,
        proxies: Iterable[str] = (),
        sharing: Sharing | None = None,
    ) -> None:
        """`upgrades`: by path, where a GET may go on in another protocol; one that ends in `/` stands for all below.
        `proxies`: addresses whose X-Forwarded-For names the caller of a request. `sharing`, over TLS alone, makes of
        the factory of HTTP one that tells other protocols apart from it."""
        self.app = app
        self._upgrades = upgrades or {}
        self._upgrades_below = {
            path: handler for path, handler in self._upgrades.items() if path.endswith("/")
        }
        self.limits = limits or Limits()
        self.stopping = False
        self.tasks: set[asyncio.Task[None]] = set()
        self.loop: asyncio.AbstractEventLoop
        self.now = time.monotonic()
        self._host = host
        self._port = port
        self._tls = tls
        self._sharing = sharing
        self.proxies = frozenset(proxies)
        self.share: Connections[Connection] = Connections(
            self.limits.connections, self.limits.connections_each, proxies=self.proxies, name="http"
        )
        self.unfinished = Unfinished(self.limits.unfinished_bytes)
        self._connections: set[Connection] = set()
        self._switched: set[Connection] = set()
        """Go on in another protocol and still count."""
        self._written: list[Connection] = []
        self._server: asyncio.Server | Lobby | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        if self._tls is not None:
            most = min(MOST, self.limits.connections)
            secured = self._sharing(self.protocol) if self._sharing is not None else self.protocol
            lobby = Lobby(secured=secured, tls=self._tls, most=most, proxies=self.proxies)
            await lobby.start(self._host, self._port)
            self._server = lobby
        else:
            self._server = await self.loop.create_server(
                self.protocol, self._host, self._port, backlog=BACKLOG, reuse_address=True
            )
        self._sweeper = asyncio.create_task(self._sweep(), name="http-sweep")

    def protocol(self) -> Connection:
        """A new connection's protocol; also for listeners that share their port with other protocols."""
        return Connection(self)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def lobby(self) -> Lobby:
        """Where TLS clients wait for their handshake."""
        assert isinstance(self._server, Lobby)
        return self._server

    async def stop(self, *, grace_seconds: float = 10.0) -> None:
        """Take no more connections, let running calls finish, then close what is left."""
        self.stopping = True
        if self._server is None:
            return
        if isinstance(self._server, Lobby):
            await self._server.stop()
        else:
            self._server.close()
        for connection in list(self._connections):
            connection.shutdown()
        deadline = self.loop.time() + grace_seconds
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=grace_seconds)
        for task in list(self.tasks):
            task.cancel()
        await self._flush(deadline)
        for connection in list(self._connections):
            connection.abort()
        await end_tasks(self._sweeper)
        await asyncio.sleep(0)

    async def _flush(self, deadline: float) -> None:
        """Let the last answers reach their clients."""
        while self.loop.time() < deadline and any(c.unsent for c in self._connections):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def upgrade_of(self, path: str) -> Upgrade | None:
        """The part that takes over connections at this path."""
        upgrade = self._upgrades.get(path)
        if upgrade is None:
            upgrade = next(
                (handler for base, handler in self._upgrades_below.items() if path.startswith(base)), None
            )
        return upgrade

    # what connections tell

    def opened(self, connection: Connection) -> bool:
        """False: there is no room for it."""
        self._connections.add(connection)
        return self.share.enter(connection, connection.address)

    def closed(self, connection: Connection) -> None:
        self.share.leave(connection)
        self.unfinished.drop(connection)
        self._connections.discard(connection)

    def switched(self, connection: Connection, *, counted_there: bool) -> None:
        """It goes on in another protocol, which learns of its end."""
        if counted_there:
            self.share.leave(connection)
        else:
            self._switched.add(connection)
        self.unfinished.drop(connection)
        self._connections.discard(connection)

    def flush_soon(self, connection: Connection) -> None:
        """Send what this connection wrote at the end of this turn of the loop."""
        if not self._written:
            self.loop.call_soon(self._flush_written)
        self._written.append(connection)

    def _flush_written(self) -> None:
        written, self._written = self._written, []
        for connection in written:
            connection.flush()

    @property
    def connections(self) -> int:
        return len(self._connections)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.now = time.monotonic()
            for connection in list(self._connections):
                connection.check(self.now)
            for connection in [switched for switched in self._switched if switched.gone]:
                self._switched.discard(connection)
                self.share.leave(connection)
