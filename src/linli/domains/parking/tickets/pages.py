"""`/ticket/<code>`: a driver without a plate takes a ticket at an entrance and uses it at an exit, without log-in.

The code is printed at the lane and opens nothing by itself: a car must wait there, as the lane's camera says, and one
ticket is taken for it. The phone keeps 190 random bits in a cookie; their hash is kept here (ADR 0123).
"""

from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from linli.domains.communities.queries import communities, spaces
from linli.domains.parking.fees import exit_queries, places
from linli.domains.parking.fees.bills import bill
from linli.domains.parking.fees.errors import NothingDue
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE, LEFT
from linli.domains.parking.prepay import queries as driver_queries
from linli.domains.parking.prepay.html import say as say_prepay
from linli.domains.parking.prepay.html import yuan
from linli.domains.parking.prepay.limits import (
    LANE_CODES_OF_ADDRESS,
    TICKETS_OF_ADDRESS,
    TICKETS_OF_LANE,
    TooManyAsked,
    count,
)
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.parking.prepay.service import open_payment
from linli.domains.parking.tickets import html, queries, service
from linli.domains.parking.tickets.errors import LotFull, TicketInUse
from linli.domains.parking.tickets.rows import LaneCode
from linli.domains.payments.charges.collector import Collector
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.ids import Ids
from linli.kernel.phone_pages import answer, body_of, fields
from linli.kernel.scope import Caller, Scope

PATH: Final = "/ticket"
COOKIE: Final = "linli_ticket"
REMEMBERED_S: Final = 90 * 86_400
BACK: Final = b"back"
_OUT: Final = 1
_GONE_MS: Final = 15 * 60_000
"""So long after it left a phone still reads that its car may go."""


