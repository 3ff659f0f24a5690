from collections.abc import AsyncIterator, Callable

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.secrets import Secrets
from tests.things.routing.fronts import Front, Open


@pytest.fixture
async def fronts(database_url: str, clock: ManualClock, secrets: Secrets) -> AsyncIterator[Open]:
    made: list[Front] = []

    async def start(name: str, prepare: Callable[[Front], None] = lambda front: None) -> Front:
        front = await Front.open(database_url, name, clock, secrets)
        prepare(front)
        made.append(front)
        await front.start()
        return front

    yield start
    for front in made:
        await front.stop()
