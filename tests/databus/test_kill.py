"""`kill -9` at random moments: what was committed is pushed at least once, what was not is never heard of."""

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest

from linli.databus import delivery_log, queries, subscriptions
from linli.databus.hub import Hub
from linli.databus.subscription_rows import Filters
from linli.databus.webhook.pump import Limits
from linli.kernel.clock import SystemClock
from linli.kernel.db import open_database
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from tests.databus.conftest import make_project
from tests.databus.receiver import Receiver
from tests.databus.test_webhooks import until

KILLS = 5
LEAST, MOST = 6, 120
"""Records that a victim commits before it is killed."""


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_what_was_committed_is_pushed_at_least_once(database_url: str, tmp_path: Path):
    key_file, chance = tmp_path / "master.key", Random(11)
    secrets, clock = Secrets.from_file(key_file), SystemClock()
    ids = Ids()
    db = await open_database(database_url, clock=clock)
    project = await make_project(db, ids, secrets, "ours", (101,), (101,))
    acknowledged: list[int] = []
    async with Receiver() as receiver:
        async with db.begin() as tx:
            hook, _ = await subscriptions.create_webhook(
                project.owner, tx, app_key=project.app_key, name="hook", url=receiver.url, filters=Filters(),
                ids=ids, secrets=secrets,
            )  # fmt: skip
        await db.close()
        for _ in range(KILLS):
            victim = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.databus.victim", database_url, str(key_file), project.tenant_id,
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert victim.stdout is not None
            async with asyncio.timeout(60):
                assert await victim.stdout.readline() == b"ready\n"
            # By what it has done, not by the clock: a loaded machine inserts slowly.
            for _ in range(chance.randint(LEAST, MOST)):
                async with asyncio.timeout(30):
                    acknowledged.append(int(await victim.stdout.readline()))
            await asyncio.sleep(chance.uniform(0, 0.02))
            victim.kill()
            rest = await victim.stdout.read()
            acknowledged += [int(line) for line in rest.splitlines() if line]
            await victim.wait()
        db = await open_database(database_url, clock=clock)
        hub = Hub(db, clock, secrets, limits=Limits(allow_private=True), rng=Random(1))
        await hub.start()

        async def settled():
            now = await delivery_log.progress(project.owner, db, subscription_id=hook)
            return now.backlog == 0 and now.waiting == 0

        try:
            await until(settled, seconds=60)
        finally:
            await hub.stop()
        stored = set()
        for page in range(1, 200):
            found = await queries.find_records(
                project.owner, db, model_id="Heartbeat", terms=[], page=PageRequest(page, 1000)
            )
            stored |= {record.id for record in found}
            if len(found) < 1000:
                break
        await db.close()
    pushed = {number for one in receiver.received for number in one.json["dataIds"]}
    assert len(acknowledged) >= KILLS * LEAST
    assert set(acknowledged) <= stored
    assert stored <= pushed, "a committed record was not pushed"
    assert pushed <= stored, "something was pushed that was not committed"
