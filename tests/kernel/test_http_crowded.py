"""The HTTP server with more connections than room: who loses his, and that newcomers get in."""

import asyncio
import contextlib
import errno
import socket
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from linli.kernel.clock import SystemClock
from linli.kernel.http import HttpServer, Limits, Receive, Send, Switch, known_caller
from linli.ops.tls import Authority
from tests.kernel.test_http_hostile import HOST, App, eventually

GET = b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"
PROXY = "127.0.0.9"


class Client:
    """One raw connection from an address of the loopback."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def dial(
        cls, server: HttpServer, address: str = "127.0.0.1", said: bytes = b"", **tls: Any
    ) -> "Client":
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, local_addr=(address, 0), **tls
        )
        client = cls(reader, writer)
        client.say(said)
        return client

    def say(self, said: bytes) -> None:
        self.writer.write(said)

    async def status(self) -> int:
        """Of the answer that comes next; 0 when the connection ends instead."""
        async with asyncio.timeout(60):
            try:
                head = await self.reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await self.reader.readexactly(int(length or b"0"))
        return int(head.split()[1])

    async def ended(self) -> bool:
        async with asyncio.timeout(60):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read() == b""
        return True


type Made = list[HttpServer]


class Tls(NamedTuple):
    served: ssl.SSLContext
    trusted: ssl.SSLContext


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    authority, now_ms = Authority(tmp_path), SystemClock().now_ms()
    authority.create("test", now_ms=now_ms)
    authority.issue(["localhost"], now_ms=now_ms)
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(authority.server_certificate, authority.server_key)
    return Tls(served, ssl.create_default_context(cafile=str(authority.certificate)))


@pytest.fixture
async def made(app: App) -> AsyncIterator[Made]:
    servers: Made = []
    yield servers
    app.release.set()
    for server in servers:
        await server.stop(grace_seconds=1)


@pytest.fixture
def app() -> App:
    return App()


async def serve(made: Made, app: Any, limits: Limits, **options: Any) -> HttpServer:
    server = HttpServer(app, limits=limits, **options)
    await server.start()
    made.append(server)
    return server


@pytest.mark.parametrize(
    "said",
    [
        b"",
        GET,
        b"GET / HTTP/1.1\r\nx-slow: ",
        b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 90000\r\n\r\nx",
    ],
    ids=["silent", "kept alive", "slow head", "slow body"],
)
@pytest.mark.parametrize("addresses", [1, 7])
async def test_a_flood_shuts_nobody_out(made: Made, app: App, said: bytes, addresses: int) -> None:
    server = await serve(made, app, Limits(connections=40, connections_each=20))
    flood = [await Client.dial(server, f"127.0.1.{n % addresses}", said) for n in range(120)]
    for address in ("127.0.0.1", "127.0.0.2", "127.0.1.0"):
        client = await Client.dial(server, address, GET)
        assert await client.status() == 200
        assert await Client.status(await Client.dial(server, address, GET)) == 200
    assert server.share.of("127.0.1.0") <= 20
    assert len(server.share) <= 40
    for client in flood:
        client.writer.close()


async def test_a_client_at_work_is_not_ended_by_a_flood_of_its_own_address(made: Made, app: App) -> None:
    server = await serve(made, app, Limits(connections=40, connections_each=8))
    working = await Client.dial(server, said=b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: bool(app.seen))
    for _ in range(30):
        await Client.dial(server)
    app.release.set()
    assert await working.status() == 200


async def test_bodies_under_way_are_bounded_in_bytes(made: Made, app: App) -> None:
    """Of the address that holds most, the oldest is broken off; others' bodies arrive."""
    server = await serve(made, app, Limits(unfinished_bytes=1_000_000))
    head = b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 200000\r\n\r\n"
    other = await Client.dial(server, "127.0.0.2", head + b"x" * 100_000)
    await eventually(lambda: server.unfinished.total >= 100_000)
    flood = [await Client.dial(server, "127.0.0.3", head + b"x" * 150_000) for _ in range(20)]
    assert await flood[0].ended()
    await eventually(lambda: server.unfinished.broken_off >= 13)
    assert server.unfinished.total <= 1_000_000
    other.say(b"x" * 100_000)
    assert await other.status() == 200
    for client in flood:
        client.writer.close()
    await eventually(lambda: server.unfinished.total == 0)


