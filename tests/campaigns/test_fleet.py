"""The fleet campaign at the size of a test run; `linli soak fleet` is the full one."""

import json

import pytest

from tests.campaigns import fleet


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_fleet_posts_through_a_restart_and_nothing_is_lost() -> None:
    found = fleet.run("sqlite", devices=300, period=3, seconds=24)
    print(json.dumps(found))
    assert found["wrong"] == []
    assert found["acknowledged"] == found["sent"] == found["heard"] > 0
    assert found["back_after_restart_seconds"] < 15
