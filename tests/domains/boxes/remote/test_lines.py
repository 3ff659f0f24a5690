"""An end of a tunnel towards somebody who does not read what it sends."""

import asyncio
from typing import Any, cast

from wsproto.connection import Connection, ConnectionType
from wsproto.events import Ping, Pong

from linli.domains.boxes.remote.lines import End, WebSocketEnd


class Quiet:
    """An exchange that takes whatever comes."""

    def came(self, side: str, ticket: str, end: End) -> None: ...

    def heard(self, end: End, data: bytes, text: bool) -> None: ...

    def full(self, end: End) -> None: ...

    def drained(self, end: End) -> None: ...

    def lost(self, end: End, *, too_much: bool = False) -> None: ...


class Sent(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = b""

    def write(self, data: Any) -> None:
        self.wire += data

    def is_closing(self) -> bool:
        return False

    def is_reading(self) -> bool:
        return True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


async def test_pings_of_somebody_who_reads_nothing_are_not_answered() -> None:
    end, sent, client = WebSocketEnd("person", "x" * 20, Quiet()), Sent(), Connection(ConnectionType.CLIENT)
    end.connection_made(sent)

    def answers(ping: bytes) -> list[object]:
        sent.wire = b""
        end.data_received(cast(bytes, client.send(Ping(ping))))
        client.receive_data(sent.wire)
        return [event for event in client.events() if isinstance(event, Pong)]

    assert answers(b"1") == [Pong(b"1")]
    end.pause_writing()
    assert answers(b"2") == []
    end.resume_writing()
    assert answers(b"3") == [Pong(b"3")]
    end.connection_lost(None)
