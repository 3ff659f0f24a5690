"""`/pay/<link>`: the stand-in's page, on which a person says whether a payment works. It says that no money moves."""

from collections.abc import MutableMapping
from typing import Any, Final

from markupsafe import Markup

from linli.domains.payments.cashier.books import Cashier, Order
from linli.domains.payments.charges.rows import PAID
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.errors import BadInput
from linli.kernel.http import Receive, Send
from linli.kernel.i18n import text
from linli.kernel.phone_pages import answer, body_of, fields, joined, page

ACTIONS: Final = ("pay", "late", "fail")


class CashierPages:
    def __init__(self, cashier: Cashier, clock: Clock) -> None:
        self._cashier = cashier
        self._clock = clock

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        language = i18n.pick(dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1"))
        order = await self._cashier.order(str(scope["path"]).removeprefix("/pay/"))
        if order is None:
            await answer(send, 404, _message("nothing", language))
        elif scope["method"] in ("GET", "HEAD"):
            await answer(send, 200, self._shown(order, language), head=scope["method"] == "HEAD")
        elif scope["method"] == "POST":
            await self._pressed(order, language, receive, send)
        else:
            await answer(send, 405, b"", ((b"allow", b"GET, HEAD, POST"),))

    async def _pressed(self, order: Order, language: str, receive: Receive, send: Send) -> None:
        try:
            action = fields(await body_of(receive)).get("action", "")
        except BadInput:
            action = ""
        if action not in ACTIONS or (order.state != PAID and self._is_over(order)):
            await answer(send, 400, self._shown(order, language))
            return
        await self._cashier.press(order, pays=action != "fail", late=action == "late")
        await answer(send, 303, b"", ((b"location", order.return_to.encode()),))

    def _is_over(self, order: Order) -> bool:
        return order.expires_ms < self._clock.now_ms()

    def _shown(self, order: Order, language: str) -> bytes:
        def say(name: str) -> str:
            return text(f"cashier.{name}", language)

        parts = [
            Markup('<h1>{}</h1><p class="notice ok">{}</p>').format(say("title"), say("sample")),
            Markup('<div class="card"><p>{}</p><p class="sum"><strong>¥{:.2f}</strong></p>').format(
                order.title, order.fen / 100
            ),
        ]
        if order.state == PAID or self._is_over(order):
            words = say("paid" if order.state == PAID else "over")
            parts.append(
                Markup('<p role="status">{}</p><p><a href="{}">{}</a></p>').format(
                    words, order.return_to, say("back")
                )
            )
        else:
            parts.append(Markup('<form method="post">'))
            parts += [
                Markup('<button name="action" value="{}"{}>{}</button>').format(
                    action, "" if action == "pay" else Markup(' class="second"'), say(action)
                )
                for action in ACTIONS
            ]
            parts.append(Markup("</form>"))
        parts.append(Markup("</div>"))
        return page(say("title"), joined(parts), language)


def _message(key: str, language: str) -> bytes:
    title = text(f"cashier.{key}", language)
    return page(title, Markup('<div class="card"><h1>{}</h1></div>').format(title), language)
