"""The chaos campaign at the size of a test run; `linli soak chaos` is the full one."""

import json

import pytest

from tests.campaigns import chaos


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_doors_end_exactly_right_though_platform_doors_and_lines_fail() -> None:
    found = chaos.run("sqlite", seconds=20, kills=3, people=60, seed=11)
    print(json.dumps(found, ensure_ascii=False))
    assert found["wrong"] == []
    assert found["kills"] == 3
    assert found["power_cuts"] > 0
    assert min(found["packets"][name] for name in ("lost", "doubled", "held")) > 0
    assert found["changes"] > 20
    assert found["held"] > 10
