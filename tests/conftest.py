"""Fixtures that every room's tests share. A room's own fixtures and builders live beside its tests."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.plugins.limits import TestLoop

pytest_plugins = [
    "tests.plugins.covers",
    "tests.plugins.databases",
    "tests.plugins.documented",
    "tests.plugins.examples",
    "tests.plugins.groups",
    "tests.plugins.limits",
    "tests.plugins.passwords",
    "tests.plugins.stores",
    "tests.plugins.trust",
]


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], Any]]:
    """Tests run on the loop that the platform runs on."""
    return {"uvloop": TestLoop}
