"""An integrator's webhook with moods: mostly well, now slow, now failing, now cutting the line."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from linli.databus.webhook import signing


@dataclass
class Receiver:
    """Counts a message as received once it has answered 200. `calm` ends the moods."""

    chance: random.Random
    secret: str = ""
    calm: bool = False
    received: dict[int, int] = field(default_factory=dict)
    """Times each message arrived, by its number in the change log."""
    bodies: dict[int, bytes] = field(default_factory=dict)
    forged: int = 0
    """Requests whose signature was wrong."""
    refused: int = 0
    """Requests that a mood turned away."""

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers["content-length"]))
                status = await self._judge(headers, body)
                if status == 0:
                    break
                writer.write(b"HTTP/1.1 %d Said\r\nContent-Length: 0\r\n\r\n" % status)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _judge(self, headers: dict[str, str], body: bytes) -> int:
        """The status to answer; 0: none."""
        given = headers.get("x-linli-signature", "")
        stamp = headers.get("x-linli-timestamp", "")
        if not signing.verify(self.secret, stamp, body, given, now_ms=time.time_ns() // 1_000_000):
            self.forged += 1
            return 401
        mood = 1.0 if self.calm else self.chance.random()
        if mood < 0.02:
            self.refused += 1
            return 0 if mood < 0.01 else 503
        if mood < 0.05:
            await asyncio.sleep(self.chance.uniform(0.05, 0.3))
        number = int(headers["x-linli-message-id"])
        self.received[number] = self.received.get(number, 0) + 1
        self.bodies[number] = body
        return 200