class TicketPages:
    """`collector`: who takes payments over the network; None: nobody."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        links: ParkingLinks,
        callers: Callers,
        collector: Collector | None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._links = links
        self._callers = callers
        self._collector = collector

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        method, code = scope["method"], str(scope["path"]).removeprefix(f"{PATH}/")
        if method not in ("GET", "HEAD", "POST"):
            await answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))
            return
        address = network_of(self._callers.of(scope))
        more: tuple[tuple[bytes, bytes], ...] = ()
        try:
            form = fields(await body_of(receive)) if method == "POST" else None
            row = await self._code(code, address)
            stay = await self._stay(_token(headers.get(b"cookie", b"").decode("latin-1")))
            if not row.is_on:
                status, body = 200, html.notice_page(html.say("closed", language), language)
            elif form is None:
                is_back = scope.get("query_string") == BACK
                status, body = 200, await self._page(row, stay, language, is_back=is_back)
            else:
                await count(self._db, TICKETS_OF_ADDRESS, address, now_ms=self._clock.now_ms())
                await count(self._db, TICKETS_OF_LANE, str(row.lane_id), now_ms=self._clock.now_ms())
                status, body, more = await self._go(
                    row, stay, language, cookie_ending=self._links.cookie_ending(scope["scheme"])
                )
        except NotFound:
            status, body = 404, html.notice_page(say_prepay("no_page", language), language)
        except LinliError as error:
            status = 429 if isinstance(error, TooManyAsked) else 400 if isinstance(error, BadInput) else 409
            body = html.notice_page(error.text(language), language)
        await answer(send, status, body, more, head=method == "HEAD")

    async def _code(self, code: str, address: str) -> LaneCode:
        """Raises NotFound, TooManyAsked for who asks for many that are none."""
        row = await queries.of_code(self._db, code) if len(code) == service.CODE_LENGTH else None
        if row is None:
            await count(self._db, LANE_CODES_OF_ADDRESS, address, now_ms=self._clock.now_ms())
            raise NotFound(what="lane_code")
        return row

    async def _stay(self, token: str) -> StayRow | None:
        """The stay of the car with which this phone came."""
        ticket = await queries.ticket_of(self._db, service.hashed(token)) if token else None
        return None if ticket is None else await driver_queries.stay(self._db, ticket.stay_id)

    async def _page(self, row: LaneCode, stay: StayRow | None, language: str, *, is_back: bool) -> bytes:
        """What the phone sees before it does anything. Raises NotFound for a lane that is no more."""
        scope = _scope(row.tenant_id, row.community_id)
        lane = await spaces.space(scope, self._db, row.lane_id)
        now_ms = self._clock.now_ms()
        place = await driver_queries.place_of(scope, self._db, row.community_id, lane.parent_id or 0)
        phone = (await communities.community(scope, self._db, row.community_id)).phone
        if stay is not None and stay.state == INSIDE:
            mine = _scope(stay.tenant_id, stay.community_id)
            pay_path = self._links.stay_path(stay.stay_id, now_ms=now_ms)
            if lane.direction != _OUT or stay.lot_id != lane.parent_id:
                here = await driver_queries.place_of(mine, self._db, stay.community_id, stay.lot_id)
                return html.ticket_page(here, stay.plate, language, pay_path=pay_path, phone=phone)
            wait = await exit_queries.waiting_at(self._db, row.lane_id)
            is_mine = wait is not None and wait.stay_id == stay.stay_id
            due_fen = (await bill(mine, self._db, stay, now_ms=now_ms)).due_fen
            if not is_mine and await queries.waiting_car(scope, self._db, row.lane_id, now_ms=now_ms) is None:
                return html.notice_page(html.say("drive_up", language), language, place=place, again=True)
            if is_mine and not due_fen:
                return html.notice_page(html.say("opening", language), language, place=place, again=True)
            return html.exit_page(
                place,
                stay.plate,
                language,
                due_yuan=yuan(due_fen) if due_fen else "",
                can_pay=self._collector is not None,
                pay_path=pay_path,
                phone=phone,
                waits=is_back and bool(due_fen),
            )
        if lane.direction == _OUT:
            has_left = stay is not None and stay.state == LEFT and now_ms - (stay.changed_ms or 0) < _GONE_MS
            words = html.say("gone" if has_left else "no_ticket", language)
            return html.notice_page(words, language, place=place, phone="" if has_left else phone)
        if await queries.waiting_car(scope, self._db, row.lane_id, now_ms=now_ms) is None:
            return html.notice_page(html.say("drive_up", language), language, place=place, again=True)
        free = await places.left(scope, self._db, community_id=row.community_id, lot_id=lane.parent_id or 0)
        if free is not None and free <= 0:
            return html.notice_page(LotFull().text(language), language, place=place, phone=phone)
        return html.take_page(place, language, phone=phone)

    async def _go(
        self, row: LaneCode, stay: StayRow | None, language: str, *, cookie_ending: str
    ) -> tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]:
        """(status, page, headers). Raises what `service.enter` and `service.stand_at` raise, TicketInUse."""
        scope, now_ms = _scope(row.tenant_id, row.community_id), self._clock.now_ms()
        here = (b"location", f"{PATH}/{row.code}".encode())
        lane = await spaces.space(scope, self._db, row.lane_id)
        if lane.direction != _OUT:
            if stay is not None and stay.state == INSIDE:
                raise TicketInUse()
            token = self._ids.token(service.TOKEN_LENGTH)
            await self._db.run(
                lambda tx: service.enter(
                    scope, tx, lane_id=row.lane_id, token=token, ids=self._ids, now_ms=now_ms
                )
            )
            cookie = f"{COOKIE}={token}; Path={PATH}; HttpOnly; SameSite=Lax; Max-Age={REMEMBERED_S}"
            return 303, b"", (here, (b"set-cookie", (cookie + cookie_ending).encode()))
        if stay is None or stay.state != INSIDE or stay.community_id != row.community_id:
            return 303, b"", (here,)
        await self._db.run(
            lambda tx: service.stand_at(
                scope, tx, stay_id=stay.stay_id, lane_id=row.lane_id, ids=self._ids, now_ms=now_ms
            )
        )
        if self._collector is None:
            return 303, b"", (here,)
        try:
            charge = await open_payment(
                scope,
                self._db,
                row=stay,
                payer_key=self._ids.hex(32),
                title=say_prepay(
                    "charge",
                    language,
                    place=await driver_queries.place_of(scope, self._db, stay.community_id, stay.lot_id),
                ),
                return_to=f"{PATH}/{row.code}?back",
                collector=self._collector,
                ids=self._ids,
                now_ms=now_ms,
            )
        except NothingDue:
            return 303, b"", (here,)
        return 303, b"", ((b"location", charge.pay_url.encode()),)


def _scope(tenant_id: str, community_id: int) -> Scope:
    return Scope(tenant_id, Caller("system", "driver"), frozenset((community_id,)))


def _token(header: str) -> str:
    """What the phone keeps; empty: nothing that could be a ticket."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    value = morsel.value if morsel else ""
    return value if len(value) == service.TOKEN_LENGTH and value.isascii() and value.isalnum() else ""
