"""The campaign of plates on lane cameras, small; `linli soak plates` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_each_camera_ends_with_what_the_cloud_says_though_files_break_off_and_lists_lose_entries() -> None:
    # In a process of its own: the memory that is looked at is not that of the tests before.
    line = [sys.executable, "-m", "tests.campaigns.plates", "--seconds", "4", "--kills", "1", "--seed", "5"]
    line += ["--plates", "300", "--cameras", "2", "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["entries"] >= 400
    assert found["kills"] == 1
    assert found["memory_mb"] < 500
