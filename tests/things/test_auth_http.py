"""HTTP registration as the devices' own small parsers need it. Source: spec clients b.2, trap 6."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from linli.kernel.clock import ManualClock
from linli.protocols.linkkit import signatures
from linli.things.auth_http import AuthHttp
from linli.things.mqtt.listen import listen
from tests.things.mqtt.backend import DEVICE_SECRET, PK, PRODUCT_SECRET, MemoryBackend


class Site:
    def __init__(self) -> None:
        self.clock, self.backend = ManualClock(), MemoryBackend()
        self.http = AuthHttp(self.backend, clock=self.clock, max_connections=20)
        self.port = 0

    async def exchange(self, wire: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(wire)
        async with asyncio.timeout(30):
            answer = await reader.read()
        writer.close()
        return answer

    async def post(self, path: str, form: dict[str, str]) -> tuple[list[str], bytes]:
        """(header lines, body)"""
        body = urlencode(form).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        answer = await self.exchange(head.encode() + body)
        lines, _, rest = answer.partition(b"\r\n\r\n")
        return lines.decode().split("\r\n"), rest


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = await listen(site.http.connection, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    yield site
    server.close()
    site.http.close()


def register_form(
    random: str = "8Ygb7ULYh53B6OA", method: str = "hmacsha256", name: str = "pre_01"
) -> dict[str, str]:
    text = signatures.register_text(name, PK, random)
    sign = signatures.sign(PRODUCT_SECRET, text, method)
    return {"productKey": PK, "deviceName": name, "random": random, "sign": sign, "signMethod": method}


@pytest.mark.parametrize("method", ["hmacsha256", "hmacsha1"])
async def test_register(site, method):
    head, body = await site.post("/auth/register/device", register_form(method=method))
    assert head[0] == "HTTP/1.1 200 OK"
    assert f"Content-Length: {len(body)}" in head
    assert len(head) <= 4
    assert not any(line.lower().startswith("transfer-encoding") for line in head)
    triple = f'"productKey":"{PK}","deviceName":"pre_01","deviceSecret":"{DEVICE_SECRET}"'
    expected = f'{{"code":200,"data":{{{triple}}},"message":"success"}}'
    assert body == expected.encode()
    assert len(body) <= 255


async def test_refusals_are_http_200_with_another_code(site):
    form = register_form()
    form["sign"] = "0" * 64
    head, body = await site.post("/auth/register/device", form)
    assert head[0] == "HTTP/1.1 200 OK"
    assert body == b'{"code":6288,"message":"sign does not match"}'
    _, body = await site.post("/auth/register/device", {})
    assert json.loads(body)["code"] != 200


async def test_pre_auth_answer_fits_the_client_s_buffer(site):
    client_id, timestamp = f"{PK}.dn", "2524608000000"
    text = signatures.device_text(client_id, "dn", PK, timestamp)
    form = {
        "productKey": PK,
        "deviceName": "dn",
        "signmethod": "hmacsha256",
        "sign": signatures.sign(DEVICE_SECRET, text),
        "version": "default",
        "clientId": client_id,
        "timestamp": timestamp,
        "resources": "mqtt",
    }
    head, body = await site.post("/auth/devicename", form)
    assert head[0] == "HTTP/1.1 200 OK"
    assert json.loads(body) == {
        "code": 200,
        "data": {
            "iotId": "iot-1",
            "iotToken": "token-2",
            "resources": {"mqtt": {"host": "127.0.0.1", "port": 1883}},
        },
        "message": "success",
    }
    assert b": " not in body
    assert body.startswith(b'{"code":200,')
    assert len(body) < 300


async def test_a_backend_that_fails(site, monkeypatch):
    async def fail(request):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(site.backend, "register", fail)
    _, body = await site.post("/auth/register/device", register_form())
    assert body == b'{"code":500,"message":"server error"}'


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (b"GET /auth/register/device HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404),
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n\xff\xfe\xfd", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 120\r\n\r\n" + b"a=1&" * 30 + b"", 404),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n" + b"a=1&" * 100, 400),
        (b"POST / HTTP/1.1\r\nX: " + b"x" * 9000, 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000, 413),
    ],
)
async def test_hostile_requests(site, wire, status):
    answer = await site.exchange(wire)
    assert answer.startswith(b"HTTP/1.1 %d " % status)


async def test_a_request_in_pieces_and_a_slow_one(site):
    form = urlencode(register_form()).encode()
    wire = b"POST /auth/register/device HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(form) + form
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    for at in range(0, len(wire), 7):
        writer.write(wire[at : at + 7])
        await asyncio.sleep(0)
    assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()

    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(wire[:40])
    async with asyncio.timeout(30):
        while not site.http.connections:
            await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    await site.clock.advance(10_000)
    async with asyncio.timeout(30):
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_a_bounded_number_at_once(site):
    held = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(20)]
    async with asyncio.timeout(30):
        while len(site.http.connections) < 20:
            await asyncio.sleep(0)
    every = [*held, await asyncio.open_connection("127.0.0.1", site.port)]
    reading = [asyncio.create_task(reader.read()) for reader, _ in every]
    ended, going_on = await asyncio.wait(reading, timeout=30, return_when=asyncio.FIRST_COMPLETED)
    assert len(ended) == 1
    assert len(site.http.connections) == 20
    for task in going_on:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    for _, each in every:
        each.close()
