"""The HTTP server against those who mean it harm: smuggling, errors inside a pipeline, clients that never read."""

import asyncio
import contextlib
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from linli.kernel.clock import SystemClock
from linli.kernel.http import HttpServer, Limits, Message, Receive, Send
from linli.ops.tls import Authority

SMALL = Limits(
    body_bytes=1_000_000, header_bytes=2000, header_count=20, header_seconds=1, idle_seconds=2, body_seconds=1,
    write_seconds=1, connections=1100,
)  # fmt: skip
HOST = b"host: x\r\n"


class App:
    """Echoes `method path body`; remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.release = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        path = scope["path"]
        self.seen.append(f"{scope['method']} {path} {body.decode()}".strip())
        if path == "/slow":
            await self.release.wait()
        status = int(path[1:]) if path[1:].isdigit() else 200
        headers = [(b"location", scope["query_string"].replace(b"%0A", b"\n"))] if path == "/inject" else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if path == "/stream":
            await send({"type": "http.response.body", "body": b"one", "more_body": True})
            await send({"type": "http.response.body", "body": b"two", "more_body": False})
        elif path == "/large":
            for _ in range(1000):
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await send({"type": "http.response.body"})
        else:
            text = f"<{self.seen[-1]}>".encode()
            await send({"type": "http.response.body", "body": b"" if status in (204, 304) else text})


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
async def server(app: App) -> AsyncIterator[HttpServer]:
    server = HttpServer(app, limits=SMALL)
    await server.start()
    yield server
    app.release.set()
    await server.stop(grace_seconds=1)


async def exchange(server: HttpServer, *pieces: bytes, pause: float = 0.0, silence: float = 0.3) -> bytes:
    """Send pieces, read until the server closes or is silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    answer = b""
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while chunk := await asyncio.wait_for(reader.read(65536), silence):
            answer += chunk
    writer.close()
    return answer


