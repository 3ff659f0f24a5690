"""A process that does waiting imports until it is killed: `python -m … DATABASE OBJECTS NOW_MS`."""

import asyncio
import sys
from pathlib import Path

from linli.domains.communities.service.importer import Importer
from linli.kernel.clock import ManualClock
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.secrets import Secrets


async def main(url: str, folder: str, now_ms: str) -> None:
    clock = ManualClock(int(now_ms))
    db = await open_database(url, clock=clock)
    jobs = Jobs()
    Importer(
        db, ObjectStore(Path(folder), b"s" * 32, "http://x", clock), Ids(), clock, Secrets.random()
    ).register(jobs)
    print("working", flush=True)
    await Worker(db, clock, jobs).run_once()
    print("done", flush=True)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
