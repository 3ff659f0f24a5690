"""The door to RabbitMQ with more consumers than room, and with those who say nothing. The broker is a socket here."""

import asyncio
import contextlib

import pytest

from linli.databus.amqp import guard as guard_module
from linli.databus.amqp.guard import Guard
from linli.kernel.clock import SystemClock

HELLO = b"AMQP\x03\x01\x00\x00"


async def test_silence_reaches_no_broker_and_one_address_does_not_take_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came: list[asyncio.StreamWriter] = []

    async def broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer)
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1000):
                writer.write(data)

    monkeypatch.setattr(guard_module, "MOST_EACH", 3)
    monkeypatch.setattr("linli.kernel.lobby.SECONDS", 0.3)
    behind = await asyncio.start_server(broker, "127.0.0.1", 0)
    guard = Guard(SystemClock(), ("127.0.0.1", behind.sockets[0].getsockname()[1]))
    await guard.start("127.0.0.1", 0)

    async def dial(address: str, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", guard.port, local_addr=(address, 0))
        writer.write(said)
        return reader, writer

    async with asyncio.timeout(30):
        silent = [await dial("127.0.1.1", b"") for _ in range(10)]
        for reader, _ in silent:
            assert await reader.read() == b""
        assert came == []

        consumers = [await dial("127.0.1.1", HELLO) for _ in range(3)]
        for reader, _ in consumers:
            assert await reader.readexactly(8) == HELLO
        reader, _ = await dial("127.0.1.1", HELLO)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        reader, other = await dial("127.0.0.1", HELLO)
        assert await reader.readexactly(8) == HELLO
        assert len(came) == 4
        for _, writer in (*silent, *consumers, (reader, other)):
            writer.close()
        await guard.stop()
        behind.close()