async def eventually(true: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"transfer-encoding: chunked\r\n"


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (CHUNKED + b"content-length: 5\r\n\r\n0\r\n\r\n", 400),
        (POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"content-length: 5\r\ncontent-length: 5\r\n\r\nhello", 400),
        (POST + b"content-length: 5, 5\r\n\r\nhello", 400),
        (POST + b"content-length: +5\r\n\r\nhello", 400),
        (POST + b"content-length: 0x5\r\n\r\nhello", 400),
        (POST + b"content-length: 99999999999999999999999\r\n\r\n", 400),
        (POST + b"content-length : 5\r\n\r\nhello", 400),
        (POST + b"content length: 5\r\n\r\nhello", 400),
        (POST + b"a: b\r\n content-length: 5\r\n\r\nhello", 400),
        (POST + b"a: b\ncontent-length: 5\r\n\r\nhello", 400),
        (POST + b"a: b\rcontent-length: 5\r\n\r\nhello", 400),
        (POST + b"a: \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nhost: x\n\n", 400),
        (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET /\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"CONNECT a:443 HTTP/1.1\r\n" + HOST + b"\r\n", 501),
        (POST + b"transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (POST + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        (POST + b"transfer-encoding: identity\r\n\r\n", 501),
        (CHUNKED + b"transfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (CHUNKED + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n0\r\n\r\n", 501),
        (CHUNKED + b"\r\n5\nhello\n0\n\n", 400),
        (CHUNKED + b"\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\n5\r\nhelloX\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\nfffffffffffffffff\r\n", 400),
        (CHUNKED + b"\r\n5;\nx\r\nhello\r\n0\r\n\r\n", 400),
        (b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    ],
)
async def test_two_ways_to_read_it_means_no(
    server: HttpServer, app: App, request_bytes: bytes, status: int
) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
    answer = await exchange(server, request_bytes + smuggled)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer.lower()
    assert answer.count(b"HTTP/1.1") == 1
    assert "GET /smuggled" not in app.seen


async def test_an_upgrade_that_the_connection_does_not_name_moves_no_boundary(
    server: HttpServer, app: App
) -> None:
    first = POST + b"upgrade: foo\r\ncontent-length: 5\r\n\r\nhello"
    second = b"GET /second HTTP/1.1\r\n" + HOST + b"\r\n"
    assert (await exchange(server, first, second, pause=0.05)).count(b"200 OK") == 2
    assert app.seen == ["POST / hello", "GET /second"]


async def test_trailers_cannot_change_the_head(app: App) -> None:
    heads: list[list[tuple[bytes, bytes]]] = []

    async def keep(scope: Message, receive: Receive, send: Send) -> None:
        heads.append(scope["headers"])
        await app(scope, receive, send)

    server = HttpServer(keep, limits=SMALL)
    await server.start()
    answer = await exchange(server, CHUNKED + b"\r\n2\r\nhi\r\n0\r\nx-ca-key: evil\r\n\r\n")
    await server.stop(grace_seconds=1)
    assert answer.endswith(b"<POST / hi>")
    assert heads == [[(b"host", b"x"), (b"transfer-encoding", b"chunked")]]


@pytest.mark.parametrize(
    "start, endless, status",
    [
        (b"GET / HTTP/1.1\r\nhost: ", b"a" * 900, 431),
        (b"GET /", b"a" * 900, 414),
        (CHUNKED + b"\r\n5;", b"a" * 900, 400),
        (CHUNKED + b"\r\n0\r\na: ", b"a" * 900, 400),
        (CHUNKED + b"\r\n", b"1;" + b"a" * 900 + b"\r\nx\r\n", 400),
    ],
)
async def test_nothing_goes_on_for_ever(
    server: HttpServer, start: bytes, endless: bytes, status: int
) -> None:
    answer = await exchange(server, start, *[endless] * 10, pause=0.01)
    assert answer.startswith(b"HTTP/1.1 %d " % status)


async def test_small_chunks_are_no_offence(server: HttpServer) -> None:
    answer = await exchange(server, CHUNKED + b"\r\n" + b"1\r\nx\r\n" * 9000 + b"0\r\n\r\n")
    assert answer.endswith(b"<POST / " + b"x" * 9000 + b">")


async def test_an_error_in_the_middle_waits_for_its_turn(server: HttpServer, app: App) -> None:
    """The refusal of the second request must not look like the answer to the first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\nGET /fast HTTP/1.1\r\n" + HOST + b"\r\nrubbish\r\n\r\n"
    )
    writer.write(b"GET /never HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: bool(app.seen))
    await asyncio.sleep(0.1)
    app.release.set()
    answer = await asyncio.wait_for(reader.read(-1), 30)
    writer.close()
    assert [line for line in answer.split(b"\r\n") if b"HTTP/1.1" in line] == [
        b"HTTP/1.1 200 OK", b"<GET /slow>HTTP/1.1 200 OK", b"<GET /fast>HTTP/1.1 400 Bad Request",
    ]  # fmt: skip
    assert app.seen == ["GET /slow", "GET /fast"]


async def test_a_head_that_stalls_behind_a_slow_call_is_refused_after_it(
    server: HttpServer, app: App
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\nGET /half HTTP/1.1\r\nho")
    await eventually(lambda: bool(app.seen))
    await asyncio.sleep(2.5)
    app.release.set()
    answer = await asyncio.wait_for(reader.read(-1), 30)
    writer.close()
    assert answer.index(b"<GET /slow>") < answer.index(b"HTTP/1.1 408")


async def test_requests_sent_while_answers_are_pending_keep_their_order(server: HttpServer, app: App) -> None:
    """One packet arrives just when the answer before has been written and the next call has not begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\nGET /a HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: bool(app.seen))
    for number in range(50):
        if number == 25:
            app.release.set()
        writer.write(b"GET /n%d HTTP/1.1\r\n" % number + HOST + b"\r\n")
        await asyncio.sleep(0)
    wanted = ["GET /slow", "GET /a", *(f"GET /n{n}" for n in range(50))]
    await eventually(lambda: len(app.seen) == len(wanted))
    writer.close()
    assert app.seen == wanted
    del reader


