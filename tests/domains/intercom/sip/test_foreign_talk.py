"""Stacks that we did not write go through all phases of the SIP access: log in, call, talk, end, log out."""

import asyncio
import shutil
from pathlib import Path

import pytest

from linli.calls.relay_media import Relayed
from linli.media.relay import Relay
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.test_baresip import MODULES, WAIT_S, Baresip, loudest
from tests.domains.intercom.sip.test_calls import until_quiet
from tests.domains.intercom.sip.test_sipp import ended, log_in, register, sipp
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    shutil.which("sipp") is None or shutil.which("baresip") is None or not MODULES.exists(),
    reason="SIPp or baresip is not installed",
)


@pytest.mark.covers("SIP-01", "G-C36")
async def test_a_baresip_door_talks_with_a_sipp_phone(exchange: Exchange, tmp_path: Path) -> None:
    """The phone sends back what it hears: the door hears its own tone, which went through the relay twice."""
    relay = Relay("127.0.0.1", 28_000, 28_499)
    await relay.start()
    exchange.front.calls.media = Relayed(relay, "127.0.0.1", "")
    here, port = f"127.0.0.1:{exchange.front.port}", free_port()
    phone = await log_in(exchange, tmp_path, port)
    number, password = await exchange.account(kind=1)
    answering = await sipp(
        tmp_path, exchange.front.port, "-sn", "uas", "-p", str(port), "-m", "1", "-rtp_echo",
        "-min_rtp_port", "28500", "-max_rtp_port", "28599", "-timeout", "180s",
    )  # fmt: skip
    account = f"<sip:{number}@{here};transport=udp>;auth_pass={password};regint=60"
    door = await Baresip.start(tmp_path / "door", account, f"/dial sip:{phone[0]}@{here}")
    watcher = await exchange.phone()
    try:
        await door.says("Call established")
        await door.says("incoming rtp for 'audio' established")
        assert relay.ports == 2
        async with asyncio.timeout(WAIT_S):
            while loudest(tmp_path / "door" / "heard.wav") < 4000:
                await asyncio.sleep(0.1)
        await watcher.call(number)
        assert (await watcher.response()).status == 486, "the door is logged in, and talks"
        await door.quit()  # hangs up, and logs out
        await ended(answering)
        await until_quiet(exchange)
        await register(exchange, tmp_path, port, phone, 0)
        for each in (number, phone[0]):
            await watcher.call(each)
            assert (await watcher.response()).status == 480, "it is logged out"
    finally:
        await door.quit()
        if answering.returncode is None:
            answering.kill()
            await answering.wait()
        await exchange.front.stop()
        await relay.stop()
