"""The Bluetooth side of a simulated door: advertises, takes frames in pieces, answers, opens. Source: spec G 4.2-4.4.

The radio is any byte pipe. Over TCP (`BlePipe`) the door first sends its advertisement of 31 bytes, as a phone would
have heard it; then the phone's GATT writes and the door's notifications follow each other as bytes.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

from linli.protocols import door_ble
from linli.protocols.door_ble import FrameError, Result

IDLE_SECONDS: Final = 10.0


class BleState(Enum):
    STANDBY = "standby"
    ADVERTISING = "advertiser"
    CONNECTED = "slave"


class Busy(Exception):
    """Another phone is connected: one at a time."""


class BleDoor:
    """One door's chip. `admit` decides on a card number, opens if it may, and reports."""

    def __init__(
        self, name: str, order_number: str, admit: Callable[[str], Awaitable[bool]], rng: random.Random
    ) -> None:
        self.name = name
        self.state = BleState.STANDBY
        self._fixed = door_ble.fixed_key(order_number)
        self._admit = admit
        self._rng = rng
        self._random = b""
        self._buffer = b""

    def power_on(self) -> None:
        self._random = self._rng.randbytes(door_ble.RANDOM_BYTES)
        self.state = BleState.ADVERTISING

    @property
    def advertisement(self) -> bytes:
        return door_ble.write_advertisement(self.name, self._random)

    def connect(self) -> None:
        """Raises Busy."""
        if self.state is not BleState.ADVERTISING:
            raise Busy
        self.state, self._buffer = BleState.CONNECTED, b""

    def disconnect(self) -> None:
        """The link ends, from either side: the next phone gets another random number, and the old one is of no use."""
        self.power_on()

    async def write(self, piece: bytes) -> bytes:
        """One GATT write; the notification that follows, empty while the frame is not whole."""
        self._buffer += piece
        try:
            request, self._buffer = door_ble.take_request(self._buffer)
        except FrameError as error:
            self._buffer = b""
            return door_ble.write_response(error.result)
        if request is None:
            return b""
        card = door_ble.decrypt(door_ble.session_key(self._fixed, self._random), request.permission)
        admitted = await self._admit(card) if 0 < len(card) <= door_ble.MOST_PLAIN else False
        return door_ble.write_response(
            Result.OK if admitted or not request.checks_first else Result.NO_PERMISSION
        )


class BlePipe:
    """A door's radio as a TCP port of this machine."""

    def __init__(self, door: BleDoor, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._door = door
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._door.power_on()
        self._server = await asyncio.start_server(self._serve, self._host, self._port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self._door.connect()
        except Busy:
            writer.close()
            return
        try:
            writer.write(self._door.advertisement)
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(IDLE_SECONDS):
                    while piece := await reader.read(door_ble.PIECE_BYTES):
                        writer.write(await self._door.write(piece))
                        await writer.drain()
        finally:
            self._door.disconnect()
            writer.close()
