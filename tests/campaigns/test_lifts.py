"""A twentieth of the lifts campaign; `linli soak lifts` is the full one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.lifts import Campaign

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_pass_has_one_call_and_one_record() -> None:
    line = [
        sys.executable,
        "-m",
        "tests.campaigns.lifts",
        "--scale",
        "0.05",
        "--seconds",
        "10",
        "--seed",
        "7",
    ]
    done = subprocess.run([*line, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=230)
    print(done.stdout, done.stderr[-4000:])
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["passes"] > 10
    assert (found["kills"], found["cuts"]) == (2, 1)
    assert found["success"] > 5


def verdict(folder: Path, *, sure: int, maybe: int, calls: int, codes: list[int]) -> list[str]:
    campaign = Campaign(folder, scale=0.01, seconds=1, seed=1, quiet=True)
    person = next(one for one in campaign.estate.people if len(one.places) == 1)
    person.sure, person.maybe = sure, maybe
    campaign.called[person.shaft][person.places[0]] = calls
    floor, room = person.places[0]
    target = json.dumps([{"targetFloor": floor, "targetRoomNo": room}])
    rows: list[dict[str, Any]] = [
        {
            "eventId": str(number), "identityID": person.identity, "callResultCode": code, "targetList": target,
            "callResultMsg": "success" if code == 200 else "failed: silent",
        }
        for number, code in enumerate(codes)
    ]  # fmt: skip
    campaign.judge(rows)
    return [one.partition(":")[0] for one in campaign.wrong]


@pytest.mark.parametrize(
    ("sure", "maybe", "calls", "codes", "wrong"),
    [
        (2, 0, 2, [200, 200], []),
        (2, 0, 1, [200, -1], []),  # a failure with its reason
        (1, 1, 2, [200, 200], []),
        (2, 0, 1, [200], ["lost"]),
        (1, 0, 2, [200], ["called twice, or without a record"]),
        (1, 0, 2, [200, 200], ["told twice"]),
        (1, 0, 0, [200], ["told of a call that did not come"]),
        (0, 0, 1, [], ["called twice, or without a record"]),
    ],
)
async def test_the_verdict_names_what_is_wrong(
    tmp_path: Path, sure: int, maybe: int, calls: int, codes: list[int], wrong: list[str]
) -> None:
    assert verdict(tmp_path, sure=sure, maybe=maybe, calls=calls, codes=codes) == wrong
