"""A browser's end of a tunnel, for tests: the WebSocket that the terminal's page opens."""

import asyncio
import json
from typing import Any

from linli.edge.remote.tunnel import Line, TunnelClosed
from linli.protocols.edge_remote import wire
from linli.protocols.websocket import WebSocketError


class BrowserEnd:
    def __init__(self, line: Line) -> None:
        self.line = line
        self._messages: list[Any] = []
        self._number = 0

    @classmethod
    async def open(cls, base: str, path: str, **headers: str) -> "BrowserEnd":
        return cls(await Line.open(base + path, headers=headers))

    async def next(self) -> tuple[bool, bytes] | None:
        """(text, payload); None when it is closed."""
        async with asyncio.timeout(30):
            while not self._messages:
                try:
                    self._messages = await self.line.messages()
                except (WebSocketError, ConnectionError, TimeoutError):
                    return None
                if not self._messages:
                    return None
            one = self._messages.pop(0)
        return one.text, one.data

    async def told(self) -> dict[str, Any]:
        """The next text frame."""
        while (got := await self.next()) is not None:
            if got[0]:
                found: dict[str, Any] = json.loads(got[1])
                return found
        return {}

    async def screen_until(self, wanted: bytes) -> bytes:
        shown = b""
        while wanted not in shown and (got := await self.next()) is not None:
            if not got[0]:
                shown += got[1]
        return shown

    async def ask(self, do: str, **given: Any) -> tuple[wire.Answer, bytes]:
        self._number += 1
        await self.line.send(wire.encode(wire.Question(self._number, do, given)), True)
        pieces = b""
        while (got := await self.next()) is not None:
            if not got[0]:
                pieces += wire.split_piece(got[1])[1]
            elif (answer := wire.answer(got[1])).ends:
                return answer, pieces
        raise TunnelClosed("no answer")

    async def close(self) -> None:
        self.line.close()
        await self.line.closed()
