"""Cameras recorded and watched while what can fail fails, small; `linli soak video` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns import disk

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_cameras_come_back_and_nothing_that_was_written_is_lost() -> None:
    line = [sys.executable, "-m", "tests.campaigns.video", "--json", "--small", "--within", "60"]
    line += ["--cameras", "30", "--subs", "4", "--mains", "2", "--players", "4"]
    line += ["--seconds", "0.5", "--keepalive", "1", "--cut", "2", "--disk-mb", "64"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["files"] >= 12, "each camera has one from before a kill and one of after it"
    assert found["players"]["sessions"] >= 8
    assert found["players"]["kept_pictures"] > 0
    assert len(found["back_s"]) == (4 if disk.missing() else 5)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_streams_are_recorded_by_linli_and_by_the_yardstick() -> None:
    line = [sys.executable, "-m", "bench.media", "--small", "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["name"] == "media"
    assert report["linli"] > 0
    assert report["yardstick"]["value"] > 0
