"""How `--dist loadgroup` deals tests out to the workers.

Tests of one `xdist_group` run on one worker: pytest-xdist 3.8 writes the group into an attribute that pytest 9.2 no
longer reads, and so deals the tests of a group out to all workers. What takes long begins first, so that no worker is
left alone with it at the end. And a worker that ended is replaced for good: xdist's own scheduler gives the test that
ended it to the next one too, and leaves a new worker waiting for ever for a second test.
"""

from collections import Counter
from itertools import chain
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

LEAST_AHEAD = 3
"""Tests that a worker has before it: it runs one when it knows the next."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if groups and not item.nodeid.endswith(suffix := "@" + "_".join(groups)):
            item._id = NodeId.parse(item.nodeid + suffix)
    sizes = Counter(item.nodeid.rpartition("@")[2] for item in items)
    slow = {item.nodeid.rpartition("@")[2] for item in items if item.get_closest_marker("slow")}

    def turn(item: pytest.Item) -> tuple[bool, int]:
        group = item.nodeid.rpartition("@")[2]
        return group not in slow, -sizes[group]

    items.sort(key=turn)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "GroupScheduling | None":
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


class GroupScheduling(LoadGroupScheduling):
    """Deals out the groups in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def remove_node(self, node: WorkerController) -> str | None:
        workload = self.assigned_work.pop(node)
        tests = chain.from_iterable(unit.items() for unit in workload.values())
        crashed = next((test for test, done in tests if not done), None)
        for scope, unit in workload.items():
            if crashed in unit:
                unit[crashed] = True
            if not all(unit.values()):
                self.workqueue[scope] = unit
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: WorkerController) -> None:
        if node.shutting_down or node not in self.registered_collections:
            return
        while self.workqueue and self._pending_of(self.assigned_work[node]) < LEAST_AHEAD:
            self._assign_work_unit(node)
        if not self.workqueue:
            node.shutdown()
