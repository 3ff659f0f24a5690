"""The full-disk campaign at the size of a test run; `linli soak disk` is the full one."""

import json

import pytest

from tests.campaigns import disk


@pytest.mark.slow
def test_a_full_disk_refuses_and_loses_nothing() -> None:
    if reason := disk.missing():
        pytest.skip(reason)
    found = disk.run(times=5, seed=5)
    print(json.dumps(found, ensure_ascii=False, indent=2))
    assert found["lost"] == []
    assert found["half"] == []
    assert found["refused"], "the disk was never full"
    others = [said for said in found["refused"] if " 20004 " not in said and said != "import 503 disk_full"]
    assert not others, "refused in other words"
