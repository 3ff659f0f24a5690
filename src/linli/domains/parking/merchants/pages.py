"""`/shop/<code>`: a merchant gives coupons to vehicles, by its link and its PIN, without an account and without scripts.

The code has 131 random bits and cannot be guessed; the PIN keeps out who saw the link on a counter. Wrong PINs are
counted, by address and by merchant. A right one is remembered for half a day by a cookie that ends with the PIN.
"""

import asyncio
import hashlib
import hmac
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from markupsafe import Markup

from linli.domains.parking.coupons import queries, service
from linli.domains.parking.coupons.errors import WrongPin
from linli.domains.parking.coupons.rows import USED, MerchantRow, OfferRow
from linli.domains.parking.fees import stay_queries
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.people.service import accounts
from linli.domains.visitors.service import limits
from linli.domains.visitors.times import wall_clock
from linli.kernel import i18n
from linli.kernel import phone_pages as html
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound, TooMany
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.qr import qr_image
from linli.kernel.scope import Caller, Scope
from linli.kernel.zones import zone_of
from linli.rules.plates import clean_plate

COOKIE: Final = "linli_shop"
REMEMBERED_MS: Final = 12 * 3_600_000
PINS_OF_ADDRESS: Final = limits.Limit("shop-pin", 10, limits.HOUR_MS)
PINS_OF_MERCHANT: Final = limits.Limit("shop-pins", 100, limits.HOUR_MS)
GIVEN_BY_MERCHANT: Final = limits.Limit("shop-give", 600, limits.HOUR_MS)
_LAST: Final = 20
CODE_REFRESH_S: Final = 20


