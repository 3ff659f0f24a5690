"""`/bell/<code>`: the page, and what it asks. Open to whoever has the code, which opens nothing.

What a visitor is told is the same for a room that is none, a home that nobody lives in, one that is muted and one that
does not answer (ADR 0115). Calls are counted by network, by doorbell and by home.
"""

from collections.abc import Mapping, MutableMapping
from importlib import resources
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta

from linli.calls.rows import Account
from linli.domains.communities.queries import communities
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.intercom.answering import (
    Answering,
    BellBusy,
    CallOver,
    CannotSee,
    DeskOfBells,
    PagesOff,
    Ringing,
    VisitorState,
)
from linli.domains.intercom.doorbell import page as pages
from linli.domains.intercom.errors import BellOff
from linli.domains.intercom.queries import doorbells as queries
from linli.domains.intercom.rows import Doorbell
from linli.domains.intercom.tries import Tries
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound, TooMany
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.scope import Caller, Scope

SCRIPT: Final = "visitor.js"
MOST_BODY: Final = 24 * 1024
WITHIN_MS: Final = 600_000
OF_NETWORK, OF_BELL, OF_HOME = 8, 40, 4
"""Calls within ten minutes."""
_STATUS: Final = {NotFound: 404, TooMany: 429, PagesOff: 503, BellOff: 409, CallOver: 409, CannotSee: 409}
_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:; "
    b"media-src blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: Annotated[str, Meta(min_length=16, max_length=64, pattern="^[A-Za-z0-9-]+$")]


class _Call(_Page, frozen=True, forbid_unknown_fields=True):
    room: Annotated[str, Meta(max_length=64)]


class _Answer(_Page, frozen=True, forbid_unknown_fields=True):
    description: Annotated[str, Meta(max_length=16_384)]


class _Bell(NamedTuple):
    """A doorbell that is there, and whose community's service runs."""

    row: Doorbell
    scope: Scope
    community: str


