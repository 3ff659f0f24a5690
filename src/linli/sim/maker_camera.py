"""A camera or recorder that gives pictures by its maker's own HTTP interface, behind a digest log-in (RFC 7616)."""

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from linli.protocols.maker_pictures import maker_of

REALMS: Final = {
    "hikvision": "IP Camera(F1234)",
    "dahua": "Login to 9K0312APAZ2A5B1",
    "uniview": "iMediaServer",
}
_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_LONGEST_S: Final = 60.0


@dataclass
class Faults:
    """What real cameras do."""

    locked: bool = False
    """It refuses everybody after wrong passwords, with 403."""
    page: bool = False
    """It sends a page of its web interface with status 200."""
    silent: bool = False
    huge: int = 0
    """Its picture has so many bytes."""


class MakerCamera:
    """`pictures` by channel. `start`, then it answers at `port`."""

    def __init__(
        self,
        maker: str,
        pictures: Mapping[int, bytes],
        *,
        user: str = "admin",
        password: str = "camera-secret-1",
    ) -> None:
        self.maker = maker
        self.pictures = dict(pictures)
        self.user = user
        self.password = password
        self.faults = Faults()
        self.asked: list[str] = []
        """Heads of requests as they came."""
        self.port = 0
        self._nonces: set[str] = set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, host: str = "127.0.0.1") -> None:
        self._server = await asyncio.start_server(self._serve, host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(
            OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError
        ):
            async with asyncio.timeout(_LONGEST_S):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                    self.asked.append(head)
                    if self.faults.silent:
                        await asyncio.sleep(_LONGEST_S)
                    status, more, body = self._answer(head)
                    writer.write(
                        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body
                    )
                    await writer.drain()
        self._open.discard(writer)
        writer.close()

    def _answer(self, head: str) -> tuple[str, str, bytes]:
        """Status line, further headers, body."""
        method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        if self.faults.locked:
            return "403 Forbidden", "Content-Type: application/xml\r\n", b"<ResponseStatus/>"
        if not self._logged_in(method, target, head):
            nonce = secrets.token_hex(16)
            self._nonces.add(nonce)
            realm = REALMS.get(self.maker, "camera")
            asks = f'WWW-Authenticate: Digest qop="auth", realm="{realm}", nonce="{nonce}", stale="FALSE"\r\n'
            return "401 Unauthorized", asks, b""
        maker, channel = maker_of(target)
        if maker != self.maker or channel not in self.pictures:
            return "404 Not Found", "", b""
        if self.faults.page:
            return "200 OK", "Content-Type: text/html\r\n", b"<html>Web service</html>"
        picture = self.pictures[channel] + bytes(max(0, self.faults.huge - len(self.pictures[channel])))
        return "200 OK", "Content-Type: image/jpeg\r\n", picture

    def _logged_in(self, method: str, target: str, head: str) -> bool:
        line = next(
            (row for row in head.split("\r\n") if row.lower().startswith("authorization: digest ")), ""
        )
        given = {name: quoted or bare for name, quoted, bare in _FIELD.findall(line)}
        if given.get("nonce") not in self._nonces or given.get("username") != self.user:
            return False
        if given.get("uri") != target or urlsplit(target).netloc:
            return False
        first = _md5(f"{self.user}:{REALMS.get(self.maker, 'camera')}:{self.password}")
        middle = ":".join(given.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
        return given.get("response") == _md5(f"{first}:{middle}:{_md5(f'{method}:{target}')}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