async def test_what_follows_connection_close_is_not_run(server: HttpServer, app: App) -> None:
    close = b"GET /one HTTP/1.1\r\n" + HOST + b"connection: close\r\n\r\n"
    answer = await exchange(server, close + b"GET /two HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.endswith(b"<GET /one>")
    assert b"Connection: close" in answer
    assert app.seen == ["GET /one"]


async def test_http_1_0(server: HttpServer) -> None:
    plain = await exchange(server, b"GET /stream HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", silence=5)
    head, _, body = plain.partition(b"\r\n\r\n")
    assert body == b"onetwo"
    assert b"chunked" not in head
    assert b"Connection: close" in head


@pytest.mark.parametrize("path", [b"/204", b"/304"])
async def test_answers_without_a_body_have_no_length(server: HttpServer, path: bytes) -> None:
    two = (b"GET %s HTTP/1.1\r\n" % path + HOST + b"\r\n") * 2
    answer = await exchange(server, two)
    assert answer.count(b"HTTP/1.1 %s" % path[1:]) == 2
    assert b"ontent-" not in answer
    assert b"chunked" not in answer


async def test_head_tells_the_length_and_sends_nothing(server: HttpServer) -> None:
    answer = await exchange(server, b"HEAD /abc HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length: %d\r\n" % len("<HEAD /abc>") in answer


async def test_other_forms_of_the_target(server: HttpServer, app: App) -> None:
    await exchange(server, b"GET http://elsewhere:1/p?q=1 HTTP/1.1\r\n" + HOST + b"\r\n")
    await exchange(server, b"GET http://elsewhere HTTP/1.1\r\n" + HOST + b"\r\n")
    await exchange(server, b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n")
    assert app.seen == ["GET /p", "GET /", "OPTIONS *"]


async def test_header_values_come_without_the_space_around_them(app: App) -> None:
    heads: list[list[tuple[bytes, bytes]]] = []

    async def keep(scope: Message, receive: Receive, send: Send) -> None:
        heads.append(scope["headers"])
        await app(scope, receive, send)

    server = HttpServer(keep, limits=SMALL)
    await server.start()
    await exchange(server, b"GET / HTTP/1.1\r\nHost: x\r\nX-Ca-Key: \t 123 \t \r\nempty:\r\n\r\n")
    await server.stop(grace_seconds=1)
    assert heads == [[(b"host", b"x"), (b"x-ca-key", b"123"), (b"empty", b"")]]


async def test_an_answer_cannot_be_split(server: HttpServer) -> None:
    answer = await exchange(server, b"GET /inject?a%0Aset-cookie:b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in answer


async def test_a_client_that_never_reads_holds_little_and_is_ended(server: HttpServer) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: server.connections == 1)
    (connection,) = server._connections
    await asyncio.sleep(0.2)
    assert connection.unsent < 1_000_000
    await eventually(lambda: server.connections == 0)
    writer.close()


async def test_pipelining_without_reading_is_bounded(server: HttpServer, app: App) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    one = b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 1000\r\n\r\n" + b"x" * 1000

    async def flood() -> None:
        with contextlib.suppress(ConnectionError):
            for _ in range(20_000):
                writer.write(one)
                await writer.drain()

    flooding = asyncio.create_task(flood())
    most = 0
    for _ in range(100):
        await asyncio.sleep(0.01)
        for connection in server._connections:
            most = max(most, connection.unsent)
            assert len(connection._waiting) < 600
    assert len(app.seen) < 15_000  # the kernel's own buffers took some
    assert most < 1_000_000
    flooding.cancel()
    writer.transport.abort()


async def test_a_packet_full_of_requests_is_not_taken_at_once(server: HttpServer, app: App) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n" + (b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n") * 10_000
    )
    await eventually(lambda: bool(app.seen))
    await asyncio.sleep(0.2)
    (connection,) = server._connections
    assert len(connection._waiting) < 700
    app.release.set()
    reading = asyncio.create_task(
        reader.read(-1)
    )  # who does not read what he asked for is cut off after a second
    await eventually(lambda: len(app.seen) == 10_001, 90)
    reading.cancel()
    writer.close()


async def test_a_thousand_idle_connections_cost_little_and_go(app: App) -> None:
    # Time enough to open them all on a busy machine.
    server = HttpServer(app, limits=msgspec.structs.replace(SMALL, header_seconds=12, idle_seconds=12))
    await server.start()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    opened = [await asyncio.open_connection("127.0.0.1", server.port, limit=1024) for _ in range(1000)]
    await eventually(lambda: server.connections == 1000)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        assert (await client.get("/hello")).status_code == 200
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown / 1000 < 20_000  # both ends are in this process
    await eventually(lambda: server.connections == 0, 60)
    for _, writer in opened:
        writer.close()
    await server.stop()


async def test_more_than_the_limit_are_told(app: App) -> None:
    """Where all are at work; an idle one would be closed for the newcomer."""
    server = HttpServer(app, limits=Limits(connections=2))
    await server.start()
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
    for _, writer in held:
        writer.write(b"GET /slow HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: len(app.seen) == 2)
    assert (await exchange(server)).startswith(b"HTTP/1.1 503 ")
    app.release.set()
    for _, writer in held:
        writer.close()
    await eventually(lambda: server.connections == 0)
    assert b"200 OK" in await exchange(server, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    await server.stop(grace_seconds=1)


async def test_stop_lets_a_slow_reader_have_the_whole_answer(app: App) -> None:
    server = HttpServer(app)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=65536)
    writer.write(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
    await eventually(lambda: bool(app.seen))
    stopping = asyncio.create_task(server.stop())
    received = 0
    while chunk := await reader.read(1_000_000):
        received += len(chunk)
    await stopping
    writer.close()
    assert received > 1000 * 65536


async def test_tls(app: App, tmp_path: Path) -> None:
    made = Authority(tmp_path)
    now_ms = SystemClock().now_ms()
    made.create("test", now_ms=now_ms)
    made.issue(["localhost"], now_ms=now_ms)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server_certificate, made.server_key)
    server = HttpServer(app, tls=context, limits=Limits(body_bytes=1_000_000))  # with time for 65 MB
    await server.start()
    url = f"https://localhost:{server.port}"
    trust = ssl.create_default_context(cafile=str(made.certificate))
    async with httpx.AsyncClient(base_url=url, verify=trust, trust_env=False) as client:
        assert (await client.post("/", content=b"x" * 200_000)).text == "<POST / " + "x" * 200_000 + ">"
        assert len((await client.get("/large")).content) == 1000 * 65536
        assert (await client.post("/", content=b"x" * 2_000_000)).status_code == 413
    plain = await exchange(server, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    assert b"200 OK" not in plain
    await server.stop(grace_seconds=1)
