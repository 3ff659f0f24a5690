"""The fuzzing campaign at the size of a test run; `linli soak fuzz` is the full one."""

import json

import pytest

from tests.campaigns import fuzz
from tests.engines import PostgreSQL


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "count"), [("sqlite", 4000), ("postgresql", 2000)])
def test_fuzzed_packets_and_bodies_change_nothing(engine: str, count: int) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = fuzz.run(engine, count=count, seed=23)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["wrong"] == []
    assert found["sent"] >= count
    kinds = {what.split()[0] for what in found["answers"]}
    assert kinds >= {"mqtt", "websocket", "signed", "unsigned", "event", "subscription", "console", "posts"}
    assert found["answers"]["mqtt connack 0"] > 25
