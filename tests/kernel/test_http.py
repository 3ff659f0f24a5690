"""The HTTP server on real sockets: keep-alive, pipelining, bodies, limits, streams, slow clients, graceful stop."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from linli.kernel.http import HttpServer, Limits, Message, Receive, Send

SMALL = Limits(
    body_bytes=1_000_000, header_bytes=2000, header_count=20, header_seconds=1, idle_seconds=2, body_seconds=1
)


async def app(scope: dict, receive: Receive, send: Send) -> None:
    body, more = b"", True
    path = scope["path"]
    if path == "/early":
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})
        return
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if path == "/boom":
        raise ValueError("boom")
    if path == "/stream":
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        )
        for n in range(3):
            await send({"type": "http.response.body", "body": b"part%d" % n, "more_body": True})
        await send({"type": "http.response.body"})
        return
    if path == "/gone":
        HERE.set()
        scope["state_event"] = await receive()
        GONE.set()
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-len", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body or path.encode()})


HERE, GONE = asyncio.Event(), asyncio.Event()


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    server = HttpServer(app, limits=SMALL)
    await server.start()
    yield server
    await server.stop(grace_seconds=1)


async def exchange(server: HttpServer, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send raw pieces, read until the server closes or half a second passes in silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)
    answer = b""
    with contextlib.suppress(TimeoutError):
        while chunk := await asyncio.wait_for(reader.read(65536), 0.5):
            answer += chunk
    writer.close()
    return answer


async def test_keep_alive_bodies_and_streams(server: HttpServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        assert (await client.get("/a%20b?x=1")).text == "/a b"
        assert (await client.post("/", content=b"x" * 300_000)).headers["x-len"] == "300000"
        assert (await client.post("/", content=iter([b"ab", b"cd"]) and b"abcd")).text == "abcd"
        assert (await client.get("/stream")).text == "part0part1part2"
        head = await client.head("/stream")
        assert head.status_code == 200
        assert head.text == ""
        assert (await client.get("/boom")).status_code == 500
        assert (await client.get("/after")).text == "/after"


async def test_chunked_request(server: HttpServer) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for n in range(5):
            yield b"%d" % n

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        assert (await client.post("/", content=parts())).text == "01234"


async def test_pipelined_requests_answer_in_order(server: HttpServer) -> None:
    answer = await exchange(server, b"".join(b"GET /%d HTTP/1.1\r\nhost: x\r\n\r\n" % n for n in range(40)))
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"/%d" % n for n in range(40)]


async def test_expect_continue(server: HttpServer) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    answer = await exchange(server, head, b"hi", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert answer.endswith(b"hi")


async def test_offer_of_http2_is_declined_and_the_call_served(server: HttpServer) -> None:
    offer = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n"
    answer = await exchange(
        server, b"POST /x HTTP/1.1\r\nhost: x\r\n" + offer + b"content-length: 2\r\n\r\nhi"
    )
    assert answer.endswith(b"hi")


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (b"\x16\x03\x01garbage\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\nbig: " + b"a" * 3000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"a: b\r\n" * 30 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
    ],
)
async def test_bad_requests_are_refused(server: HttpServer, request_bytes: bytes, status: int) -> None:
    assert (await exchange(server, request_bytes)).startswith(b"HTTP/1.1 %d " % status)


async def test_oversize_chunked_body_is_refused_while_it_arrives(server: HttpServer) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n" % 200_000 + b"a" * 200_000 + b"\r\n"
    assert (await exchange(server, head, *[chunk] * 6)).startswith(b"HTTP/1.1 413")


async def test_answer_before_the_body_reaches_the_client(server: HttpServer) -> None:
    head = b"POST /early HTTP/1.1\r\nhost: x\r\ncontent-length: 500000\r\n\r\n"
    answer = await exchange(server, head, b"x" * 200_000)
    assert answer.startswith(b"HTTP/1.1 403")
    assert answer.endswith(b"no")


async def test_slow_headers_are_cut(server: HttpServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET / HTTP/1.1\r\nhost:")
    answer = b""
    async with asyncio.timeout(30):
        for _ in range(20):
            writer.write(b"x")
            with contextlib.suppress(TimeoutError):
                answer = await asyncio.wait_for(reader.read(100), 0.4)
                break
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")


async def test_client_that_leaves_is_noticed(server: HttpServer) -> None:
    HERE.clear()
    GONE.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /gone HTTP/1.1\r\nhost: x\r\n\r\n")
    async with asyncio.timeout(30):
        await HERE.wait()
        writer.close()
        await GONE.wait()


async def test_stop_lets_a_running_call_finish() -> None:
    begun, release = asyncio.Event(), asyncio.Event()

    async def slow(scope: Message, receive: Receive, send: Send) -> None:
        begun.set()
        await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    server = HttpServer(slow)
    await server.start()
    async with httpx.AsyncClient() as client:
        call = asyncio.create_task(client.get(f"http://127.0.0.1:{server.port}/"))
        await begun.wait()
        stop = asyncio.create_task(server.stop())
        await asyncio.sleep(0.05)
        release.set()
        assert (await call).text == "done"
        await stop
