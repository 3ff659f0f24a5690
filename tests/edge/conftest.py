"""Drivers of others run as users of their own here, and several tests run at once on one machine."""

import os

import pytest

from linli.edge.foreign import confinement

_EACH = 20


@pytest.fixture(autouse=True)
def _own_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that no other worker's tests use: a box that stops a driver ends every process of its user."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    monkeypatch.setattr(confinement, "FIRST", confinement.FIRST + _EACH * (worker + 1))
