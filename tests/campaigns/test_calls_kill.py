"""Kills of the platform within calls, some; `linli soak calls-kill` does more."""

import json

import pytest

from tests.campaigns import calls_kill


@pytest.mark.slow
def test_no_kill_leaves_a_call_open_or_a_door_busy() -> None:
    found = calls_kill.run(count=6, seed=23)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["wrong"] == []
    assert found["kills"] == {"dialling": 2, "ringing": 2, "talking": 2}