class MerchantPages:
    def __init__(self, db: Database, clock: Clock, ids: Ids, callers: Callers, links: ParkingLinks) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._callers = callers
        self._links = links

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        code, method = str(scope["path"]).strip("/").rpartition("/")[2], scope["method"]
        try:
            if method not in ("GET", "HEAD", "POST"):
                await html.answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))
                return
            merchant = await queries.of_code(self._db, code)
            if merchant is None or merchant.revoked_ms:
                raise NotFound(what="merchant")
            is_signed_in = self._knows(merchant, headers.get(b"cookie", b"").decode("latin-1"))
            if method == "POST":
                form = html.fields(await html.body_of(receive))
                if is_signed_in and "plate" in form:
                    await self._give(merchant, form, send, language)
                else:
                    ending = self._links.cookie_ending(scope["scheme"])
                    address = network_of(self._callers.of(scope))
                    await self._sign_in(merchant, form, address, send, language, cookie_ending=ending)
                return
            show = scope.get("query_string", b"").decode("latin-1").partition("show=")[2]
            if is_signed_in and show.isascii() and show.isdecimal() and len(show) < 20:
                body = await self._show(merchant, int(show), language)
                await html.answer(send, 200, body, head=method == "HEAD")
                return
            was_given = scope.get("query_string") == b"given"
            notice = text("coupon.page.given", language) if was_given and is_signed_in else ""
            body = await self._page(merchant, language, notice) if is_signed_in else _ask(merchant, language)
            await html.answer(send, 200, body, head=method == "HEAD")
        except NotFound:
            title = text("coupon.page.nothing", language)
            body = html.page(title, Markup('<div class="card"><h1>{}</h1></div>').format(title), language)
            await html.answer(send, 404, body)
        except LinliError as error:
            title = text("coupon.page.title", language)
            body = html.page(
                title, Markup('<p class="notice" role="alert">{}</p>').format(error.text(language)), language
            )
            await html.answer(send, 400, body)

    async def _sign_in(
        self,
        merchant: MerchantRow,
        form: dict[str, str],
        address: str,
        send: Send,
        language: str,
        *,
        cookie_ending: str,
    ) -> None:
        now_ms = self._clock.now_ms()
        who = f"{merchant.merchant_id}"
        try:
            await limits.count(self._db, PINS_OF_ADDRESS, f"{who}:{address}", now_ms=now_ms)
            await limits.count(self._db, PINS_OF_MERCHANT, who, now_ms=now_ms)
        except TooMany as error:
            await html.answer(send, 429, _ask(merchant, language, error.text(language)))
            return
        if not await asyncio.to_thread(accounts.verify, merchant.pin_hash, form.get("pin", "").strip()):
            await html.answer(send, 403, _ask(merchant, language, WrongPin().text(language)))
            return
        ends_ms = now_ms + REMEMBERED_MS
        cookie = (
            f"{COOKIE}={ends_ms}.{_proof(merchant, ends_ms)}; Path=/shop/{merchant.code}; HttpOnly; "
            f"SameSite=Strict; Max-Age={REMEMBERED_MS // 1000}{cookie_ending}"
        )
        to = f"/shop/{merchant.code}".encode()
        await html.answer(send, 303, b"", ((b"location", to), (b"set-cookie", cookie.encode())))

    async def _give(self, merchant: MerchantRow, form: dict[str, str], send: Send, language: str) -> None:
        now_ms, scope = self._clock.now_ms(), _scope(merchant)
        plate, chosen = clean_plate(form["plate"]), form.get("offer", "")
        try:
            await limits.count(self._db, GIVEN_BY_MERCHANT, str(merchant.merchant_id), now_ms=now_ms)
            if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 20):
                raise BadInput(field="offer", rule="required")

            async def work(tx: Tx) -> None:
                offer = await queries.offer(scope, tx, merchant_id=merchant.merchant_id, offer_id=int(chosen))
                stay = await stay_queries.held_inside(
                    scope, tx, community_id=merchant.community_id, plate=plate
                )
                await service.give(
                    scope, tx, merchant, offer, plate=plate, stay=stay, ids=self._ids, now_ms=now_ms
                )

            await self._db.run(work)
        except LinliError as error:
            status = 429 if isinstance(error, TooMany) else 400 if isinstance(error, BadInput) else 409
            words = error.text(language)
            body = await self._page(merchant, language, words, form=form, is_bad=True)
            await html.answer(send, status, body)
            return
        await html.answer(send, 303, b"", ((b"location", f"/shop/{merchant.code}?given".encode()),))

    async def _show(self, merchant: MerchantRow, offer_id: int, language: str) -> bytes:
        """A code for a driver's own phone; another one comes by itself. Raises NotFound."""
        scope, now_ms = _scope(merchant), self._clock.now_ms()
        offer = await queries.offer(scope, self._db, merchant_id=merchant.merchant_id, offer_id=offer_id)
        url = self._links.coupon_url(offer_id, self._ids.number(), now_ms=now_ms)
        what = words_of(offer.kind, offer.value, language)
        body = Markup(
            '<h1>{}</h1><div class="card"><p>{}</p><img class="qr" src="{}" alt="{}"><p class="soft">{}</p>'
            '<p><a href="/shop/{}">{}</a></p></div>'
        ).format(
            merchant.name, what, qr_image(url), what, text("coupon.page.code_help", language), merchant.code,
            text("coupon.page.back", language),
        )  # fmt: skip
        return html.page(text("coupon.page.title", language), body, language, refresh_s=CODE_REFRESH_S)

    async def _page(
        self,
        merchant: MerchantRow,
        language: str,
        notice: str = "",
        *,
        form: dict[str, str] | None = None,
        is_bad: bool = False,
    ) -> bytes:
        scope, now_ms = _scope(merchant), self._clock.now_ms()
        offers = [
            row
            for row in await queries.offers_of(scope, self._db, merchant.merchant_id)
            if row.is_open(now_ms)
        ]
        where = queries.CouponFilter(merchant.merchant_id)
        last = (await queries.page_of(scope, self._db, where=where, page=PageRequest(1, _LAST))).data
        zone = await zone_of(self._db, merchant.community_id)
        parts = [
            Markup('<h1>{}</h1><p class="soft">{}</p>').format(
                merchant.name, text("coupon.page.lead", language)
            )
        ]
        if notice:
            parts.append(
                Markup('<p class="notice{}" role="{}">{}</p>').format(
                    "" if is_bad else " ok", "alert" if is_bad else "status", notice
                )
            )
        parts.append(_give_form(offers, form or {}, language))
        parts += [
            Markup('<p class="card"><a href="/shop/{}?show={}">{}</a></p>').format(
                merchant.code,
                row.offer_id,
                text("coupon.page.show", language, what=words_of(row.kind, row.value, language)),
            )
            for row in offers
        ]
        if last:
            rows = [
                Markup("<dt>{} {}</dt><dd>{}</dd>").format(
                    wall_clock(row.given_ms, zone),
                    row.plate,
                    text(
                        "coupon.page.used"
                        if row.state == USED
                        else "coupon.page.waits"
                        if row.stay_id or row.box_id or row.ends_ms > now_ms
                        else "coupon.page.void",
                        language,
                        yuan=f"{row.off_fen / 100:.2f}",
                    ),
                )
                for row in last
            ]
            parts.append(
                Markup('<section class="card"><h2>{}</h2><dl>{}</dl></section>').format(
                    text("coupon.page.last", language), html.joined(rows)
                )
            )
        return html.page(text("coupon.page.title", language), html.joined(parts), language)

    def _knows(self, merchant: MerchantRow, header: str) -> bool:
        """Whether the browser typed the present PIN within the last half day."""
        try:
            morsel = SimpleCookie(header).get(COOKIE)
        except CookieError:
            return False
        ends, _, proof = (morsel.value if morsel else "").partition(".")
        if not (ends.isascii() and ends.isdecimal() and len(ends) < 16):
            return False
        return int(ends) > self._clock.now_ms() and hmac.compare_digest(
            proof.encode(), _proof(merchant, int(ends)).encode()
        )


