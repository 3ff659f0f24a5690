"""A twenty-fifth of the import campaign; `linli soak import` is the full one."""

import json

import pytest

from tests.campaigns import import_
from tests.engines import PostgreSQL

_SHOWN_AT_ONCE_S = 20
"""The first answer waits a while for a small file's end, and then there is no progress to be seen."""


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_part_of_the_town(engine: str) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = import_.run(engine, houses=import_.HOUSES // 25, looks=21, rounds=12)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["faults"] == []
    assert max(one["p95_ms"] for one in found["lists"].values()) < import_.LIST_MS
    assert found["memory_mb"]["peak"] < import_.MEMORY_MB / 2
    if found["parts"]["residents"] > _SHOWN_AT_ONCE_S:
        assert found["progress_seen"]
