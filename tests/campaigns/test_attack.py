"""The attack campaign at the size of a test run, on SQLite; `linli soak attack` is the full one, on both engines."""

import json

import pytest

from tests.campaigns import attack


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_an_attacker_tries_does_not_succeed() -> None:
    found = attack.run(kinds=list(attack.ATTACKS), hurry=True)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["broken"] == []
    tried = found["by_kind"]
    least = {
        "nobody": 100,
        "resident": 100,
        "live": 18,
        "takeover": 100,
        "codes": 300,
        "replay": 20,
        "inside": 100,
    }
    assert {kind: tried[kind] for kind, count in least.items() if tried[kind] < count} == {}
