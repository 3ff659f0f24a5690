"""`@pytest.mark.covers("B012")`: which capability rows the passing tests of a run show.

Writes build/covers.json, `{"capabilities": {"B012": ["tests/…::test_…"]}}`, in a run of all tests. A test
counts only if its set-up, call and tear-down all passed. With xdist the reports of all workers reach the
controller, which alone writes the file.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

ROW = re.compile(r"[A-Z]+\d?-?C?\d+")
PROPERTY = "covers"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and _asks_for_all(config):
        config.pluginmanager.register(
            CoverageOfRows(config.rootpath / "build" / "covers.json"), "linli-covers"
        )


def _asks_for_all(config: pytest.Config) -> bool:
    """A run of some tests shows some rows: it must not write over what the last whole run showed."""
    chosen = config.getoption("keyword") or config.getoption("markexpr")
    return config.args_source is not pytest.Config.ArgsSource.ARGS and not chosen


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.user_properties.extend((PROPERTY, row) for row in rows_of(item))


def rows_of(item: pytest.Item) -> Iterable[str]:
    """The ids on an item's markers. Raises UsageError for what cannot be an id: a typo would count for nothing."""
    rows = [row for marker in item.iter_markers(PROPERTY) for row in marker.args]
    for row in rows:
        if not isinstance(row, str) or not ROW.fullmatch(row):
            raise pytest.UsageError(f"{item.nodeid}: covers({row!r}) is not the id of a capability row")
    return rows


class CoverageOfRows:
    """Collects the reports of one run."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._rows: dict[str, list[str]] = {}
        self._passed: set[str] = set()
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
            self._passed.add(report.nodeid)
            self._rows[report.nodeid] = [
                str(value) for name, value in report.user_properties if name == PROPERTY
            ]

    def pytest_sessionfinish(self) -> None:
        capabilities: dict[str, list[str]] = defaultdict(list)
        for test in sorted(self._passed - self._failed):
            for row in self._rows[test]:
                capabilities[row].append(test.partition("@")[0])  # xdist adds "@group" to the id
        self.file.parent.mkdir(exist_ok=True)
        text = json.dumps({"capabilities": dict(sorted(capabilities.items()))}, indent=1, ensure_ascii=False)
        self.file.write_text(text + "\n", encoding="utf-8")
