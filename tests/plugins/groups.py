"""How `--dist loadgroup` deals tests out to the workers.

`--page-workers N` keeps N of the workers for tests in a browser, file by file, and lets them take others when no page is
left: while Playwright's loop runs, no other test of the process can run one. Pages wait for processes much of the time,
while the others compute.

Tests of one `xdist_group` run on one worker: pytest-xdist 3.8 writes the group into an attribute that pytest 9.2 no
longer reads, and so deals the tests of a group out to all workers. What takes long begins first, so that no worker is
left alone with it at the end. And a worker that ended is replaced for good: xdist's own scheduler gives the test that
ended it to the next one too, and leaves a new worker waiting for ever for a second test.
"""

import contextlib
from collections import Counter
from itertools import chain
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

LEAST_AHEAD = 3
"""Tests that a worker has before it: it runs one when it knows the next."""
BROWSER_TESTS = "tests/browser/"
CAMPAIGNS = "tests/campaigns/"
"""Each keeps a whole platform and its devices busy: two at a time starve each other, and the pages beside them."""
PAGES = "pages of "
"""How the groups of tests in a browser begin."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--page-workers", type=int, default=0, metavar="N", help="workers for tests in a browser alone"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not getattr(config.option, "loadgroup", False):
        return
    apart = page_workers(config)
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if apart and item.nodeid.startswith(BROWSER_TESTS):
            groups = [PAGES + item.path.stem]  # its platform and its browser are the file's
        if not groups and item.nodeid.startswith(CAMPAIGNS):
            groups = ["campaigns"]
        if groups and not item.nodeid.endswith(suffix := "@" + "_".join(groups)):
            item._id = NodeId.parse(item.nodeid + suffix)
    sizes = Counter(item.nodeid.rpartition("@")[2] for item in items)
    slow = {item.nodeid.rpartition("@")[2] for item in items if item.get_closest_marker("slow")}
    limits: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("timeout")
        group = item.nodeid.rpartition("@")[2]
        limits[group] = max(limits[group], int(mark.args[0]) if mark and mark.args else 0)

    def turn(item: pytest.Item) -> tuple[bool, int, int]:
        """What is slow, what was given more time, what are many."""
        group = item.nodeid.rpartition("@")[2]
        return group not in slow, -limits[group], -sizes[group]

    items.sort(key=turn)


def page_workers(config: pytest.Config) -> int:
    """How many, as the controller was asked: workers have its options."""
    return int(config.getoption("--page-workers"))


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "GroupScheduling | None":
    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


class GroupScheduling(LoadGroupScheduling):
    """Deals out the groups in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._page_workers = page_workers(config)
        self._of_pages: set[WorkerController] = set()

    def add_node(self, node: WorkerController) -> None:
        super().add_node(node)
        left = self.collection is None or any(scope.startswith(PAGES) for scope in self.workqueue)
        if left and len(self._of_pages) < self._page_workers:  # also in the place of one that ended
            self._of_pages.add(node)

    def remove_node(self, node: WorkerController) -> str | None:
        self._of_pages.discard(node)
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

    def _next_for(self, node: WorkerController) -> str | None:
        """The first group that is left for a worker of its kind; one of pages takes others after the last page."""
        if not self._page_workers:
            return next(iter(self.workqueue), None)
        pages = [scope for scope in self.workqueue if scope.startswith(PAGES)]
        if node in self._of_pages and pages:
            return pages[0]
        return next((scope for scope in self.workqueue if not scope.startswith(PAGES)), None)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if (scope := self._next_for(node)) is not None:
            self.workqueue.move_to_end(scope, last=False)
            # One that has just ended: once that is known, what it was given goes to another worker.
            with contextlib.suppress(OSError):
                super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if node.shutting_down or node not in self.registered_collections:
            return
        while self._next_for(node) and self._pending_of(self.assigned_work[node]) < LEAST_AHEAD:
            self._assign_work_unit(node)
        if not self._next_for(node):
            node.shutdown()
