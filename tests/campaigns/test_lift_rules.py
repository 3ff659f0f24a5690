"""Some thousand of the million passes of `linli soak lift-rules`."""

from pathlib import Path

import pytest

from tests.campaigns.lift_rules import campaign


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_passes_do_what_a_naive_oracle_says(tmp_path: Path, seed: int) -> None:
    found = await campaign(tmp_path, passes=3_000, seed=seed)
    assert found["wrong"] == []
    assert found["orders"] > 500
    assert min(found["restarts"], found["clock steps"], found["changes of rules"]) > 3
