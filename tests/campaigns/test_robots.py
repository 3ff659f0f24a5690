"""Two minutes of the hour of `linli soak robots`."""

from pathlib import Path

import pytest

from linli.kernel.db import Database
from tests.campaigns.robots import run


@pytest.mark.engines("sqlite")
async def test_people_and_robots_share_a_car(database: Database, tmp_path: Path) -> None:
    hour = await run(database, tmp_path, seconds=120, seed=5, least_done=1)
    assert hour.wrong == []
    assert hour.counts["people served"] > 0
