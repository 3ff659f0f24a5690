"""A call of the console that PostgreSQL chose to give way is done again, unless something of it has stayed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from litestar import Litestar
from litestar.datastructures import UploadFile
from litestar.testing import AsyncTestClient

from linli.console.routes import handlers_of
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.db.errors import LostRace
from linli.kernel.db.races import MOST_AGAIN, lasts
from linli.kernel.entry import Form, Routes
from linli.kernel.ids import Ids
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until

RIGHT = "SELECT 1 FROM access_qr_permissions WHERE iot_id = $1 FOR UPDATE"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


@pytest.mark.engines("postgresql")
async def test_a_call_that_met_another_in_a_deadlock_is_done_again(estate: Estate, database_url: str) -> None:
    doors = sorted([(await estate.new_door(f"SN-{n}", f"门{n}", online=False))[0] for n in (1, 2)])
    code = {
        "communityId": estate.community, "personId": estate.owner, "name": "王伟", "iotIds": doors,
        "startsMs": estate.now, "endsMs": estate.now + 3_600_000, "maxScans": 5,
    }  # fmt: skip
    assert (await estate.desk.post("/qr-codes", json=code)).status_code == 201
    path = f"{estate.path}/held-credentials"
    (row,) = (await estate.desk.get(path, params={"origin": "code"})).json()["data"]
    named = {"origin": "code", "ref": row["ref"], "personId": row["personId"]}
    other = await asyncpg.connect(database_url)
    try:
        async with other.transaction():
            await other.execute("SET LOCAL deadlock_timeout = '20s'")  # so that it is the call that gives way
            await other.execute(RIGHT, doors[1])
            call = asyncio.create_task(estate.desk.post(f"{path}/end", json=named))
            async with asyncio.timeout(30):
                while not await other.fetchval(WAITING):
                    await asyncio.sleep(0.01)
            with pytest.raises(asyncpg.LockNotAvailableError):
                async with other.transaction():
                    await other.execute(f"{RIGHT} NOWAIT", doors[0])
            await other.execute(RIGHT, doors[0])
        answer = await call
    finally:
        await other.close()
    assert answer.status_code == 200, answer.text
    assert sorted(answer.json()["iotIds"]) == sorted(doors)

    async def ended() -> bool:
        found = (await estate.desk.get(path, params={"state": "ended"})).json()
        return bool(found["total"])

    await until(ended)


class Upload(msgspec.Struct):
    file: UploadFile


async def test_only_what_left_nothing_is_done_again() -> None:
    tries: dict[str, int] = {}

    def lose(name: str, times: int) -> None:
        tries[name] = tries.get(name, 0) + 1
        if tries[name] <= times:
            raise LostRace()

    routes = Routes("/", tags=())

    @routes.post("/lost", public=True)
    async def lost() -> dict[str, int]:
        lose("lost", MOST_AGAIN)
        return tries

    @routes.post("/always", public=True)
    async def always() -> None:
        lose("always", 100)

    @routes.post("/stayed", public=True)
    async def stayed() -> None:
        lasts()
        lose("stayed", 1)

    @routes.post("/once", public=True, once=True)
    async def once() -> None:
        lose("once", 1)

    @routes.post("/sent", public=True)
    async def sent(data: Form[Upload]) -> dict[str, str]:
        read = await data.file.read()
        lose("sent", 1)
        return {"read": read.decode()}

    app = Litestar(handlers_of((routes,), {}))
    async with AsyncTestClient(app) as client:
        assert (await client.post("/lost")).status_code == 201
        for path in ("/always", "/stayed", "/once"):
            assert (await client.post(path)).status_code == 500
        answer = await client.post("/sent", files={"file": ("a.txt", b"whole")})
        assert answer.json() == {"read": "whole"}
    assert tries == {"lost": 1 + MOST_AGAIN, "always": 1 + MOST_AGAIN, "stayed": 1, "once": 1, "sent": 2}
