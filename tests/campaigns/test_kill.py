"""The kill campaign at the size of a test run; `linli soak kill` is the full one."""

import json

import pytest

from tests.campaigns import kill
from tests.engines import PostgreSQL

SEED = 20


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("engine", "kills"), [("sqlite", 10), ("postgresql", 5)])
def test_nothing_acknowledged_is_lost_and_nothing_is_half_done(engine: str, kills: int) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = kill.run(engine, kills=kills, seed=SEED, hurry=True)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["lost"] == []
    assert found["half"] == []
    assert found["refused"] == {}, "the load itself was refused something"
    acknowledged = {**found["acknowledged"], "imports": found["imported"]}
    assert min(acknowledged.values()) > 1, "the load did not reach the platform between the kills"
    assert found["replays_refused"] > kills
