"""SIP over TCP and UDP has one number, also where any number will do."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any, cast

import pytest

from linli.kernel.sip.flows import Limits, Receiver, StreamPort, bind
from tests.ports import LOOPBACK, free_port

STREAMS = StreamPort(cast(Receiver, None), Limits(1, 1))


@pytest.fixture
def taken() -> Iterator[int]:
    """A number that another program has for UDP, and nobody for TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((LOOPBACK, free_port()))
        yield other.getsockname()[1]


async def test_another_number_is_tried_where_the_first_is_taken_for_udp(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    create, asked = loop.create_server, []

    async def first_taken(make: Any, host: str, port: int, **words: Any) -> asyncio.Server:
        asked.append(port)
        return await create(make, host, taken if len(asked) == 1 else port, **words)

    monkeypatch.setattr(loop, "create_server", first_taken)
    server, udp = await bind(STREAMS, LOOPBACK, 0)
    with udp:
        assert asked == [0, 0]
        assert udp.getsockname() == server.sockets[0].getsockname() != (LOOPBACK, taken)
        server.close()


async def test_a_number_that_was_asked_for_is_tried_once_and_left_free(taken: int) -> None:
    with pytest.raises(OSError):
        await bind(STREAMS, LOOPBACK, taken)
    with socket.create_server((LOOPBACK, taken)):
        pass
