"""The doors campaign at a twentieth; `linli soak doors` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_doors_end_exactly_right_through_changes_absences_and_chaos() -> None:
    # In a process of its own: the memory that is looked at is not that of the tests before.
    line = [sys.executable, "-m", "tests.campaigns.doors", "--scale", "0.05", "--chaos-seconds", "15"]
    done = subprocess.run(
        [*line, "--seed", "5", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["memory_mb"] < 600
    assert all(phase["seconds"] < 120 for phase in found["phases"])
    assert {phase["doubled"] for phase in found["phases"][:-1]} == {0}
    assert found["phases"][0]["progress_samples"] > 2
