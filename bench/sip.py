"""`./linli bench sip`: processor time of a log-in by digest (REGISTER, 401, REGISTER, 200) against Kamailio's.

Both serve UDP from one core, with accounts and log-ins in SQLite, each written at once. A value is log-ins for a second
of the server's processor time, all its processes together; the asked ratio is 0.5 (twice Kamailio's at most). Beside it
stands Kamailio with one password for all and log-ins in memory, which a restart forgets.
"""

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.harness import GeneratorClock, Report, Sample, alternate, cpu_of, finish
from bench.linli_process import Site, serving, site
from bench.yardsticks import kamailio
from linli.domains.intercom.models import accounts
from linli.kernel.db import open_database
from tests.engines import free_port

ACCOUNTS: Final = 2_000
LOG_INS: Final = 1_200
"""Of a run: Kamailio waits for the disk for each."""
LOG_INS_IN_MEMORY: Final = 12_000
HOSTS: Final = 60
"""Addresses of loopback that phones come from: one alone would be slowed."""
AT_ONCE: Final = 4
"""Log-ins under way from each."""
PAIRS: Final = 3
WAIT_S: Final = 10.0


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class Phones(asyncio.DatagramProtocol):
    """The phones of one address, some at once."""

    def __init__(self, host: str, server: int, numbers: list[str], count: int) -> None:
        self._host, self._server, self._numbers = host, server, numbers
        self._left = count
        self._serial = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way: dict[str, tuple[str, float]] = {}
        self.took: list[float] = []
        self.failure = ""

    def connection_made(self, transport: Any) -> None:
        self._wire = transport
        self._port = transport.get_extra_info("sockname")[1]
        for _ in range(AT_ONCE):
            self._begin()

    def _begin(self) -> None:
        if self._left <= 0:
            if not self._under_way and not self.done.done():
                self.done.set_result(None)
            return
        self._left -= 1
        self._serial += 1
        number, call = self._numbers[self._serial % len(self._numbers)], f"{self._host}-{self._serial}"
        self._under_way[call] = number, time.perf_counter()
        self._say(call, number, 1, "")

    def _say(self, call: str, number: str, cseq: int, proof: str) -> None:
        here = f"{self._host}:{self._port}"
        self._wire.sendto(
            f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{call}{cseq};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{number}@127.0.0.1>;tag=t\r\nTo: <sip:{number}@127.0.0.1>\r\n"
            f"Call-ID: {call}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{number}@{here}>\r\nExpires: 600\r\n"
            f"{proof}Content-Length: 0\r\n\r\n".encode(),
            ("127.0.0.1", self._server),
        )

    def datagram_received(self, data: bytes, _addr: Any) -> None:
        text = data.decode()
        call = text.partition("\r\nCall-ID: ")[2].partition("\r\n")[0]
        if not call:
            call = text.lower().partition("\r\ncall-id: ")[2].partition("\r\n")[0]
        if call not in self._under_way:
            return
        number, begun = self._under_way[call]
        if text.startswith("SIP/2.0 401") and "CSeq: 1" in text:
            nonce = text.partition('nonce="')[2].partition('"')[0]
            first = _md5(f"{number}:linli:{kamailio.PASSWORD}")
            response = _md5(f"{first}:{nonce}:{_md5('REGISTER:sip:127.0.0.1')}")
            proof = (
                f'Authorization: Digest username="{number}", realm="linli", nonce="{nonce}", '
                f'uri="sip:127.0.0.1", response="{response}", algorithm=MD5\r\n'
            )
            self._say(call, number, 2, proof)
            return
        if text.startswith("SIP/2.0 200"):
            self.took.append(time.perf_counter() - begun)
        else:
            self.failure = text[:400]
        del self._under_way[call]
        self._begin()


def family(pid: int) -> list[int]:
    """A process and those under it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(under for child in children for under in family(int(child)))]


async def _log_in(server: int, numbers: list[str], count: int) -> list[float]:
    loop = asyncio.get_running_loop()
    each, phones = len(numbers) // HOSTS, []
    for n in range(HOSTS):
        host = f"127.0.1.{n + 1}"
        mine = numbers[n * each : (n + 1) * each]
        _, phone = await loop.create_datagram_endpoint(
            lambda host=host, mine=mine: Phones(host, server, mine, count // HOSTS), local_addr=(host, 0)
        )
        phones.append(phone)
    async with asyncio.timeout(WAIT_S * 30):
        await asyncio.gather(*(phone.done for phone in phones))
    for phone in phones:
        phone._wire.close()
    if failure := next((phone.failure for phone in phones if phone.failure), ""):
        raise RuntimeError(f"a log-in failed:\n{failure}")
    return [took for phone in phones for took in phone.took]


def sample(pid: int, server: int, numbers: list[str], count: int = LOG_INS) -> Sample:
    before = sum(map(cpu_of, family(pid)))
    with GeneratorClock() as clock:
        took = asyncio.run(_log_in(server, numbers, count))
    used = sum(map(cpu_of, family(pid))) - before
    took.sort()
    return Sample(len(took) / used, clock.share, took[len(took) * 99 // 100] * 1000)


async def accounts_in(installation: Site) -> list[str]:
    db = await open_database(installation.database)
    numbers = [f"n{n:09d}" for n in range(ACCOUNTS)]
    async with db.begin() as tx:
        await tx.insert_many(
            accounts,
            [
                {
                    "number": number,
                    "tenant_id": installation.tenant_id,
                    "project_id": installation.project_id,
                    "kind": 0,
                    "password": installation.secrets.seal(kamailio.PASSWORD, about=f"sip:{number}"),
                    "created_ms": 0,
                    "changed_ms": 0,
                }
                for number in numbers
            ],
        )
    await db.close()
    return numbers


def main(arguments: list[str]) -> None:
    report = Report("sip", "log-ins/CPU s", "Kamailio 6, accounts and log-ins in SQLite")
    if kamailio.missing():
        raise SystemExit("Kamailio is not here: unpack Debian's package and name the folder in KAMAILIO_ROOT")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, site() as installation:
        numbers, port = asyncio.run(accounts_in(installation)), free_port()
        with (
            kamailio.serving(Path(name) / "kept", numbers) as (other, other_port),
            kamailio.serving(Path(name) / "memory", None) as (bare, bare_port),
            serving(installation, LINLI_SIP_PORT=str(port), LINLI_SIP_HOST="127.0.0.1") as process,
        ):
            alternate(
                report,
                lambda: sample(process.pid, port, numbers),
                lambda: sample(other.pid, other_port, numbers),
                pairs=PAIRS,
            )
            memory = sample(bare.pid, bare_port, numbers, LOG_INS_IN_MEMORY)
    linli = statistics.median(run.value for run in report.linli)
    report.add("of Kamailio with log-ins in memory", linli / memory.value)
    for side, samples in (("Linli", report.linli), ("Kamailio", report.other)):
        slowest = max(run.p99_ms for run in samples)
        report.add(f"p99 of a log-in on {side} in ms (a figure)", slowest)
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
