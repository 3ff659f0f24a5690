"""What drivers of cars without a plate see: at an entrance, at an exit, and their ticket."""

from typing import Final

from markupsafe import Markup

from linli.kernel.i18n import text
from linli.kernel.phone_pages import joined, page

REFRESH_S: Final = 5
_STYLE: Final = Markup("""<style>.number{font-size:30px;font-weight:600;letter-spacing:2px;margin:0;
font-variant-numeric:tabular-nums}.due{font-size:24px;font-weight:600;margin:0 0 4px}a{color:var(--accent)}
.link{display:inline-block;min-height:44px;padding:10px 0}</style>""")


def say(name: str, language: str, **facts: object) -> str:
    return text(f"parking.ticket.{name}", language, **facts)


def notice_page(words: str, language: str, *, place: str = "", phone: str = "", again: bool = False) -> bytes:
    """One sentence; `again`: the page looks again by itself."""
    parts = [
        Markup('<h1>{}</h1><div class="card"><p role="status">{}</p>').format(
            place or say("title", language), words
        ),
        _phone(phone, language),
        Markup("</div>"),
    ]
    return page(say("title", language), joined(parts), language, refresh_s=REFRESH_S if again else 0)


def take_page(place: str, language: str, *, phone: str) -> bytes:
    """At an entrance where a car waits."""
    parts = [
        _STYLE,
        Markup('<h1>{}</h1><div class="card"><p>{}</p>').format(place, say("take_lead", language)),
        _form(say("take", language)),
        _phone(phone, language),
        Markup("</div>"),
    ]
    return page(say("title", language), joined(parts), language)


def ticket_page(place: str, label: str, language: str, *, pay_path: str, phone: str) -> bytes:
    """The ticket of a car that is inside."""
    parts = [
        _STYLE,
        Markup('<h1>{}</h1><div class="card"><p class="soft">{}</p><p class="number" data-testid="ticket">{}</p>')
        .format(place, say("your_ticket", language), label),
        Markup("<p>{}</p>").format(say("keep", language)),
        Markup('<p><a class="link" href="{}">{}</a></p>').format(pay_path, say("see_fee", language)),
        _phone(phone, language),
        Markup("</div>"),
    ]  # fmt: skip
    return page(say("title", language), joined(parts), language)


def exit_page(
    place: str,
    label: str,
    language: str,
    *,
    due_yuan: str,
    can_pay: bool,
    pay_path: str,
    phone: str,
    waits: bool = False,
) -> bytes:
    """At an exit, the ticket's car before the barrier. `due_yuan`: empty where nothing is due."""
    parts = [
        _STYLE,
        Markup('<h1>{}</h1><div class="card"><p class="soft">{} <b>{}</b></p>').format(
            place, say("your_ticket", language), label
        ),
    ]
    if due_yuan:
        parts.append(
            Markup('<p class="due" data-testid="due">¥{}</p><p><a class="link" href="{}">{}</a></p>').format(
                due_yuan, pay_path, say("see_fee", language)
            )
        )
    if waits:
        parts.append(
            Markup('<p role="status"><span class="state warn">{}</span></p>').format(say("waits", language))
        )
    if due_yuan and not can_pay:
        parts.append(Markup('<p class="notice">{}</p>').format(say("at_the_seat", language)))
    parts.append(
        _form(say("pay", language, yuan=due_yuan) if due_yuan and can_pay else say("leave", language))
    )
    parts += [_phone(phone, language), Markup("</div>")]
    return page(say("title", language), joined(parts), language, refresh_s=REFRESH_S if waits else 0)


def _form(words: str) -> Markup:
    return Markup(
        '<form method="post"><input type="hidden" name="go" value="1"><button type="submit">{}</button></form>'
    ).format(words)


def _phone(phone: str, language: str) -> Markup:
    return (
        Markup('<p class="soft">{}</p>').format(say("phone", language, phone=phone)) if phone else Markup("")
    )
