"""`/coupon/<link>`: a driver scans the code on a merchant's screen and names his own plate, without log-in.

A code is good for a minute and for one phone, a phone has five minutes and gets one coupon: a photograph of the screen is
worth nothing. The page says "given" alike whether the plate stands inside or not (ADR 0120, 0123).
"""

from collections.abc import MutableMapping
from typing import Any

from markupsafe import Markup

from linli.domains.parking.coupons import queries, service
from linli.domains.parking.coupons.errors import NotBeside
from linli.domains.parking.coupons.rows import OfferRow
from linli.domains.parking.fees import stay_queries
from linli.domains.parking.merchants.pages import words_of
from linli.domains.parking.prepay.limits import (
    COUPON_SCANS,
    COUPONS_OF_ADDRESS,
    COUPONS_OF_CODE,
    TooManyAsked,
    count,
    count_within,
)
from linli.domains.parking.prepay.links import CLAIM, COUPON, ParkingLinks
from linli.kernel import i18n
from linli.kernel import phone_pages as html
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.rules.plates import clean_plate


class DriverCodes:
    def __init__(self, db: Database, clock: Clock, ids: Ids, links: ParkingLinks, callers: Callers) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._links = links
        self._callers = callers

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        method, token = scope["method"], str(scope["path"]).removeprefix("/coupon/")
        if method not in ("GET", "HEAD", "POST"):
            await html.answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))
            return
        more: tuple[tuple[bytes, bytes], ...] = ()
        try:
            form = html.fields(await html.body_of(receive)) if method == "POST" else None
            now_ms = self._clock.now_ms()
            kind, offer_id, code_no = self._links.read_coupon(token, now_ms=now_ms)
            if kind == COUPON and method == "GET":
                await count(self._db, COUPON_SCANS, str(code_no), now_ms=now_ms)
                to = self._links.claim_path(offer_id, code_no, now_ms=now_ms)
                status, body, more = 303, b"", ((b"location", to.encode()),)
            elif kind == CLAIM:
                offer = await queries.offer_named(self._db, offer_id)
                if form is None:
                    status, body = 200, _ask(offer, language)
                else:
                    await count(
                        self._db, COUPONS_OF_ADDRESS, network_of(self._callers.of(scope)), now_ms=now_ms
                    )
                    await self._give(offer, code_no, form.get("plate", ""), now_ms)
                    status, body = 200, _say(text("coupon.page.given", language), language)
            else:
                raise NotFound(what="coupon")
        except (NotFound, TooManyAsked) as error:
            status = 404 if isinstance(error, NotFound) else 409
            body = _say(text("coupon.page.code_over", language), language)
        except LinliError as error:
            status = 400 if isinstance(error, BadInput) else 409
            body = _say(error.text(language), language)
        await html.answer(send, status, body, more, head=method == "HEAD")

    async def _give(self, offer: OfferRow, code_no: int, typed: str, now_ms: int) -> None:
        """One coupon for a code, and one of a kind for a stay. Raises what `service.give` raises, TooManyAsked."""
        scope = Scope(offer.tenant_id, Caller("system", "driver"), frozenset((offer.community_id,)))
        plate = clean_plate(typed)

        async def work(tx: Tx) -> None:
            merchant = await queries.merchant(
                scope, tx, community_id=offer.community_id, merchant_id=offer.merchant_id
            )
            stay = await stay_queries.held_inside(scope, tx, community_id=offer.community_id, plate=plate)
            beside = await queries.waiting(
                scope, tx, community_id=offer.community_id, plate=plate, now_ms=now_ms
            )
            if stay is not None:
                beside += await queries.of_stay(scope, tx, stay.stay_id)
            if any(coupon.offer_id == offer.offer_id for coupon in beside):
                raise NotBeside()
            await service.give(
                scope, tx, merchant, offer, plate=plate, stay=stay, ids=self._ids, now_ms=now_ms
            )
            # after the offer's row is locked: of two at once the second sees the first
            await count_within(tx, COUPONS_OF_CODE, str(code_no), now_ms=now_ms)

        await self._db.run(work)


def _ask(offer: OfferRow, language: str) -> bytes:
    body = Markup(
        '<h1>{title}</h1><form method="post" class="card"><p>{what}</p><label for="plate">{plate}</label>'
        '<input id="plate" name="plate" maxlength="16" placeholder="浙A12345" autocapitalize="characters" '
        'autocomplete="off" required><button>{take}</button></form>'
    ).format(
        title=text("coupon.page.title", language),
        what=words_of(offer.kind, offer.value, language),
        plate=text("coupon.page.own_plate", language),
        take=text("coupon.page.take", language),
    )
    return html.page(text("coupon.page.title", language), body, language)


def _say(words: str, language: str) -> bytes:
    title = text("coupon.page.title", language)
    body = Markup('<div class="card"><h1>{}</h1><p role="status">{}</p></div>').format(title, words)
    return html.page(title, body, language)
