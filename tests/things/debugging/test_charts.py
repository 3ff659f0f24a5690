"""Courses of properties: every point, all in buckets, or probed; the same on both engines."""

import pytest

from linli.kernel.db import Database
from linli.kernel.db.partitions import make_ahead
from linli.things.debugging import charts
from linli.things.debugging.charts import Detail, course_of
from linli.things.models import points

pytestmark = pytest.mark.engines("sqlite", "postgresql")
DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS
STEP_MS = 1_000
COLUMNS = ("device_no", "property_no", "ts", "seq", "day", "value")


async def fill(database: Database, count: int, *, peak_at: int = -1, day: int = START_MS // DAY_MS) -> None:
    await make_ahead(database, START_MS)
    rows = [
        (1, 1, START_MS + n * STEP_MS, n, day, 999.0 if n == peak_at else float(n % 100))
        for n in range(count)
    ]
    async with database.begin() as tx:
        await tx.insert_tuples(points, COLUMNS, rows)
        # Neighbours in the index that must not show.
        await tx.insert_tuples(
            points, COLUMNS, [(1, 2, START_MS, 1, day, -5.0), (2, 1, START_MS, 1, day, -5.0)]
        )


async def course(database: Database, *, seconds: int, buckets: int) -> charts.Course:
    high = START_MS + seconds * STEP_MS - 1
    return await course_of(
        database, device_no=1, property_no=1, low_ms=START_MS, high_ms=high, buckets=buckets
    )


async def test_few_points_come_as_they_are(database: Database) -> None:
    await fill(database, 500)
    found = await course(database, seconds=100, buckets=200)
    assert (found.detail, found.total, len(found.buckets)) == (Detail.POINTS, 100, 100)
    assert found.buckets[3] == (START_MS + 3000, 3.0, 3.0, 3.0, 1)


async def test_many_come_in_buckets_that_lose_no_peak(database: Database) -> None:
    await fill(database, 5_000, peak_at=2_345)
    found = await course(database, seconds=5_000, buckets=50)
    assert (found.detail, found.total) == (Detail.BUCKETS, 5_000)
    assert 50 <= len(found.buckets) <= 51
    assert [bucket.values for bucket in found.buckets[:3]] == [100, 100, 100]
    first = found.buckets[0]
    assert (first.at_ms, first.least, first.mean, first.greatest) == (START_MS, 0.0, 49.5, 99.0)
    assert [n for n, bucket in enumerate(found.buckets) if bucket.greatest == 999.0] == [23]


@pytest.mark.parametrize("late", [False, True], ids=["on time", "reported afterwards"])
async def test_very_many_are_probed_and_said_to_be(
    database: Database, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    monkeypatch.setattr(charts, "EXACT_POINTS", 2_000)
    await fill(database, 20_000, day=START_MS // DAY_MS + (3 if late else 0))
    found = await course(database, seconds=20_000, buckets=50)
    assert found.detail is Detail.PROBED
    assert 15_000 < found.total < 25_000
    assert 50 <= len(found.buckets) <= 51
    assert {bucket.values for bucket in found.buckets[:-1]} <= {charts.PROBES, charts.PROBES + 1}
    assert all(bucket.least <= bucket.mean <= bucket.greatest for bucket in found.buckets)
    assert all(one.at_ms < other.at_ms for one, other in zip(found.buckets, found.buckets[1:], strict=False))