async def test_heads_under_way_are_bounded_in_bytes(made: Made, app: App) -> None:
    server = await serve(made, app, Limits(unfinished_bytes=100_000))
    flood = [await Client.dial(server, said=b"GET / HTTP/1.1\r\nx: " + b"x" * 20_000) for _ in range(12)]
    for client in flood:
        client.say(b"y")
    await eventually(lambda: server.unfinished.broken_off >= 6)
    assert await Client.status(await Client.dial(server, said=GET)) == 200


async def test_what_a_known_caller_sends_is_not_counted(made: Made) -> None:
    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if any(name == b"x-known" for name, _ in scope["headers"]):
            known_caller(scope)
        while (await receive()).get("more_body", False):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    server = await serve(made, app, Limits(unfinished_bytes=300_000))
    head = b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 400000\r\n"
    known = await Client.dial(server, said=head + b"x-known: 1\r\n\r\n" + b"x" * 200_000)
    strange = await Client.dial(server, said=head + b"\r\n" + b"x" * 200_000)
    await eventually(lambda: server.unfinished.total >= 200_000)
    known.say(b"x" * 199_000)
    strange.say(b"x" * 199_000)
    assert await strange.ended()
    known.say(b"x" * 1_000)
    assert await known.status() == 200


async def test_behind_a_proxy_each_client_has_a_share_of_his_own(made: Made, app: App) -> None:
    server = await serve(made, app, Limits(connections=100, connections_each=3), proxies=[PROXY])

    def through(sender: bytes, path: bytes = b"/slow") -> bytes:
        spoofed = b"x-forwarded-for: 1.2.3.4\r\n"
        return (
            b"GET " + path + b" HTTP/1.1\r\n" + HOST + spoofed + b"x-forwarded-for: " + sender + b"\r\n\r\n"
        )

    pooled = [await Client.dial(server, PROXY, through(b"203.0.113.9")) for _ in range(3)]
    await eventually(lambda: len(app.seen) == 3)
    assert await Client.status(await Client.dial(server, PROXY, through(b"203.0.113.9"))) == 503
    for n in range(10):
        one = await Client.dial(server, PROXY, through(b"203.0.113.%d" % (20 + n), b"/"))
        assert await one.status() == 200
    app.release.set()
    for one in pooled:
        assert await one.status() == 200
    assert server.share.of("203.0.113.9") == 0, "connections are the proxy's again"
    pooled[0].say(through(b"203.0.113.9", b"/again"))
    assert await pooled[0].status() == 200


