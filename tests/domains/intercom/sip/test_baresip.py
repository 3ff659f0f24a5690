"""Two baresip phones, which we did not write, log in and talk."""

import asyncio
import shutil
import wave
from array import array
from pathlib import Path

import pytest

from linli.calls.relay_media import Relayed
from linli.media.relay import Relay
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.test_calls import until_quiet

MODULES = Path("/usr/lib/baresip/modules")
pytestmark = pytest.mark.skipif(
    shutil.which("baresip") is None or not MODULES.exists(), reason="baresip is not installed"
)
WAIT_S = 60
# Tones play through the file player too, whose thread goes on after its memory is freed (baresip 1.1, seen by
# valgrind in every second call): the phone then sometimes dies in the moment of the answer.
TONES = ("ring", "callwaiting", "ringback", "notfound", "busy", "error")
TONELESS = "ringback_disabled yes\n" + "".join(f"{tone}_aufile none\n" for tone in TONES)


class Baresip:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.output = ""

    @classmethod
    async def start(cls, folder: Path, account: str, *commands: str, more: str = "") -> "Baresip":
        """`more`: lines of its configuration."""
        folder.mkdir()
        (folder / "accounts").write_text(account + "\n")
        with wave.open(str(folder / "says.wav"), "wb") as tone:
            tone.setparams((1, 2, 8000, 0, "NONE", ""))
            tone.writeframes(b"\x00\x20\x00\xe0" * 8000 * 30)
        (folder / "config").write_text(
            "sip_listen 127.0.0.1:0\n"
            f"audio_player aufile,{folder}/heard.wav\n"
            f"audio_source aufile,{folder}/says.wav\n"
            f"audio_alert aufile,{folder}/alert.wav\n"
            f"module_path {MODULES}\n"
            f"module g711.so\nmodule aufile.so\nmodule_app account.so\nmodule_app menu.so\n{TONELESS}{more}"
        )
        options = [part for command in commands for part in ("-e", command)]
        process = await asyncio.create_subprocess_exec(
            "baresip", "-4", "-f", str(folder), *options,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return cls(process)

    async def says(self, words: str) -> None:
        """Wait until it prints these words."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(WAIT_S):
                while words not in self.output:
                    part = await self._process.stdout.read(4096)
                    assert part, f"ended without {words!r}: {self.output[-3000:]}"
                    self.output += part.decode(errors="replace")
        except TimeoutError:
            pytest.fail(f"no {words!r} in {self.output[-3000:]}")

    async def quit(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.communicate()


@pytest.mark.parametrize("relayed", [False, True], ids=["directly", "through the relay"])
async def test_two_phones_talk(exchange: Exchange, tmp_path: Path, relayed: bool) -> None:
    relay = None
    if relayed:
        relay = Relay("127.0.0.1", 24_000, 24_999)
        await relay.start()
        exchange.front.calls.media = Relayed(relay, "127.0.0.1", "")
    here = f"127.0.0.1:{exchange.front.port}"
    door, phone = await exchange.account(kind=1), await exchange.account()

    def account(number: str, password: str, more: str = "") -> str:
        return f"<sip:{number}@{here};transport=udp>;auth_pass={password};regint=60{more}"

    called = await Baresip.start(tmp_path / "phone", account(*phone, ";answermode=auto"))
    caller = None
    try:
        await called.says("200 OK")
        caller = await Baresip.start(tmp_path / "door", account(*door), f"/dial sip:{phone[0]}@{here}")
        await caller.says("Call established")
        await called.says("Call established")
        for each in (called, caller):
            await each.says("incoming rtp for 'audio' established")
        assert exchange.front.calls.count == 1
        if relay is not None:
            assert relay.ports == 2
        async with asyncio.timeout(WAIT_S):
            while min(loudest(tmp_path / name / "heard.wav") for name in ("phone", "door")) < 4000:
                await asyncio.sleep(0.1)
        await caller.quit()
        await called.says("session closed")
        await until_quiet(exchange)
    finally:
        for each in filter(None, (called, caller)):
            await each.quit()
        if relay is not None:
            await exchange.front.stop()
            await relay.stop()


def loudest(path: Path) -> int:
    """Of what a phone has written so far, behind the head of the file."""
    samples = path.read_bytes()[44:] if path.exists() else b""
    return max(map(abs, array("h", samples[: len(samples) & ~1])), default=0)
