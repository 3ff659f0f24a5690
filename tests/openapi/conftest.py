"""A gateway on a real socket, with a few methods of its own and a partner's keys."""

from collections.abc import AsyncIterator

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Platform, Targets


@pytest.fixture
def targets() -> Targets:
    """Communities that tokens may stand for; a test adds its own."""
    return Targets()


@pytest.fixture
async def platform(
    database: Database, clock: ManualClock, ids: Ids, targets: Targets
) -> AsyncIterator[Platform]:
    """The gateway listening on 127.0.0.1, its clock in the test's hand."""
    database.clock = clock
    platform = Platform(database, clock, ids, Secrets.random(), Settings(), targets, sample_methods)
    await platform.start()
    try:
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
async def partner(platform: Platform, targets: Targets) -> Partner:
    """An integrator with one project, one key, and two approved communities (1504, 1505) granted."""
    return await platform.new_partner("partner", communities=(1504, 1505))


@pytest.fixture
async def stranger(platform: Platform) -> Partner:
    """Another tenant's integrator, with a community (1600) of its own."""
    return await platform.new_partner("stranger", communities=(1600,))
