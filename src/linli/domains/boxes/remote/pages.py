"""The box's own page, remotely: each request of a browser is a question through the visit's tunnel. ADR 0069.

A visit is opened once with its ticket, by a browser that is signed in as the person who asked for it. From then on its
path has another secret. A person who opens the path must be signed in as the same person; requests of the page itself
are recognised by the secret alone. It ends with its tunnel: by its time, by hand, with the right, or when nobody looked
for a while.
"""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

from wsproto.frame_protocol import CloseReason

from linli.domains.boxes.remote import box_page, queries
from linli.domains.boxes.remote.box_page import Header, Place
from linli.domains.boxes.remote.calls import Channel
from linli.domains.boxes.remote.errors import BoxRefused, BoxSilent
from linli.domains.boxes.remote.exchange import Exchange
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.remote.service import tunnels
from linli.kernel import i18n, telemetry
from linli.kernel.db import Database, Reader
from linli.kernel.errors import LinliError
from linli.kernel.http import Receive, Send

log = telemetry.logger(__name__)

IDLE_SECONDS: Final = 180.0
"""The box's page asks how the box is every few seconds; a closed one does not."""
AT_ONCE: Final = 8
ANSWER_SECONDS: Final = 35.0

type SessionOf = Callable[[Reader, str], Awaitable[int | None]]
"""The living session of a Cookie header."""


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: list[Header]


class _PageError(Exception):
    """An answer of the platform's own, as a text `edge_page.<key>`."""

    def __init__(self, status: int, key: str, **facts: Any) -> None:
        super().__init__(key)
        self.status, self.key, self.facts = status, key, facts


class _Visit:
    def __init__(self, tunnel: Tunnel, word: str, channel: Channel) -> None:
        self.tunnel = tunnel
        self.word = tunnels.hashed(word)
        self.channel = channel
        self.at_once = asyncio.Semaphore(AT_ONCE)
        self.idle: asyncio.TimerHandle | None = None


