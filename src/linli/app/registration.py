"""Registration of devices on the web's own port: `POST /auth/register/device` and `POST /auth/devicename`.

A client that keeps the host and port of the web needs no other. The smallest parsers read it too: the length is spelled
as they want it, nothing is chunked, and no header of browsers is added.
"""

from collections.abc import Awaitable, Callable

from linli.app.http import HttpScope, answer, caller_address
from linli.kernel.http import Receive, Send
from linli.things import auth_http
from linli.things.auth_http import MAX_BYTES, PRE_AUTH, REGISTER, Registrar, Way
from linli.things.mqtt.wire import ENDED_BEFORE, PLAIN

PATHS = (REGISTER, PRE_AUTH)
_JSON = ((b"Content-Type", b"application/json"),)

type Registration = Callable[[HttpScope, Receive, Send], Awaitable[None]]


def registration(registrar: Registrar, proxies: frozenset[str], *, behind_tls: bool) -> Registration:
    """`behind_tls`: plain connections come through a proxy that ended the TLS."""

    async def register(scope: HttpScope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await answer(send, 405)
            return
        body = await _body(receive)
        if body is None:
            await answer(send, 413)
            return
        secured = behind_tls or scope["scheme"] == "https" or _proxy_ended_tls(scope, proxies)
        way = Way(
            peer=f"{caller_address(scope, proxies)}:{(scope['client'] or ('', 0))[1]}",
            security=ENDED_BEFORE if secured else PLAIN,
            reached=(scope["server"] or ("",))[0],
        )
        status, content = await auth_http.answer(registrar, scope["path"], body, way)
        await answer(send, status, content, _JSON if content else ())

    return register


def _proxy_ended_tls(scope: HttpScope, proxies: frozenset[str]) -> bool:
    client = scope["client"] or ("",)
    return client[0] in proxies and (b"x-forwarded-proto", b"https") in scope["headers"]


async def _body(receive: Receive) -> bytes | None:
    """None: it is longer than any honest one. The listener bounds how long it may take."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)
