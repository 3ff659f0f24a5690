"""The offline campaign at a hundredth; `linli soak offline` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.covers("C004")
def test_a_week_without_a_line_and_two_kills_lose_and_double_nothing() -> None:
    line = [sys.executable, "-m", "tests.campaigns.offline", "--passes", "1000", "--doors", "4", "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["passes"] >= 1000
    assert found["backlog"] >= 1000
    assert found["pictures"] > 50
