"""The campaign of calls at a twentieth; `linli soak calls` is the full one."""

import json

import pytest

from tests.campaigns import calls


@pytest.mark.slow
def test_no_call_and_no_log_in_fails() -> None:
    found = calls.run(scale=0.05, seconds=15, seed=23)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["wrong"] == []
    assert found["accounts"] == 250
    assert found["doors"] == 10
    assert found["log_ins"] > 10
    assert found["talks"] >= 2
    assert found["looks"] >= 1
