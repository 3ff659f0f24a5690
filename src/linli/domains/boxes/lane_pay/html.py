"""What a driver sees who read the code at an exit: what is due, and then the receipt."""

from typing import Final, NamedTuple

from markupsafe import Markup

from linli.kernel.i18n import text
from linli.kernel.phone_pages import joined, page
from linli.kernel.qr import qr_image_png

_STYLE: Final = Markup("""<style>
.plate{display:inline-block;padding:2px 12px;border-radius:6px;background:#12459b;color:#fff;font-weight:600;
letter-spacing:1px}.qr{image-rendering:pixelated;background:#fff}.digits{font-size:34px;font-weight:700;text-align:center;
letter-spacing:4px;font-variant-numeric:tabular-nums;margin:0 0 12px}
.due{font-size:24px;font-weight:600}</style>""")
PAID_REFRESH_S: Final = 15
WAITS_REFRESH_S: Final = 5


class Lane(NamedTuple):
    """What a code is about. `has_line`: the box was heard of lately."""

    place: str
    plate: str
    fen: int
    has_line: bool
    phone: str
    """The property's; may be empty."""


def say(name: str, language: str, **facts: object) -> str:
    return text(f"edge.lane_pay.{name}", language, **facts)


def due_page(lane: Lane, language: str, *, may_pay: bool, is_back: bool) -> bytes:
    """`is_back`: the driver comes from the provider, whose word is not here yet."""
    parts = [
        *_head(lane, language),
        Markup('<p class="due" data-testid="due">¥{}</p>').format(yuan(lane.fen)),
    ]
    if is_back:
        parts.append(_state("warn", say("waits", language)))
    if may_pay:
        parts.append(Markup('<p class="soft">{}</p>').format(_how(lane, language)))
        parts.append(
            Markup('<form method="post"><button type="submit">{}</button></form>').format(
                say("pay", language, yuan=yuan(lane.fen))
            )
        )
    else:
        parts.append(Markup('<p class="notice">{}</p>').format(say("at_the_gate", language)))
    return _whole(parts, lane, language, refresh_s=WAITS_REFRESH_S if is_back else 0)


def receipt_page(lane: Lane, receipt: str, digits: str, language: str) -> bytes:
    return _whole(
        [
            *_head(lane, language),
            _state("ok", say("paid", language, yuan=yuan(lane.fen))),
            Markup("<p>{}</p>").format(say("show_if_shut" if lane.has_line else "show", language)),
            Markup('<img class="qr" data-testid="receipt" alt="{}" src="{}">').format(
                say("receipt", language), qr_image_png(receipt)
            ),
            Markup('<p class="digits" data-testid="digits">{} {}</p>').format(digits[:4], digits[4:]),
            Markup('<p class="soft">{}</p>').format(say("once", language)),
        ],
        lane,
        language,
        refresh_s=PAID_REFRESH_S,
    )


def counted_page(lane: Lane, kept_fen: int, language: str) -> bytes:
    """The box has it: there is nothing to show any more."""
    parts = [*_head(lane, language), _state("ok", say("counted", language, yuan=yuan(kept_fen)))]
    if kept_fen < lane.fen:
        back = say("given_back", language, yuan=yuan(lane.fen - kept_fen))
        parts.append(Markup('<p class="soft">{}</p>').format(back))
    return _whole(parts, lane, language)


def refusal_page(words: str, language: str) -> bytes:
    body = Markup('<div class="card"><h1>{}</h1><p class="soft" role="status">{}</p></div>').format(
        say("title", language), words
    )
    return page(say("title", language), body, language)


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def _how(lane: Lane, language: str) -> str:
    return say("opens_itself" if lane.has_line else "no_line", language)


def _head(lane: Lane, language: str) -> list[Markup]:
    return [
        _STYLE,
        Markup('<h1>{}</h1><div class="card"><p><span class="plate">{}</span></p>').format(
            say("lead", language, place=lane.place), lane.plate
        ),
    ]


def _state(tone: str, words: str) -> Markup:
    return Markup('<p role="status"><span class="state {}">{}</span></p>').format(tone, words)


def _whole(parts: list[Markup], lane: Lane, language: str, *, refresh_s: int = 0) -> bytes:
    if lane.phone:
        words = text("parking.prepay.phone", language, phone=lane.phone)
        parts.append(Markup('<p class="soft">{}</p>').format(words))
    parts.append(Markup("</div>"))
    return page(say("title", language), joined(parts), language, refresh_s=refresh_s)
