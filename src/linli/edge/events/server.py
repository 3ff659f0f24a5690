"""Port 5080: the four calls that adapters make. Every answer is HTTP 200; the code is in the body."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from linli.edge.events.journal import Journal
from linli.edge.services.web import Call, limits_for
from linli.kernel.http import HttpServer
from linli.protocols.event_api import APP, PORT, Code, Fields, Refused, read_body, to_answer

BODY_BYTES: Final = 12 * 1024 * 1024
"""Scene, target and library face as base64, and the rest."""
JSON: Final = "application/json; charset=utf-8"

type Serve = Callable[[Fields, str], Awaitable[Any]]
"""(fields, peer) to `data`. Raises Refused."""


class EventServer:
    def __init__(
        self, calls: Mapping[str, Serve], *, host: str, port: int = PORT, journal: Journal, prefix: str = APP
    ) -> None:
        self._calls = calls
        self._prefix = prefix
        self._journal = journal
        limits = limits_for(body_bytes=BODY_BYTES)
        self._server = HttpServer(Call.app(self._serve), host=host, port=port, limits=limits)

    async def start(self) -> None:
        """Raises OSError."""
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=1.0)

    @property
    def port(self) -> int:
        return self._server.port

    async def _serve(self, call: Call) -> None:
        serve = self._calls.get(call.path.removeprefix(self._prefix))
        if serve is None or not call.path.startswith(self._prefix) or call.method not in ("GET", "POST"):
            await call.answer(404, to_answer(code=404, message="no such call"), JSON)
            return
        body = b"".join([part async for part in call.body()])
        try:
            fields = _with_query(read_body(body), call.query)
            answer = to_answer(await serve(fields, call.peer))
        except Refused as refusal:
            if refusal.code != Code.NOT_LOGGED_IN:
                self._journal.interface.now_and_then(
                    "a call was refused",
                    peer=call.peer,
                    call=call.path,
                    code=refusal.code,
                    field=refusal.field,
                )
            answer = to_answer(code=refusal.code, message=refusal.message)
        except Exception as error:  # noqa: BLE001  (the adapter gets an answer after any fault of ours)
            self._journal.errors.error(
                "a call failed", call=call.path, why=f"{type(error).__name__}: {error}"
            )
            answer = to_answer(code=Code.NOT_REACHED, message="abnormal communication")
        await call.answer(200, answer, JSON)


def _with_query(fields: Fields, query: str) -> Fields:
    """A GET may say the same in its query."""
    if not query:
        return fields
    from urllib.parse import parse_qsl

    try:
        message_row = dict(parse_qsl(query, max_num_fields=32))
    except ValueError:
        raise Refused(Code.BAD_JSON) from None
    return Fields({**message_row, **fields.all()})
