"""Phones over TLS: `openssl s_client` and baresip, which we did not write."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.kernel.lobby import Lobby
from linli.protocols import sip
from tests.databus.certificates import self_signed
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.phone import WAIT_S
from tests.domains.intercom.sip.test_baresip import MODULES, Baresip
from tests.domains.intercom.sip.test_calls import until_quiet


@pytest.fixture
async def secure(exchange: Exchange, tmp_path: Path) -> AsyncIterator[int]:
    """The TLS port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path, "localhost"))
    door = Lobby(secured=exchange.front.secure.make, tls=context)
    port = await door.start("127.0.0.1", 0)
    exchange.front.serve_tls(port)
    try:
        yield port
    finally:
        door.close()


async def test_openssl_logs_in(exchange: Exchange, secure: int) -> None:
    phone = await exchange.phone(registered=False)
    client = await asyncio.create_subprocess_exec(
        "openssl", "s_client", "-quiet", "-verify_quiet", "-connect", f"127.0.0.1:{secure}",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert client.stdin is not None
    assert client.stdout is not None
    cut = sip.StreamReader()

    async def answered(request: sip.Request) -> sip.Response:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(bytes(request))
        async with asyncio.timeout(WAIT_S):
            while not (messages := cut.read(await client.stdout.read(65_536))):
                pass
        assert isinstance(messages[0], sip.Response)
        return messages[0]

    try:
        request = phone.make("REGISTER", "sip:127.0.0.1")
        request.set("to", f"<sip:{phone.number}@127.0.0.1>")
        request.set("via", "SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKone;rport")
        again = phone.prove(request, await answered(request))
        again.set("via", "SIP/2.0/TLS 127.0.0.1;branch=z9hG4bKtwo;rport")
        assert (await answered(again)).status == 200
        client.stdin.write(b"\r\n\r\n")
        async with asyncio.timeout(WAIT_S):
            assert await client.stdout.readexactly(2) == b"\r\n"
    finally:
        client.kill()
        await client.wait()


@pytest.mark.skipif(
    shutil.which("baresip") is None or not MODULES.exists(), reason="baresip is not installed"
)
async def test_baresip_over_tls_is_called_by_one_over_udp(
    exchange: Exchange, secure: int, tmp_path: Path
) -> None:
    door, phone = await exchange.account(kind=1), await exchange.account()
    plain, within = f"127.0.0.1:{exchange.front.port}", f"127.0.0.1:{secure}"
    called = await Baresip.start(
        tmp_path / "phone",
        f"<sip:{phone[0]}@{within};transport=tls>;auth_pass={phone[1]};regint=60;answermode=auto",
    )
    caller = None
    try:
        await called.says("200 OK")
        assert any(phone[0] in line.numbers for line in exchange.front.secure._connections.values())
        caller = await Baresip.start(
            tmp_path / "door",
            f"<sip:{door[0]}@{plain};transport=udp>;auth_pass={door[1]};regint=60",
            f"/dial sip:{phone[0]}@{plain}",
        )
        for each in (caller, called):
            await each.says("Call established")
        await caller.quit()
        await called.says("session closed")
        await until_quiet(exchange)
    finally:
        for each in filter(None, (called, caller)):
            await each.quit()
