"""A bad line between a device and the platform: MQTT packets get lost, doubled, overtaken, or the line breaks.

Whole packets, so that both ends still speak MQTT: what is tried is their memory, not their parsers (`mangle` does that).
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

PUBLISH, PUBACK = 3, 4
MOST_HELD_SECONDS = 0.8


@dataclass
class Weather:
    """Chances for each PUBLISH and PUBACK, in either direction."""

    chance: random.Random
    lost: float = 0.04
    doubled: float = 0.12
    held: float = 0.12
    """Kept back for a while: later packets overtake it."""
    broken: float = 0.004
    calm: bool = True
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("lost", "doubled", "held", "broken"), 0)
    )

    def fate(self) -> str:
        if self.calm:
            return ""
        drawn = self.chance.random()
        for name in ("lost", "doubled", "held", "broken"):
            drawn -= getattr(self, name)
            if drawn < 0:
                self.counts[name] += 1
                return name
        return ""


class Relay:
    """Listens on a port of loopback and passes each connection on to the platform's."""

    def __init__(self, target_port: int, weather: Weather) -> None:
        self._target = target_port
        self._weather = weather
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        ways = [
            asyncio.create_task(self._pass_on(reader, far_writer)),
            asyncio.create_task(self._pass_on(far_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, far_writer):
            end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer, loop = b"", asyncio.get_running_loop()
        while piece := await reader.read(65_536):
            buffer += piece
            packets = list(_split(buffer))
            buffer = buffer[sum(len(packet) for packet in packets) :]
            for packet in packets:
                fate = self._weather.fate() if packet[0] >> 4 in (PUBLISH, PUBACK) else ""
                if fate == "broken":
                    return
                if fate == "held":
                    wait = self._weather.chance.uniform(0, MOST_HELD_SECONDS)
                    loop.call_later(wait, _write, writer, packet)
                elif fate != "lost":
                    _write(writer, packet * 2 if fate == "doubled" else packet)


def _write(writer: asyncio.StreamWriter, packet: bytes) -> None:
    if not writer.is_closing():
        writer.write(packet)


def _split(buffer: bytes) -> Iterator[bytes]:
    """The whole packets at the beginning (MQTT 3.1.1, 2.2: type, remaining length in up to four bytes, body)."""
    at = 0
    while True:
        length, shift, head = 0, 0, at + 1
        while head < len(buffer):
            byte = buffer[head]
            length |= (byte & 127) << shift
            shift, head = shift + 7, head + 1
            if byte < 128:
                break
        else:
            return
        if head + length > len(buffer):
            return
        yield buffer[at : head + length]
        at = head + length
