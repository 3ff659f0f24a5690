"""`/park/<link>`: drivers without log-in look up what they owe by plate, and pay.

What a stranger learns of a plate: that a car of it stands in the lot and owes so much. The page asks for the whole plate,
answers alike for a plate that is not there and one that owes nothing, counts by address and by plate, and shows neither
the time of the entry nor pictures.
"""

import re
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any, Final

from linli.domains.communities.queries import communities
from linli.domains.parking.fees import exit_queries, stay_queries
from linli.domains.parking.fees.bills import bill, leave_by
from linli.domains.parking.fees.errors import NothingDue
from linli.domains.parking.fees.rows import StayRow
from linli.domains.parking.fees.stay_queries import INSIDE, LEFT
from linli.domains.parking.prepay import html, queries
from linli.domains.parking.prepay.limits import ASKS_OF_PLATE, PLATES_OF_ADDRESS, TooManyAsked, count
from linli.domains.parking.prepay.links import EXIT, LOT, STAY, ParkingLinks
from linli.domains.parking.prepay.service import open_payment
from linli.domains.payments.charges.collector import Collector
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.ids import Ids
from linli.kernel.phone_pages import answer, body_of, fields
from linli.kernel.scope import Caller, Scope
from linli.kernel.zones import zone_of
from linli.rules.plates import clean_plate, is_plate
from linli.rules.schedules import zone_named

_KEY: Final = re.compile(r"[0-9a-f]{32}")
BACK: Final = b"back"


class DriverPages:
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
        method, token = scope["method"], str(scope["path"]).removeprefix("/park/")
        if method not in ("GET", "HEAD", "POST"):
            await answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))
            return
        try:
            kind, number = self._links.read(token, now_ms=self._clock.now_ms())
            form = fields(await body_of(receive)) if method == "POST" else None
            status, body, to = 404, html.notice_page("no_page", language), ""
            if kind == LOT:
                status, body, to = await self._lot(
                    number, form, language, network_of(self._callers.of(scope))
                )
            elif kind == EXIT:
                status, body, to = await self._exit(number, language)
            elif kind == STAY:
                is_back = scope.get("query_string") == BACK
                status, body, to = await self._stay(number, token, form, language, is_back=is_back)
        except NotFound:
            status, body, to = 404, html.notice_page("no_page", language), ""
        except LinliError as error:
            status = 429 if isinstance(error, TooManyAsked) else 400
            body, to = html.notice_page("", language, words=error.text(language)), ""
        await answer(send, status, body, ((b"location", to.encode()),) if to else (), head=method == "HEAD")

    async def _lot(
        self, lot_id: int, form: dict[str, str] | None, language: str, address: str
    ) -> tuple[int, bytes, str]:
        """(status, page, address of the next page). Raises NotFound, TooManyAsked."""
        lot = await queries.lot(self._db, lot_id)
        if lot is None:
            raise NotFound(what="parking_lot")
        place = await queries.place_of(lot.scope, self._db, lot.community_id, lot_id)
        if form is None:
            return 200, html.plate_form(place, language), ""
        province, rest = form.get("province", ""), form.get("rest", "")
        plate = clean_plate(province + rest)
        if not is_plate(plate):
            plate = clean_plate(rest)  # typed whole
        if not is_plate(plate):
            again = html.plate_form(
                place,
                language,
                province=province,
                rest=rest,
                notice=html.say("no_plate", language),
                is_wrong=True,
            )
            return 400, again, ""
        now_ms = self._clock.now_ms()
        await count(self._db, PLATES_OF_ADDRESS, address, now_ms=now_ms)
        await count(self._db, ASKS_OF_PLATE, f"{lot_id} {plate}", now_ms=now_ms)
        standing = await stay_queries.inside(
            lot.scope, self._db, community_id=lot.community_id, lot_id=lot_id, plate=plate
        )
        if standing and (await bill(lot.scope, self._db, standing[0], now_ms=now_ms)).due_fen:
            return 303, b"", self._links.stay_path(standing[0].stay_id, now_ms=now_ms)
        nothing = html.say("nothing_unpaid", language)
        return 200, html.plate_form(place, language, province=province, rest=rest, notice=nothing), ""

    async def _exit(self, lane_id: int, language: str) -> tuple[int, bytes, str]:
        """As `_lot`: on to the stay of the car that stands there. Who reads the screen stands there too."""
        wait = await exit_queries.waiting_at(self._db, lane_id)
        if wait is None:
            return 200, html.notice_page("nobody_waits", language), ""
        return 303, b"", self._links.stay_path(wait.stay_id, now_ms=self._clock.now_ms())

    async def _stay(
        self, stay_id: int, token: str, form: dict[str, str] | None, language: str, *, is_back: bool
    ) -> tuple[int, bytes, str]:
        """As `_lot`."""
        row = await queries.stay(self._db, stay_id)
        if row is None or row.state not in (INSIDE, LEFT):
            raise NotFound(what="stay")
        scope = Scope(row.tenant_id, Caller("system", "driver"), frozenset((row.community_id,)))
        if form is not None and self._collector is not None:
            key = form.get("key", "")
            try:
                charge = await open_payment(
                    scope,
                    self._db,
                    row=row,
                    payer_key=key if _KEY.fullmatch(key) else self._ids.hex(32),
                    title=html.say(
                        "charge",
                        language,
                        place=await queries.place_of(scope, self._db, row.community_id, row.lot_id),
                    ),
                    return_to=f"/park/{token}?back",
                    collector=self._collector,
                    ids=self._ids,
                    now_ms=self._clock.now_ms(),
                )
            except NothingDue:
                return 303, b"", f"/park/{token}"
            return 303, b"", charge.pay_url
        return 200, html.stay_page(await self._shown(scope, row, is_back=is_back), language), ""

    async def _shown(self, scope: Scope, row: StayRow, *, is_back: bool) -> html.Shown:
        now_ms = self._clock.now_ms()
        owed = await bill(scope, self._db, row, now_ms=now_ms)
        until_ms = None if owed.due_fen else await leave_by(scope, self._db, row, now_ms=now_ms)
        until = ""
        if until_ms is not None:
            zone = zone_named(await zone_of(self._db, row.community_id))
            until = datetime.fromtimestamp(until_ms / 1000, zone).strftime("%H:%M")
        community = await communities.community(scope, self._db, row.community_id)
        return html.Shown(
            place=await queries.place_of(scope, self._db, row.community_id, row.lot_id),
            plate=row.plate,
            fee=owed.fee,
            paid_fen=owed.paid_fen,
            due_fen=owed.due_fen,
            leave_by=until,
            has_left=row.state == LEFT,
            payer_key=self._ids.hex(32) if self._collector is not None else "",
            phone=community.phone,
            is_back=is_back,
        )