def words_of(kind: str, value: int, language: str) -> str:
    """What a coupon takes off."""
    shown = f"{value / 100:.2f}" if kind == "fen" else str(value)
    return text(f"coupon.kind.{kind}", language, value=shown)


def _scope(merchant: MerchantRow) -> Scope:
    caller = Caller("system", f"merchant-{merchant.merchant_id}")
    return Scope(merchant.tenant_id, caller, frozenset((merchant.community_id,)))


def _proof(merchant: MerchantRow, ends_ms: int) -> str:
    words = f"{merchant.merchant_id}:{ends_ms}".encode()
    return hmac.new(merchant.pin_hash.encode(), words, hashlib.sha256).hexdigest()


def _ask(merchant: MerchantRow, language: str, notice: str = "") -> bytes:
    body = Markup(
        '<h1>{name}</h1>{notice}<form method="post" class="card"><label for="pin">{pin}</label>'
        '<input id="pin" name="pin" type="password" inputmode="numeric" maxlength="12" autocomplete="off" required>'
        "<button>{go}</button></form>"
    ).format(
        name=merchant.name,
        notice=Markup('<p class="notice" role="alert">{}</p>').format(notice) if notice else "",
        pin=text("coupon.page.pin", language),
        go=text("coupon.page.go", language),
    )
    return html.page(text("coupon.page.title", language), body, language)


def _give_form(offers: list[OfferRow], form: dict[str, str], language: str) -> Markup:
    if not offers:
        return Markup('<p class="card" role="status">{}</p>').format(text("coupon.page.none", language))
    choices = [
        Markup('<option value="{}"{}>{}{}</option>').format(
            row.offer_id,
            Markup(" selected") if form.get("offer") == str(row.offer_id) else "",
            words_of(row.kind, row.value, language),
            text("coupon.page.left", language, count=row.limit_count - row.given_count)
            if row.limit_count
            else "",
        )
        for row in offers
    ]
    return Markup(
        '<form method="post" class="card"><label for="offer">{what}</label><select id="offer" name="offer">{choices}'
        '</select><label for="plate">{plate}</label><input id="plate" name="plate" value="{typed}" maxlength="16" '
        'placeholder="浙A12345" autocapitalize="characters" autocomplete="off" required><button>{give}</button></form>'
    ).format(
        what=text("coupon.page.what", language),
        choices=html.joined(choices),
        plate=text("coupon.page.plate", language),
        typed=form.get("plate", ""),
        give=text("coupon.page.give", language),
    )
