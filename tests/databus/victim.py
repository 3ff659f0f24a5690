"""A process that inserts records and pushes them until it is killed. Prints each id once it is committed.

Run as `python -m tests.databus.victim <database url> <master key file> <tenant id> [<RabbitMQ's url>]`.
"""

import asyncio
import sys
from pathlib import Path

import uvloop

from linli.databus import records
from linli.databus.amqp.broker import Broker
from linli.databus.hub import Hub
from linli.databus.webhook.pump import Limits
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database, partitions
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets


async def main(url: str, key_file: str, tenant_id: str, rabbit: str = "") -> None:
    clock = SystemClock()
    db = await open_database(url, clock=clock)
    await partitions.make_ahead(db, clock.now_ms())
    broker = Broker(rabbit) if rabbit else None
    hub = Hub(db, clock, Secrets.from_file(Path(key_file)), limits=Limits(allow_private=True), broker=broker)
    await hub.start()
    scope = Scope.system(tenant_id)
    number = 0

    async def insert() -> None:
        nonlocal number
        while True:
            number += 1
            row = {"parkingLotId": str(number), "status": 1}
            async with db.begin() as tx:
                made = await records.insert_record(scope, tx, model_id="Heartbeat", row=row, community_id=101)
            print(made, flush=True)
            await asyncio.sleep(0.001)

    print("ready", flush=True)
    await asyncio.gather(*(insert() for _ in range(4)))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
