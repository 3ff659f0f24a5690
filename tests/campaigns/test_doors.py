"""The doors campaign at a twentieth; `linli soak doors` is the full one."""

import json

import pytest

from tests.campaigns import doors


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_doors_end_exactly_right_through_changes_absences_and_chaos() -> None:
    found = doors.run("sqlite", scale=0.05, chaos_seconds=15, seed=5)
    print(json.dumps(found, ensure_ascii=False))
    assert found["wrong"] == []
    assert found["memory_mb"] < 600
    assert all(phase["seconds"] < 120 for phase in found["phases"])
    assert {phase["doubled"] for phase in found["phases"][:-1]} == {0}
    assert found["phases"][0]["progress_samples"] > 2