class BoxPages:
    """The raw application under `box_page.PREFIX`. One per process."""

    def __init__(self, db: Database, exchange: Exchange, session_of: SessionOf) -> None:
        self._db = db
        self._exchange = exchange
        self._session_of = session_of
        self._visits: dict[int, _Visit] = {}

    def stop(self) -> None:
        for visit in list(self._visits.values()):
            self._leave(visit)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        place = box_page.place_of(scope["raw_path"].decode("latin-1"))
        base = place.base if place else box_page.PREFIX
        try:
            answer = await self._answer(scope, headers, place, receive)
        except _PageError as error:
            answer = _error_page(error, i18n.pick(headers.get("accept-language", "")))
        except Exception:  # the edge of the process
            log.exception("a box's page failed")
            answer = _error_page(_PageError(500, "failed"), i18n.pick(headers.get("accept-language", "")))
        guard = box_page.guard(base, host=headers.get("host", ""), scheme=scope.get("scheme", "http"))
        start = [
            *answer.headers,
            *guard,
            *box_page.cross_origin(headers),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": start})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})

    async def _answer(
        self, scope: MutableMapping[str, Any], headers: dict[str, str], place: Place | None, receive: Receive
    ) -> Answer:
        """Raises _PageError."""
        if place is None:
            raise _PageError(404, "none")
        if box_page.foreign(headers):
            raise _PageError(403, "stranger")
        visit = self._visit_of(place)
        if visit is None:
            return await self._open(place, headers, scope["method"])
        if scope["method"] == "OPTIONS":
            return Answer(204, b"", [])
        if scope["method"] not in box_page.METHODS:
            raise _PageError(405, "none")
        if box_page.navigates(headers):
            await self._check_person(visit.tunnel, headers)
        if not place.path:
            return Answer(308, b"", [(b"location", place.base.encode())])
        query = scope.get("query_string", b"").decode("latin-1")
        return await self._ask(
            visit,
            {
                "method": scope["method"],
                "path": place.path + (f"?{query}" if query else ""),
                "headers": box_page.passed(headers),
                "body": base64.b64encode(await _body(receive)).decode(),
            },
            place.base,
        )

    def _visit_of(self, place: Place) -> _Visit | None:
        visit = self._visits.get(place.tunnel_id)
        if visit is None or not hmac.compare_digest(visit.word, tunnels.hashed(place.word)):
            return None
        if visit.channel.over:
            self._forget(visit)
            raise _PageError(410, "over")
        return visit

    async def _open(self, place: Place, headers: dict[str, str], method: str) -> Answer:
        """The person comes with the ticket: it is void from now on, and the page gets its own path."""
        row = await queries.tunnel_now(self._db, tunnel_id=place.tunnel_id)
        ticket = tunnels.hashed(place.word)
        if method != "GET" or row is None or row.kind not in ("http", "video"):
            raise _PageError(404, "none")
        if row.state == "ended" or not hmac.compare_digest(row.person_ticket, ticket):
            raise _PageError(410, "over")
        await self._check_person(row, headers)
        if row.tunnel_id in self._visits:
            raise _PageError(410, "over")
        channel = Channel(self._exchange, str(row.node_id))
        self._exchange.came("person", place.word, channel)
        word = tunnels.new_ticket()
        visit = self._visits[row.tunnel_id] = _Visit(row, word, channel)
        self._look_again(visit)
        return Answer(303, b"", [(b"location", box_page.base_of(row.tunnel_id, word).encode())])

    async def _check_person(self, tunnel: Tunnel, headers: dict[str, str]) -> None:
        """Only the browser that is signed in as who asked. Raises _PageError."""
        session = await self._session_of(self._db, headers.get("cookie", ""))
        if session is None or session != tunnel.session_id:
            raise _PageError(403, "stranger")

    async def _ask(self, visit: _Visit, given: dict[str, Any], base: str) -> Answer:
        self._look_again(visit)
        async with visit.at_once:
            try:
                answer = await visit.channel.ask("http.ask", given, ANSWER_SECONDS)
            except BoxSilent:
                raise _PageError(
                    410 if visit.channel.over else 504, "over" if visit.channel.over else "silent"
                ) from None
            except BoxRefused as refused:
                raise _PageError(502, "refused", text=refused.facts.get("text", "")) from None
            except LinliError as error:
                raise _PageError(502, "refused", text=error.text("en")) from None
        status = answer.ok.get("status", 0) if isinstance(answer.ok, dict) else 0
        pairs = [pair for pair in answer.ok.get("headers", ()) if _is_pair(pair)] if status else []
        if not isinstance(status, int) or not 200 <= status <= 599:
            raise _PageError(502, "refused", text="HTTP")
        return Answer(status, answer.data, box_page.returned(pairs, base))

    # ending

    def _look_again(self, visit: _Visit) -> None:
        if visit.idle is not None:
            visit.idle.cancel()
        visit.idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._leave, visit)

    def _leave(self, visit: _Visit) -> None:
        """The visit is over."""
        self._forget(visit)
        if not visit.channel.over:
            visit.channel.close(CloseReason.NORMAL_CLOSURE)
            self._exchange.lost(visit.channel)

    def _forget(self, visit: _Visit) -> None:
        if visit.idle is not None:
            visit.idle.cancel()
        if self._visits.get(visit.tunnel.tunnel_id) is visit:
            del self._visits[visit.tunnel.tunnel_id]


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)


def _error_page(error: _PageError, language: str) -> Answer:
    """A page of words: the person sees it, or the box's page shows that it failed."""
    text = i18n.text(f"edge_page.{error.key}", language, **error.facts)
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    return Answer(error.status, text.encode(), kind)


async def _body(receive: Receive) -> bytes:
    """Raises _PageError."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _PageError(400, "failed")
        parts += message.get("body", b"")
        if len(parts) > box_page.BODY_BYTES:
            raise _PageError(413, "too_large", limit=f"{box_page.BODY_BYTES // 1024} KiB")
        if not message.get("more_body"):
            return bytes(parts)
