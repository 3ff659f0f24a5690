"""The floods of connections at the size of a test run; `linli soak connections` is the full one."""

import json

import pytest

from tests.campaigns import connections
from tests.campaigns.connections import DEVICES, SMALL, TLS_WEB, WEB, faults


@pytest.mark.slow
@pytest.mark.engines("sqlite")
def test_others_are_served_while_connections_flood_in() -> None:
    """Bounds are wide: what a busy test machine takes is not the platform's."""
    kinds = ("body", "handshake", "mqtt")
    assert set(kinds) <= {*WEB, *TLS_WEB, *DEVICES}
    found = connections.run(count=1200, rate=1500, seconds=1.0, kinds=kinds, addresses=(5,), limits=SMALL)
    print(json.dumps(found, indent=2))
    assert [fault for one in found["floods"] for fault in faults(one, p99_ms=2000)] == []
    for one in found["floods"]:
        assert one["others"]["asked"] > one["others"]["failed"] == 0
        assert one["crowd"]["cut"] > 100, "there was room for all"
        # 600 may stay; the rest wait to be accepted, or are cut and the crowd has not read of it yet.
        assert one["crowd"]["held"] <= 900
