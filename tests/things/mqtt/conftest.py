import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from linli.kernel.clock import ManualClock
from linli.protocols import mqtt
from linli.things.mqtt.front import Front
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.retained_messages import Retained
from linli.things.mqtt.switchboard import Switchboard
from tests.things.mqtt.backend import Client, MemoryBackend, device_connect


class Rig:
    """A front on a free port, its backend, and clients that are closed at the end."""

    def __init__(self, retained: Retained | None = None, **options: Any) -> None:
        self.clock = ManualClock()
        self.backend = MemoryBackend()
        self.switchboard = self.backend.switchboard = Switchboard(clock=self.clock, **options)
        self.front = Front(self.backend, self.switchboard, clock=self.clock, retained=retained)
        self.server: asyncio.Server | None = None
        self.port = 0
        self.clients: list[Client] = []

    async def start(self) -> "Rig":
        await self.front.start()
        self.server = await asyncio.get_running_loop().create_server(self.front.connection, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        assert self.server is not None
        for client in self.clients:
            client.abort()
        self.server.close()
        await self.front.stop()

    async def dial(self, level: int = 4) -> Client:
        client = await Client.dial(self.port, level=level)
        self.clients.append(client)
        return client

    async def connect(self, connect: mqtt.Connect | None = None, *, present: bool = False) -> Client:
        """A client whose CONNECT was accepted."""
        connect = connect or device_connect()
        client = await self.dial(5 if connect.level == 5 else 4)
        client.send(connect)
        answer = await client.read()
        assert isinstance(answer, mqtt.Connack)
        assert (answer.code, answer.session_present) == (0, present)
        return client

    async def ticks(self, count: int) -> None:
        for _ in range(count):
            await self.clock.advance(1000)


type MakeRig = Callable[..., Awaitable[Rig]]


@pytest.fixture
async def make_rig() -> AsyncIterator[MakeRig]:
    rigs: list[Rig] = []

    async def make(store: Any = None, retained: Any = None, **limits: Any) -> Rig:
        rig = Rig(store=store, retained=retained, limits=Limits(**limits))
        rigs.append(rig)
        return await rig.start()

    yield make
    for rig in rigs:
        await rig.stop()


@pytest.fixture
async def rig(make_rig: MakeRig) -> Rig:
    return await make_rig()
