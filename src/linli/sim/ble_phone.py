"""A phone that opens doors over Bluetooth, the radio being a TCP pipe. The steps of an app, for its author.

Source: spec G 4.2: listen, pick the door by its name, connect, write the frame in pieces, read the answer, disconnect.
"""

import asyncio
from collections.abc import Iterable

from linli.protocols import door_ble
from linli.protocols.door_ble import FrameError, OpenRequest, Result

ANSWER_SECONDS = 5.0


def find_door(heard: Iterable[bytes], name: str) -> bytes | None:
    """The random part of the door of this name, among all advertisements in the air."""
    for advertisement in heard:
        try:
            advertised, random = door_ble.read_advertisement(advertisement)
        except FrameError:
            continue  # somebody's earphones
        if advertised == name:
            return random
    return None


def open_frame(order_number: str, random: bytes, card: str, *, checks_first: bool = True) -> bytes:
    """The frame that opens a door which shows `random` now."""
    key = door_ble.session_key(door_ble.fixed_key(order_number), random)
    return door_ble.write_request(OpenRequest(door_ble.encrypt(key, card), checks_first))


class BlePhone:
    """One resident's phone."""

    def __init__(self, order_number: str, card: str) -> None:
        self._order_number = order_number
        self._card = card

    async def open(self, host: str, port: int, name: str, *, checks_first: bool = True) -> Result | None:
        """None: no such door here, or it is busy with another phone."""
        reader, writer = await asyncio.open_connection(host, port)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                random = find_door([await reader.readexactly(31)], name)
                if random is None:
                    return None
                frame = open_frame(self._order_number, random, self._card, checks_first=checks_first)
                for piece in door_ble.pieces(frame):
                    writer.write(piece)
                    await writer.drain()
                return door_ble.read_response(await reader.readexactly(5))
        except asyncio.IncompleteReadError:
            return None
        finally:
            writer.close()
