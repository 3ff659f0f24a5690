"""The campaign at the lanes, small; `linli soak lanes` is the full one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_each_car_is_told_once_though_the_line_is_cut_and_the_box_killed_twice() -> None:
    line = [sys.executable, "-m", "tests.campaigns.lanes", "--json"]
    line += ["--minutes", "0.25", "--rate", "5", "--lanes", "4"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["cars"] >= 10
    assert found["box MiB"] < 500


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_push_opens_in_the_box_and_in_the_yardstick_and_each_pass_is_in_the_cloud() -> None:
    line = [sys.executable, "-m", "bench.lane", "--small", "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["name"] == "lane"
    assert report["linli"] > 0
    assert report["yardstick"]["value"] > 0
