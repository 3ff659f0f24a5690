"""The box killed around receipts, twice; `linli soak receipts-kill` does more."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_receipt_that_the_box_does_not_survive_is_counted_and_settled_once() -> None:
    line = [sys.executable, "-m", "tests.campaigns.receipts_kill", "--json"]
    line += ["--kills", "2", "--settling", "0"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=280)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert (found["cars"], found["kills"]) == (2, 3)
    assert found["edge.receipt_paid_shut"] >= 1, "one was killed between counting and the barrier's move"
