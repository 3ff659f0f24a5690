"""The local console's port: pages, their calls, and what a paired standby asks for."""

import asyncio
import json
from pathlib import Path
from typing import Final

import msgspec

from linli.edge.services.console import api
from linli.edge.services.console.door import ConsoleDoor, DoorClosed, PasswordWeak, WrongWord
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Refusal, Request
from linli.edge.services.web import Call, Headers, limits_for
from linli.kernel import i18n
from linli.kernel.http import HttpServer
from linli.kernel.telemetry import logger

log = logger(__name__)

PORT: Final = 9110
BODY_BYTES: Final = 64 * 1024
STATIC: Final = Path(__file__).parent / "static"
_KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_GUARD: Final[Headers] = (
    (b"X-Content-Type-Options", b"nosniff"),
    (b"X-Frame-Options", b"SAMEORIGIN"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"Cache-Control", b"no-store"),
    (
        b"Content-Security-Policy",
        b"default-src 'self'; img-src 'self' data: http:; object-src 'none'; frame-ancestors 'self'; base-uri 'none'",
    ),
)


class LocalConsole:
    """Tokens travel in a header, so no other site's page can use them; there are no cookies."""

    def __init__(
        self, parts: Parts, door: ConsoleDoor, *, host: str, port: int = PORT, first: str = ""
    ) -> None:
        """`first`: the page that it opens with."""
        self._parts = parts
        self._door = door
        self._first = first
        self._server = HttpServer(
            Call.app(self._serve), host=host, port=port, limits=limits_for(body_bytes=BODY_BYTES)
        )
        self._pages = {
            f"/{place.relative_to(STATIC).as_posix()}": place
            for place in STATIC.rglob("*")
            if place.suffix in _KINDS
        }
        self._pages["/"] = self._pages["/index.html"]

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=2.0)

    @property
    def port(self) -> int:
        return self._server.port

    async def _serve(self, call: Call) -> None:
        if call.path.startswith("/standby/") and self._parts.standby is not None:
            await self._parts.standby.serve(call)
        elif call.path.startswith("/api/"):
            await self._api(call)
        elif call.method in ("GET", "HEAD") and (page := self._pages.get(call.path)) is not None:
            content = b"" if call.method == "HEAD" else await asyncio.to_thread(page.read_bytes)
            await call.answer(200, content, _KINDS[page.suffix], _GUARD)
        else:
            await call.answer(404, b"not found", "text/plain", _GUARD)

    async def _api(self, call: Call) -> None:
        language = i18n.pick(call.header("accept-language"))
        try:
            body = await self._answer(call, language)
        except Refusal as refusal:
            await _json(call, refusal.status, refusal.body(language))
        except api.LinliError as error:
            await _json(
                call, 409, {"code": error.code, "message": error.text(language), "field": error.field}
            )
        except ConnectionError:
            raise
        except Exception:
            log.exception("a call of the local console failed: %s", call.path)
            await _json(call, 500, Refusal(500, "failed").body(language))
        else:
            if body is not None:
                await _json(call, 200, body)

    async def _answer(self, call: Call, language: str) -> object:
        name = call.path.removeprefix("/api/")
        data = b"".join([part async for part in call.body()]) if call.method == "POST" else b""
        if (call.method, name) == ("GET", "hello"):
            first = {"first": self._first} if self._first else {}
            return {"firstTime": self._door.first_time, "codeWaits": self._door.code_waits, **first}
        if (call.method, name) == ("POST", "login"):
            return await self._log_in(call, data)
        # A tunnel passes the second on, and no log-in of its own under the first.
        token = (call.header("authorization") or call.header("x-linli-request")).removeprefix("Bearer ")
        if not self._door.knows(token):
            raise Refusal(401, "log_in")
        if (call.method, name) == ("POST", "logout"):
            self._door.log_out(token)
            return {}
        handler = api.HANDLERS.get((call.method, name))
        if handler is None:
            raise Refusal(404, "no_such_call")
        return await handler(self._parts, Request(call, data, language))

    async def _log_in(self, call: Call, data: bytes) -> object:
        words, facts = api.read(data, api.LogIn), {"address": call.peer}
        try:
            token = await asyncio.to_thread(
                self._door.log_in, words.word, call.peer, new_password=words.new_password
            )
        except WrongWord:  # so many from one address, and then few (`services.throttle`)
            log.warning("log-in at the box's page refused", extra={"facts": facts})
            raise Refusal(403, "wrong_word", field="word") from None
        except DoorClosed as closed:
            raise Refusal(429, "door_closed", seconds=closed.seconds) from None
        except PasswordWeak:
            raise Refusal(400, "password_weak", field="newPassword") from None
        log.info("log-in at the box's page done", extra={"facts": facts})
        return {"token": token}


async def _json(call: Call, status: int, body: object) -> None:
    content = (
        msgspec.json.encode(body)
        if isinstance(body, msgspec.Struct)
        else json.dumps(msgspec.to_builtins(body), ensure_ascii=False).encode()
    )
    await call.answer(status, content, "application/json; charset=utf-8", _GUARD)
