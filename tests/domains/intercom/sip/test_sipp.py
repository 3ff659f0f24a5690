"""Calls by SIPp, which we did not write."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.test_calls import until_quiet
from tests.ports import free_port

SCENARIOS = Path(__file__).parent / "scenarios"
CALLS = 20
pytestmark = pytest.mark.skipif(shutil.which("sipp") is None, reason="SIPp is not installed")


async def sipp(folder: Path, server: int, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "sipp", f"127.0.0.1:{server}", "-i", "127.0.0.1", "-nostdin", "-timeout", "30s", *options,
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process) -> None:
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode(errors="replace")[-3000:]


async def log_in(exchange: Exchange, folder: Path, port: int) -> tuple[str, str]:
    number, password = await exchange.account()
    await register(exchange, folder, port, (number, password), 600)
    return number, password


async def register(
    exchange: Exchange, folder: Path, port: int, account: tuple[str, str], seconds: int
) -> None:
    """By digest; for no second: log out."""
    number, password = account
    await ended(
        await sipp(
            folder, exchange.front.port, "-sf", str(SCENARIOS / "register.xml"), "-p", str(port), "-m", "1",
            "-s", number, "-au", number, "-ap", password, "-key", "seconds", str(seconds),
        )
    )  # fmt: skip


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_calls_by_sipp(exchange: Exchange, tmp_path: Path, transport: str) -> None:
    callee_port = free_port()
    callee, _ = await log_in(exchange, tmp_path, callee_port)
    caller, password = await exchange.account(kind=1)
    answering = await sipp(
        tmp_path, exchange.front.port, "-sn", "uas", "-p", str(callee_port), "-m", str(CALLS)
    )
    try:
        await ended(
            await sipp(
                tmp_path, exchange.front.port, "-sf", str(SCENARIOS / "call.xml"), "-m", str(CALLS), "-l", "1",
                "-s", callee, "-key", "caller", caller, "-au", caller, "-ap", password, "-t", transport,
            )
        )  # fmt: skip
        await ended(answering)
    finally:
        if answering.returncode is None:
            answering.kill()
            await answering.wait()
    await until_quiet(exchange)
