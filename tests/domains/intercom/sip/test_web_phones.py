"""Phones in browsers: SIP over WebSocket on the web port, by hand and by JsSIP, which we did not write."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest

from linli.domains.intercom.sip import web
from linli.kernel.http import HttpServer
from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.phone import WAIT_S
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send, until_quiet
from tests.domains.intercom.sip.web_line import WebLine
from tests.node_clients import FOLDER

SITE = "https://phones.example"


@pytest.fixture
async def site(exchange: Exchange) -> AsyncIterator[int]:
    """The web port."""

    async def nothing(_scope: Any, _receive: Any, send_: Any) -> None:
        await send_({"type": "http.response.start", "status": 404, "headers": []})
        await send_({"type": "http.response.body", "body": b""})

    server = HttpServer(nothing, upgrades={web.PATH: web.upgrade(exchange.front.web, [SITE])})
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop(grace_seconds=1)


async def opened(site: int, **headers: str) -> WebLine:
    line = await WebLine.open(site, **headers)
    assert isinstance(line, WebLine), line
    return line


async def test_who_may_come(site: int) -> None:
    for origin in ("", f"http://127.0.0.1:{site}", SITE):
        (await opened(site, Origin=origin)).close()
    for origin in ("https://evil.example", "null", f"{SITE}.evil.example"):
        assert await WebLine.open(site, Origin=origin) == 403
    assert await WebLine.open(site, Sec_WebSocket_Protocol="mqtt") == 400
    assert await WebLine.open(site, Sec_WebSocket_Protocol="") == 400


async def test_a_web_phone_is_called_and_hangs_up(exchange: Exchange, site: int) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone(registered=False)
    line = await opened(site)
    assert await line.register(phone) == 200
    invite = await door.call(phone.number)
    received = await line.next()
    assert isinstance(received, sip.Request)
    assert received.via.transport == "WS"
    line.send(sip.respond(received, 200, to_tag="w", body=ANSWER, fields=[
        ("contact", f"<sip:{phone.number}@x1.invalid;transport=ws>"), ("content-type", "application/sdp"),
    ]))  # fmt: skip
    accepted = await door.response(200)
    acknowledge(door, invite, accepted)
    ack = await line.next()
    assert isinstance(ack, sip.Request)
    assert ack.method == "ACK"
    bye = sip.Dialog.of_request(received, "w").request("BYE")
    bye.set("via", "SIP/2.0/WS x1.invalid;branch=z9hG4bKbye")
    line.send(bye)
    assert isinstance(await line.next(), sip.Response)
    door.send(sip.respond(await door.request("BYE"), 200))
    await until_quiet(exchange)
    line.close()


async def test_a_line_that_ended_is_no_way_to_its_phone(exchange: Exchange, site: int) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone(registered=False)
    line = await opened(site)
    assert await line.register(phone) == 200
    line.close()
    async with asyncio.timeout(WAIT_S):
        while exchange.front.web._connections:
            await asyncio.sleep(0.01)
    await door.call(phone.number)
    assert (await door.response()).status == 480


async def test_lines_are_bounded_and_broken_words_end_none(exchange: Exchange, site: int) -> None:
    exchange.front.web._limits = exchange.front.web._limits._replace(connections_each=1)
    line, phone = await opened(site), await exchange.phone(registered=False)
    refused = await opened(site)
    assert await refused.next() in (0, 1013)
    for words in (b"\r\n\r\n", b"nothing of SIP", b"INVITE sip:x SIP/2.0\r\n\r\n"):
        line.send(words)
    assert await line.register(phone) == 200
    line.send(b"x" * (web.MOST_MESSAGE + 1))
    last: Any = None
    while not isinstance(last, int):
        last = await line.next()
    assert last in (0, 1009)


class JsSip:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.printed: list[str] = []

    @classmethod
    async def start(cls, site: int, number: str, password: str, call: str = "") -> "JsSip":
        said = {
            "url": f"ws://127.0.0.1:{site}/sip", "uri": f"sip:{number}@127.0.0.1", "password": password,
            "call": f"sip:{call}@127.0.0.1" if call else "",
        }  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            "node", "phone.cjs", json.dumps(said), cwd=FOLDER,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return cls(process)

    async def says(self, event: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            while True:
                line = (await self._process.stdout.readline()).decode(errors="replace")
                assert line, "".join(self.printed)[-3000:]
                self.printed.append(line)
                if line.startswith("{") and (told := json.loads(line))["event"] == event:
                    return dict(told)

    async def hang_up(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        await self._process.stdin.drain()

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


needs_jssip = pytest.mark.skipif(
    shutil.which("node") is None or not (FOLDER / "node_modules" / "jssip").is_dir(),
    reason="JsSIP is not installed: npm ci in tests/node",
)


@needs_jssip
async def test_jssip_is_called_by_a_door_and_opens(exchange: Exchange, site: int) -> None:
    door, account = await exchange.phone(kind=1), await exchange.account()
    phone = await JsSip.start(site, *account)
    try:
        await phone.says("registered")
        invite = await door.call(account[0])
        accepted = await door.response(200)
        dialog = acknowledge(door, invite, accepted)
        await phone.says("confirmed")
        info = dialog.request("INFO")
        info.set("content-type", "application/json")
        info.body = b'{"res":"unlock","reqsn":1,"status":200}'
        send(door, info)
        assert (await phone.says("info"))["body"] == info.body.decode()
        send(door, dialog.request("BYE"))
        assert (await phone.says("ended"))["by"] == "remote"
        await until_quiet(exchange)
    finally:
        await phone.end()


@needs_jssip
async def test_jssip_calls_a_door(exchange: Exchange, site: int) -> None:
    door, account = await exchange.phone(kind=1), await exchange.account()
    phone = await JsSip.start(site, *account, call=door.number)
    try:
        received = await door.request("INVITE")
        answer(door, received, 200, body=ANSWER)
        await door.request("ACK")
        await phone.says("confirmed")
        await phone.hang_up()
        door.send(sip.respond(await door.request("BYE"), 200))
        await until_quiet(exchange)
    finally:
        await phone.end()


@needs_jssip
async def test_jssip_with_a_wrong_password(exchange: Exchange, site: int) -> None:
    number, _ = await exchange.account()
    phone = await JsSip.start(site, number, "wrong")
    try:
        await phone.says("refused")
    finally:
        await phone.end()
