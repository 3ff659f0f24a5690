"""The overload campaign at the size of a test run; `linli soak overload` is the full one."""

import json

import pytest

from tests.campaigns import overload
from tests.engines import PostgreSQL


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_three_times_too_much_is_held_back_and_not_lost(engine: str) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = overload.run(engine, seconds=4)
    print(json.dumps(found))
    assert found["lost"] == []
    assert found["acknowledged"] == found["sent"] > 0
    assert found["never_sent"] > 0, "the platform took everything: this was no overload"
    assert found["held_back"] > 0
    memory = found["memory_mb"]
    assert memory["peak"] - memory["before"] < overload.GROWTH_MB
    assert found["slowest_readyz_seconds"] < 5
