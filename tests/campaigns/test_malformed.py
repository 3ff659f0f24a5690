"""The campaign of broken requests and packets at the size of a test run; `linli soak malformed` is the full one."""

import json

import pytest

from tests.campaigns import malformed
from tests.engines import PostgreSQL


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_broken_requests_and_packets_are_refused_and_nothing_else_happens(engine: str) -> None:
    if engine == "postgresql" and (reason := PostgreSQL.missing()):
        pytest.skip(reason)
    found = malformed.run(engine, count=300, seed=17)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["wrong"] == []
    assert found["sent"] > 2500
    kinds = {what.split()[0] for what in found["answers"]}
    assert kinds == {"signed", "unsigned", "raw", "console", "auth", "mqtt", "posts"}
