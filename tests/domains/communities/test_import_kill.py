"""An import whose process is killed at any moment is done whole by the next one, and never half."""

import random
import subprocess
import sys
import time

import pytest

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.people.queries import residents as resident_queries
from linli.kernel.objects import FolderShelf
from linli.kernel.outbox import LEASE_MS
from linli.kernel.pages import PageRequest
from tests.domains.communities.builders import make_world
from tests.domains.communities.test_imports import Desk

pytestmark = pytest.mark.engines("sqlite", "postgresql")  # what a killed process left

KILLS = 8
HOUSES = [(f"{b:02}", f"{u:02}", f"{h:04}") for b in range(5) for u in range(5) for h in range(60)]
PEOPLE = [(*house, f"住户{number}", 1, f"139{number:08}") for number, house in enumerate(HOUSES * 2)]


@pytest.mark.timeout(240)
async def test_killed_again_and_again_it_is_done_once(database, database_url, clock, ids, tmp_path):
    database.clock = clock
    world = await make_world(database, clock, ids)
    desk = Desk(database, world, clock, ids, tmp_path, FolderShelf(tmp_path / "objects"))
    community = world.community.community_id
    import_id = await desk.hand_in(HOUSES, PEOPLE)
    randomness = random.Random(5)

    async def counts():
        return (
            await space_queries.count_kind(world.app, database, community, "house"),
            await resident_queries.count_in_community(world.app, database, community),
            (await queries.get(world.app, database, import_id)).state,
        )

    def work(kill_after: float | None) -> None:
        """Let a process work, and kill it after some seconds."""
        line = [sys.executable, "-m", "tests.domains.communities.import_worker", database_url]
        process = subprocess.Popen(
            [*line, str(tmp_path / "objects"), str(clock.now_ms())], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        process.wait()
        process.stdout.close()

    began = time.monotonic()
    whole = (len(HOUSES), len(PEOPLE), "done")
    for number in range(KILLS):
        work(randomness.uniform(0, 0.15 + 0.25 * number))
        found = await counts()
        assert found in ((0, 0, "waiting"), whole)
        await clock.advance(LEASE_MS + 1)  # what the dead process held is free again
        if time.monotonic() - began > 60:
            break
    work(None)
    assert await counts() == whole
    (only,) = (await queries.page(world.app, database, community, PageRequest())).data
    assert only.import_id == import_id
