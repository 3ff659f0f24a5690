"""`./linli bench live`: what it costs the console to tell many open pages the same event.

Deliveries (events times pages) a second of the server's processor time, against a bare protocol that writes ready bytes.
The pages are sockets that read all they are told; every page of Linli is signed in, has its right and its scope.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import uvloop

from bench.harness import ROOT, GeneratorClock, Report, Sample, alternate, cpu_of, finish, pinned
from linli.console.app import console_app
from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.migrations import runner

PAGES, ACCOUNTS, EVENTS, EACH_TURN, BYTES = 200, 20, 2000, 20, 400
PASSWORD = "bench horse battery"


def _line(module: str) -> list[str]:
    sizes = [str(PAGES), str(EVENTS), str(EACH_TURN), str(BYTES)]
    if module == "live":
        return pinned([sys.executable, "-m", "bench.live", "serve"])
    return pinned([sys.executable, str(ROOT / "bench" / "yardsticks" / "bare_sse.py"), *sizes])


def linli() -> Sample:
    return _measure("live")


def bare() -> Sample:
    return _measure("bare")


def _measure(module: str) -> Sample:
    with subprocess.Popen(_line(module), stdout=subprocess.PIPE, cwd=ROOT, env=dict(os.environ)) as server:
        assert server.stdout
        port, *cookies = server.stdout.readline().decode().split()
        with GeneratorClock() as clock:
            arrived = uvloop.run(_read(int(port), cookies))
            seconds = cpu_of(server.pid)
        began = float(server.stdout.readline())
        server.terminate()
    seconds -= began
    wanted = PAGES * EVENTS
    assert arrived == wanted, f"{arrived} of {wanted} events arrived"
    return Sample(wanted / seconds, clock.share)


async def _read(port: int, cookies: list[str]) -> int:
    """Open all pages and read until each was told everything."""

    async def page(number: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        cookie = f"cookie: {cookies[number % len(cookies)]}\r\n" if cookies else ""
        head = f"GET /api/console/live?topics=pass HTTP/1.1\r\nhost: bench\r\n{cookie}\r\n"
        writer.write(head.encode())
        arrived = 0
        while arrived < EVENTS:
            data = await reader.read(1 << 16)
            if not data:
                break
            arrived += data.count(b"event: pass")
        writer.close()
        return arrived

    return sum(await asyncio.gather(*(page(number) for number in range(PAGES))))


async def _serve() -> None:
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        url = f"sqlite:///{folder}/linli.db"
        runner.upgrade(url)
        db, clock, secrets = await open_database(url), SystemClock(), Secrets.random()
        parts = Parts(
            db=db,
            clock=clock,
            ids=Ids(random.Random(7), clock.now_ms),
            secrets=secrets,
            objects=ObjectStore(Path(folder), secrets.derived("files"), "http://bench", clock),
            settings=Settings(data_dir=folder),
            services=dict.fromkeys(SERVICES),
        )
        server = HttpServer(console_app(parts))
        await server.start()
        tenant_id, logins = await _accounts(parts)
        print(server.port, *[await _cookie(server.port, login) for login in logins], flush=True)
        while parts.hub.readers < PAGES:  # noqa: ASYNC110  (the hub tells nobody who comes)
            await asyncio.sleep(0.01)
        print(time.process_time(), flush=True)
        text = "x" * BYTES
        for number in range(EVENTS):
            parts.hub.publish("pass", {"n": number, "text": text}, tenant_id=tenant_id, community_id=1)
            if number % EACH_TURN == 0:
                await asyncio.sleep(0.002)
        await asyncio.Event().wait()


async def _accounts(parts: Parts) -> tuple[str, list[str]]:
    """(tenant, log-ins of staff in community 1)"""
    hashed, now_ms = await accounts.hash_password(PASSWORD), parts.clock.now_ms()
    logins = [f"bench{number:02}" for number in range(ACCOUNTS)]
    async with parts.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="bench", ids=parts.ids)
        for login in logins:
            number = await accounts.create_account(
                tx, login=login, password_hash=hashed, name=login, ids=parts.ids, now_ms=now_ms
            )
            await accounts.grant_role(
                tx,
                account_id=number,
                role=Role.STAFF,
                tenant_id=tenant_id,
                community_id=1,
                now_ms=now_ms,
            )
    return tenant_id, logins


async def _cookie(port: int, login: str) -> str:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
        answer = await browser.post(
            "/api/console/session",
            json={"login": login, "password": PASSWORD},
            headers={"x-linli-request": "1"},
        )
        assert answer.status_code == 200, answer.text
        return answer.headers["set-cookie"].partition(";")[0]


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["serve"]:
        return uvloop.run(_serve())
    report = Report("live", "deliveries/s of processor", "one protocol that writes ready bytes")
    finish(alternate(report, linli, bare), arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
