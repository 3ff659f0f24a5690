"""The fuzzing campaign at the size of a test run; `linli soak fuzz` is the full one."""

import json

import pytest

from tests.campaigns import fuzz
from tests.engines import PostgreSQL

COUNT = 2000


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_fuzzed_packets_and_bodies_change_nothing(engine: str) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = fuzz.run(engine, count=COUNT, seed=23)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["wrong"] == []
    assert found["sent"] >= COUNT
    kinds = {what.split()[0] for what in found["answers"]}
    assert kinds >= {
        "mqtt",
        "websocket",
        "signed",
        "unsigned",
        "event",
        "subscription",
        "console",
        "posts",
        "sip",
        "call",
    }
    assert found["answers"]["mqtt connack 0"] > 25
    assert {"sip 200", "sip 400", "call 200", "media heard"} <= found["answers"].keys()