class DoorbellPages:
    def __init__(self, db: Database, clock: Clock, callers: Callers, answering: Answering) -> None:
        self._db = db
        self._clock = clock
        self._callers = callers
        self._answering = answering
        self._of_network = Tries(OF_NETWORK, WITHIN_MS)
        self._of_bell = Tries(OF_BELL, WITHIN_MS)
        self._of_home = Tries(OF_HOME, WITHIN_MS)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = _language(headers.get(b"accept-language", b"").decode("latin-1"))
        code, _, what = str(scope["path"]).strip("/").partition("/")[2].partition("/")
        method = str(scope["method"])
        try:
            if method == "POST" and what in ("call", "answer", "state", "end"):
                if headers.get(b"content-type", b"").partition(b";")[0].strip() != b"application/json":
                    raise BadInput(field="body", rule="type", expected="application/json")
                bell = await self._bell(code)
                address = self._callers.of(scope)
                await _say(send, 200, await self._asked(bell, what, await _body(receive), address))
            elif method not in ("GET", "HEAD") or what:
                await _answer(send, 405, b"", b"text/plain", ((b"allow", b"GET, HEAD"),))
            elif code == SCRIPT:
                script = resources.files("linli.domains.intercom.doorbell").joinpath(SCRIPT).read_bytes()
                await _answer(send, 200, script, b"text/javascript; charset=utf-8")
            else:
                body = await self._page(code, language)
                await _answer(send, 200, body, _HTML, head=method == "HEAD")
        except LinliError as error:
            status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)
            if method == "POST":
                await _say(send, status, {"code": error.code, "message": error.text(language)})
            else:
                await _answer(send, status, pages.nothing(language), _HTML)

    async def _bell(self, code: str) -> _Bell:
        """Raises NotFound, also where the community's service does not run."""
        row = await queries.by_code(self._db, code) if len(code) <= 64 else None
        if row is None:
            raise NotFound(what="doorbell")
        scope = Scope(row.tenant_id, Caller("system", "doorbell"), frozenset((row.community_id,)))
        community = await communities.community(scope, self._db, row.community_id)
        if community.service_state != RUNNING:
            raise NotFound(what="doorbell")
        return _Bell(row, scope, community.name)

    async def _page(self, code: str, language: str) -> bytes:
        """Raises NotFound."""
        bell = await self._bell(code)
        served, rings = self._answering.bells is not None, await self._rings(bell.row)
        place = pages.Place(bell.community, bell.row.name, code)
        return pages.render(place, language, off="" if served and rings else "off" if served else "served")

    async def _rings(self, bell: Doorbell) -> bool:
        now_ms = self._clock.now_ms()
        on = bool(bell.is_on) and bell.muted_until_ms <= now_ms
        return on and await queries.rings_now(self._db, bell, now_ms)

    async def _asked(self, bell: _Bell, what: str, body: bytes, address: str) -> Mapping[str, object]:
        desk = self._answering.bells
        if desk is None:
            raise PagesOff()
        if what == "call":
            return await self._call(bell, desk, _read(body, _Call), address)
        if what == "answer":
            answered = _read(body, _Answer)
            desk.answer(bell.row.bell_id, answered.page, answered.description.encode())
            page = answered.page
        else:
            page = _read(body, _Page).page
        if what == "end":
            desk.hang_up(bell.row.bell_id, page)
        now = desk.now(bell.row.bell_id, page)
        return now._asdict() if now is not None else VisitorState("over", "ended")._asdict()

    async def _call(self, bell: _Bell, desk: DeskOfBells, asked: _Call, address: str) -> Mapping[str, object]:
        """Ring, or look as if. Raises BadInput, BellOff, BellBusy, CannotSee."""
        if not asked.room.strip():
            raise BadInput(field="room", rule="required")
        if not await self._rings(bell.row):
            raise BellOff()
        network, now_ms = network_of(address), self._clock.now_ms()
        if not self._of_network.allowed(network, now_ms) or not self._of_bell.allowed(
            str(bell.row.bell_id), now_ms
        ):
            raise BellBusy(seconds=WITHIN_MS // 1000)
        called = await self._called(bell, asked.room, now_ms)
        wish = Ringing(bell.row.bell_id, asked.page, network, address, *(called or (None, "")))
        return {"description": desk.ring(wish).decode("utf-8", "replace"), "state": "rings"}

    async def _called(self, bell: _Bell, room: str, now_ms: int) -> tuple[Account, str] | None:
        """Who calls and what is dialled; None: nobody is rung."""
        house_id = await queries.home_of(bell.scope, self._db, bell.row, room)
        if house_id is None or not self._of_home.allowed(str(house_id), now_ms):
            return None
        muted_ms = await queries.muted_until(
            bell.scope, self._db, bell_id=bell.row.bell_id, space_id=house_id
        )
        return (
            None if muted_ms > now_ms else await queries.caller_at(bell.scope, self._db, bell.row, house_id)
        )


def _language(wanted: str) -> str:
    """Visitors come from everywhere: who names another language than Chinese reads English."""
    first = wanted.strip().lower()
    return i18n.DEFAULT if not first or first.startswith(("zh", "*")) else "en"


_HTML: Final = b"text/html; charset=utf-8"


def _read[Asked: _Page](body: bytes, kind: type[Asked]) -> Asked:
    """Raises BadInput."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise BadInput(field="body", rule="unfit", said=str(error)[:120]) from None


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadInput(field="body", rule="required")
        parts += message.get("body", b"")
        if len(parts) > MOST_BODY:
            raise BadInput(field="body", rule="too_long", limit=MOST_BODY)
        if not message.get("more_body"):
            return bytes(parts)


async def _say(send: Send, status: int, words: Mapping[str, object]) -> None:
    await _answer(send, status, msgspec.json.encode(words), b"application/json")


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    kind: bytes,
    more: tuple[tuple[bytes, bytes], ...] = (),
    *,
    head: bool = False,
) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", _POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
