"""Partners in front of the rooms' open API."""

from collections.abc import AsyncIterator

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import Shelf
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from tests.domains.house import DomainPlatform
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Targets


@pytest.fixture
async def platform(
    database: Database, clock: ManualClock, ids: Ids, shelf: Shelf
) -> AsyncIterator[DomainPlatform]:
    """The gateway with the methods of people and communities, listening on 127.0.0.1."""
    database.clock = clock
    platform = DomainPlatform(
        database,
        clock,
        ids,
        Secrets.random(),
        Settings(),
        Targets(),
        sample_methods,
        shelf=shelf,
    )
    await platform.start()
    await platform.import_pois()
    try:
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
async def partner(platform: DomainPlatform) -> Partner:
    return await platform.new_partner("partner")


@pytest.fixture
async def stranger(platform: DomainPlatform) -> Partner:
    return await platform.new_partner("stranger")
