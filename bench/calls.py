"""`./linli bench calls`: processor time of an answered call, anchored and recorded, against one that Kamailio proxies.

SIPp makes and answers the calls (INVITE, 407, INVITE, 200, ACK, BYE, by UDP); accounts and log-ins are in SQLite on
both sides. Kamailio writes nothing of a call; Linli is both ends' peer, opens ports of its relay, and keeps the record.
A value is calls for a second of the server's processor time, all its processes together; the asked ratio is 0.67 (1.5
times Kamailio's at most). No media flows: what a packet costs is `python -m bench.relay`.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.harness import ROOT, GeneratorClock, Report, Sample, alternate, cpu_of, finish, pinned
from bench.linli_process import serving, site
from bench.sip import Phones, accounts_in, family
from bench.yardsticks import kamailio
from tests.engines import free_port

CALLERS: Final = 200
"""And as many who answer: a number has one call at a time."""
CALLS: Final = 1_000
RATE: Final = 60
"""A second: one address may send 500 messages."""
PAIRS: Final = 3
HERE, THERE = "127.0.2.1", "127.0.2.2"
SCENARIO: Final = ROOT / "bench" / "scenarios" / "call.xml"


async def _log_in(server: int, port: int, numbers: list[str]) -> None:
    """All who answer are at one port, as behind a switchboard."""
    loop = asyncio.get_running_loop()
    _, phones = await loop.create_datagram_endpoint(
        lambda: Phones(THERE, server, numbers, len(numbers)), local_addr=(THERE, port)
    )
    async with asyncio.timeout(120):
        await phones.done
    phones._wire.close()
    if phones.failure:
        raise RuntimeError(f"a log-in failed:\n{phones.failure}")


class Side:
    """One server under load."""

    def __init__(self, folder: Path, pid: int, server: int, numbers: list[str]) -> None:
        self._folder, self._pid, self._server, self._answers_at = folder, pid, server, free_port()
        callers, callees = numbers[:CALLERS], numbers[CALLERS : 2 * CALLERS]
        proof = f"password={kamailio.PASSWORD}]"
        lines = [
            f"{a};{b};[authentication username={a} {proof}" for a, b in zip(callers, callees, strict=True)
        ]
        folder.mkdir(exist_ok=True)
        (folder / "pairs.csv").write_text("\n".join(["SEQUENTIAL", *lines]) + "\n")
        asyncio.run(_log_in(server, self._answers_at, callees))

    def sample(self) -> Sample:
        before = sum(map(cpu_of, family(self._pid)))
        line = ["sipp", f"127.0.0.1:{self._server}", "-nostdin", "-m", str(CALLS)]
        quiet = {"cwd": self._folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        answering = subprocess.Popen(
            pinned([*line, "-sn", "uas", "-i", THERE, "-p", str(self._answers_at)], core=1),
            cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with GeneratorClock() as clock:
                calling = [*line, "-sf", str(SCENARIO), "-inf", "pairs.csv", "-i", HERE, "-r", str(RATE)]
                done = subprocess.run(pinned([*calling, "-l", "60"], core=1), timeout=300, **quiet)
        finally:
            answering.kill()
            answering.wait()
        if done.returncode != 0:
            raise RuntimeError(f"SIPp's calls failed:\n{done.stdout[-3000:].decode(errors='replace')}")
        used = sum(map(cpu_of, family(self._pid))) - before
        return Sample(CALLS / used, clock.share)


def main(arguments: list[str]) -> None:
    report = Report("calls", "calls/CPU s", "Kamailio 6 as proxy, accounts and log-ins in SQLite")
    if kamailio.missing() or shutil.which("sipp") is None:
        raise SystemExit("Kamailio or SIPp is not here: install Debian's kamailio and sip-tester")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, site() as installation:
        numbers, port = asyncio.run(accounts_in(installation)), free_port()
        first = free_port()
        media = {
            "LINLI_MEDIA_ENABLED": "true",
            "LINLI_MEDIA_BROWSER_PORT": "0",
            "LINLI_MEDIA_FIRST_PORT": str(first),
            "LINLI_MEDIA_LAST_PORT": str(first + 450),
        }
        with (
            kamailio.serving(Path(name) / "kept", numbers, calls=True) as (other, other_port),
            serving(installation, LINLI_SIP_PORT=str(port), LINLI_SIP_HOST="127.0.0.1", **media) as process,
        ):
            linli = Side(Path(name) / "linli", process.pid, port, numbers)
            yardstick = Side(Path(name) / "kamailio", other.pid, other_port, numbers)
            alternate(report, linli.sample, yardstick.sample, pairs=PAIRS)
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