async def test_websockets_count_until_they_end(made: Made, app: App) -> None:
    def upgrade(scope: Any) -> Switch:
        return Switch(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", asyncio.Protocol())

    offer = b"GET /socket HTTP/1.1\r\n" + HOST + b"connection: upgrade\r\nupgrade: websocket\r\n\r\n"
    server = await serve(made, app, Limits(connections=40, connections_each=2), upgrades={"/socket": upgrade})
    held = [await Client.dial(server, said=offer) for _ in range(2)]
    for one in held:
        assert await one.status() == 101
    assert await Client.status(await Client.dial(server, said=GET)) == 503
    assert await Client.status(await Client.dial(server, "127.0.0.2", GET)) == 200
    held[0].writer.close()
    await eventually(lambda: server.share.of("127.0.0.1") <= 1)
    assert await Client.status(await Client.dial(server, said=GET)) == 200


async def test_slow_handshakes_are_bounded_and_shut_nobody_out(
    made: Made, app: App, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.kernel.lobby.SECONDS", 1.0)
    server = await serve(made, app, Limits(), tls=tls.served)
    lobby = server.lobby
    lobby.waiting.most, lobby.waiting.each = 20, 8
    silent = [await Client.dial(server, f"127.0.1.{n % 5}") for n in range(60)]
    slow = [await Client.dial(server, "127.0.1.9", b"\x16\x03\x01\x02\x00\x01") for n in range(30)]
    await eventually(lambda: len(lobby.waiting) <= 20)
    assert lobby.waiting.of("127.0.1.9") <= 8
    assert server.connections == 0
    for address in ("127.0.0.1", "127.0.1.9"):
        client = await Client.dial(server, address, GET, ssl=tls.trusted, server_hostname="localhost")
        assert await client.status() == 200
        client.writer.close()
    await eventually(lambda: len(lobby.waiting) == 0)
    for client in (*silent, *slow):
        assert await client.ended()


@pytest.mark.parametrize("said", [b"\x16", b"\x16\x03\x01\x02\x00", b"\x16\x03\x01\x02\x00\x01\x00"])
async def test_half_a_hello_costs_nothing_and_its_end_is_noticed(
    made: Made, app: App, tls: Tls, said: bytes
) -> None:
    server = await serve(made, app, Limits(), tls=tls.served)
    lobby, looks = server.lobby, 0
    look = lobby._look

    def counted(one: Any) -> None:
        nonlocal looks
        looks += 1
        look(one)

    lobby._look = counted  # type: ignore[method-assign]
    client = await Client.dial(server, said=said)
    await eventually(lambda: len(lobby.waiting) == 1 and looks > 0)
    await asyncio.sleep(0.1)
    assert looks <= 3, "it is not asked again and again"
    client.writer.write_eof()
    await eventually(lambda: len(lobby.waiting) == 0)
    assert looks <= 5
    assert await client.ended()


async def test_a_hello_in_drops_is_a_hello(made: Made, app: App, tls: Tls) -> None:
    server = await serve(made, app, Limits(), tls=tls.served)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    inside = tls.trusted.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        inside.do_handshake()
    hello = outgoing.read()
    client = await Client.dial(server)
    for start in range(0, len(hello), 40):
        client.say(hello[start : start + 40])
        await client.writer.drain()
        await asyncio.sleep(0.002)
    async with asyncio.timeout(60):
        assert (await client.reader.readexactly(3))[0] == 0x16, "the server answers with its own hello"
    client.writer.close()


async def test_handshakes_of_one_address_wait_for_each_other_and_for_nobody_else(
    made: Made, app: App, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.kernel.lobby._BEGUN_AT_ONCE", 1)
    server = await serve(made, app, Limits(), tls=tls.served)
    lobby, begun = server.lobby, []
    begin = lobby._begin

    def noted(one: Any, *, secured: bool) -> None:
        begun.append(one.holder)
        begin(one, secured=secured)

    lobby._begin = noted  # type: ignore[method-assign]
    go_on, lobby._begin_some = lobby._begin_some, lambda: None  # type: ignore[method-assign]
    options = {"ssl": tls.trusted, "server_hostname": "localhost"}
    flood = [asyncio.create_task(Client.dial(server, "127.0.1.1", **options)) for _ in range(20)]
    await eventually(lambda: len(lobby._ready.get("127.0.1.1", ())) == 20)
    other = asyncio.create_task(Client.dial(server, "127.0.0.1", GET, **options))
    await eventually(lambda: "127.0.0.1" in lobby._ready)
    lobby._begin_some = go_on  # type: ignore[method-assign]
    go_on()
    client = await other
    assert await client.status() == 200
    assert begun.index("127.0.0.1") == 1
    for one in flood:
        (await one).writer.close()
    client.writer.close()


async def test_out_of_descriptors_the_listener_waits_and_goes_on(
    made: Made, app: App, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linli.kernel.lobby._PAUSE_SECONDS", 0.1)
    server = await serve(made, app, Limits(), tls=tls.served)
    accept, tries = socket.socket.accept, 0

    def exhausted(sock: socket.socket) -> Any:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return accept(sock)

    monkeypatch.setattr(socket.socket, "accept", exhausted)
    began = time.monotonic()
    client = await Client.dial(server, ssl=tls.trusted, server_hostname="localhost")
    assert time.monotonic() - began > 0.25, "it did not try again and again"
    client.say(GET)
    assert await client.status() == 200
