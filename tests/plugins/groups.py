"""Tests of one `xdist_group` run on one worker: pytest-xdist 3.8 writes the group into an attribute that pytest 9.2 no
longer reads, and so deals the tests of a group out to all workers."""

import pytest
from _pytest.nodeid import NodeId


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if groups and not item.nodeid.endswith(suffix := "@" + "_".join(groups)):
            item._id = NodeId.parse(item.nodeid + suffix)
