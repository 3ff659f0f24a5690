"""The site campaign with ten doors for a few seconds; `linli soak site` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.covers("C011")
def test_a_site_with_its_line_cut_decides_rightly_by_face_code_and_card() -> None:
    line = [sys.executable, "-m", "tests.campaigns.site_", "--scale", "0.01", "--seconds", "4", "--stand-in"]
    done = subprocess.run(
        [*line, "--seed", "7", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert all(kind["count"] > 0 for kind in found["kinds"].values())
    assert found["memory_mb"] < 500
    assert found["queued"] >= found["kinds"]["face"]["count"]
