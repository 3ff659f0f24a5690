"""Several gateways on one PostgreSQL share a limit: what they let through together never exceeds it."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.scope import Scope
from linli.kernel.settings import CallLimits, Settings
from linli.openapi import limit_rules, slices
from linli.openapi.keys import TTL_MS
from linli.openapi.limit_rules import Target
from linli.openapi.limits import Rule
from linli.openapi.metering import Place, Window
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform

pytestmark = pytest.mark.engines("postgresql")
PATH = "/sample/read"
SETTINGS = msgspec.structs.replace(
    Settings(), call_limits=CallLimits(per_second=0, per_day=0, company_per_day=0)
)


@pytest.fixture
async def pair(platform: Platform, database_url: str, clock: ManualClock) -> AsyncIterator[list[Platform]]:
    """Two gateways with a database connection and counters each, that know of each other."""
    platforms = []
    for _ in range(2):
        db = await open_database(database_url, clock=clock)
        one = Platform(
            db, clock, platform.ids, platform.secrets, SETTINGS, platform.targets, sample_methods, processes=2
        )
        await one.start()
        await db.signals.ready()
        platforms.append(one)
    yield platforms
    for one in platforms:
        await one.stop()
        await one.db.close()


async def set_limit(platform: Platform, clock: ManualClock, target: Target, rule: Rule) -> None:
    """Afterwards both look again, whether the signal has come or not."""
    async with platform.db.begin() as tx:
        await limit_rules.set_limit(Scope.system(), tx, target=target, rule=rule)
    await clock.advance(TTL_MS)


async def let_through(partner: Partner, pair: list[Platform], times: int) -> list[int]:
    """Calls let through by each, when both are called at the same time."""

    async def calls(platform: Platform) -> int:
        own = Partner(platform, partner.tenant_id, partner.project_id, partner.app_key, partner.secret)
        codes = [(await own.call(PATH, "1.0.0"))["code"] for _ in range(times)]
        assert set(codes) <= {200, 429}
        return codes.count(200)

    return list(await asyncio.gather(*(calls(platform) for platform in pair)))


async def test_a_second_and_a_day_are_shared(
    pair: list[Platform], partner: Partner, clock: ManualClock
) -> None:
    await set_limit(pair[0], clock, Target("key", partner.app_key, PATH), Rule(20, 50))
    assert sum(await let_through(partner, pair, 25)) == 20
    await clock.advance(1000)
    assert sum(await let_through(partner, pair, 25)) == 20
    await clock.advance(1000)
    assert sum(await let_through(partner, pair, 25)) == 10  # what the day leaves
    await clock.advance(86_400_000)
    assert sum(await let_through(partner, pair, 25)) == 20


async def test_a_process_alone_at_work_gets_most_of_a_second(
    pair: list[Platform], partner: Partner, clock: ManualClock
) -> None:
    await set_limit(pair[0], clock, Target("key", partner.app_key, PATH), Rule(40, 0))
    assert await let_through(partner, pair[:1], 50) == [35]  # the other's eighth stays its own


async def test_what_was_called_before_the_first_slice_counts(
    pair: list[Platform], partner: Partner, clock: ManualClock
) -> None:
    assert await let_through(partner, pair, 4) == [4, 4]
    for one in pair:
        await one.api.journal.flush()
    await set_limit(pair[0], clock, Target("company", partner.tenant_id), Rule(None, 10))
    assert sum(await let_through(partner, pair, 6)) == 2
    # What was taken counts against a raised limit too.
    await set_limit(pair[1], clock, Target("company", partner.tenant_id), Rule(None, 13))
    assert sum(await let_through(partner, pair, 6)) == 3


async def test_a_row_of_a_wrong_clock_is_taken_over(database: Database, clock: ManualClock) -> None:
    now = clock.now_ms() // 1000

    async def take(number: int) -> int:
        window = Window(Place("k", PATH, "second"), number)
        window.resize(8, 2, 0)
        assert window.pool == 6
        return await database.run(partial(slices.take, window=window, tenant_id="t"))

    assert [await take(now + 3600) for _ in range(7)] == [1] * 6 + [0]
    assert await take(now) == 1  # begun anew: an hour ahead was wrong
    assert await take(now - 1) == 1  # one second late counts with the newest
    assert [await take(now) for _ in range(5)] == [1] * 4 + [0]
