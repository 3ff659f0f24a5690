"""SIPVicious, which we did not write: it finds no account and no password, is slowed, and is named to the operator."""

import asyncio
import shutil
from pathlib import Path

import pytest

from linli.kernel.sip.guard import MOST_WRONG
from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.network import Network

pytestmark = pytest.mark.skipif(shutil.which("svmap") is None, reason="SIPVicious is not installed")
AS_A_PHONE = "Yealink SIP-T46S 66.85.0.5"
"""A name under which no scanner comes: its own ones get no answer at all."""


async def scan(folder: Path, *words: str) -> str:
    """Run one of its tools to its end; what it printed."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=folder, env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(90):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return printed.decode(errors="replace")


async def knows(exchange: Exchange, folder: Path, *words: str, hidden: bool = True) -> str:
    """What a tool prints of our port. `hidden`: its messages come under the name of a phone."""
    network = await Network(exchange.front.port).open()
    if hidden:
        network.change = lambda data: data.replace(b"friendly-scanner", AS_A_PHONE.encode())
    try:
        return await scan(folder, words[0], "-p", str(network.port), *words[1:], "127.0.0.1")
    finally:
        network.close()


def health(exchange: Exchange) -> str:
    return exchange.front.notice()


async def test_a_scanner_that_says_so_gets_no_answer(exchange: Exchange, tmp_path: Path) -> None:
    printed = await knows(exchange, tmp_path, "svmap", hidden=False)
    assert "Yealink" not in printed
    assert "linli" not in printed.lower().replace("sipvicious", "")
    assert "127.0.0.1" in health(exchange)


async def test_a_hidden_scanner_learns_no_number(exchange: Exchange, tmp_path: Path) -> None:
    """Ten numbers of which one is an account: all are answered alike, or not at all."""
    number, _ = await exchange.account()
    strangers = [f"nobody{n}" for n in range(9)]
    dictionary = tmp_path / "numbers.txt"
    dictionary.write_text("\n".join([*strangers, number]) + "\n")
    for method in ("REGISTER", "INVITE", "OPTIONS"):
        printed = await knows(
            exchange, tmp_path, "svwar", "-d", str(dictionary), "-m", method, "--force",
            "-t", "0.05", "--maximumtime", "2",
        )  # fmt: skip
        found = [line.split("|")[1:3] for line in printed.splitlines() if line.startswith("|")]
        told = {each.strip(): what.strip() for each, what in found}
        reached = [told.get(each) for each in (number, *strangers)]
        assert set(reached) == {reached[0]}, (method, printed)
    assert exchange.front.exchange.count == 0


async def test_a_hidden_cracker_is_slowed_and_named(exchange: Exchange, tmp_path: Path) -> None:
    """The right password is behind more wrong ones than an address may try."""
    number, password = await exchange.account()
    words = tmp_path / "words.txt"
    words.write_text("\n".join([*(f"wrong{n}" for n in range(2 * MOST_WRONG)), password]) + "\n")
    printed = await knows(
        exchange, tmp_path, "svcrack", "-u", number, "-d", str(words), "-t", "0.05", "--maximumtime", "2"
    )
    assert password not in printed, printed
    assert "127.0.0.1" in health(exchange)
    honest = await exchange.phone(registered=False)
    probe = honest.make("OPTIONS", "sip:127.0.0.1")
    honest.send(probe)
    answered = await honest.response()
    assert isinstance(answered, sip.Response)
    assert answered.status == 200
