"""What drivers see: the page that asks for a plate, and the stay with its fee line by line."""

from typing import Final, NamedTuple

from markupsafe import Markup

from linli.domains.parking.fees.forms import FeeRow, LineRow
from linli.kernel.i18n import text
from linli.kernel.phone_pages import joined, page
from linli.rules.plates import PROVINCES

_STYLE: Final = Markup("""<style>
fieldset{border:0;margin:0;padding:0}legend{font-weight:500;margin:14px 0 4px;padding:0}
.keys{display:grid;grid-template-columns:repeat(8,1fr);gap:6px}.keys label{margin:0;position:relative;display:block}
.keys input{position:absolute;opacity:0;width:100%;height:100%;min-height:0;margin:0}
.keys span{display:block;line-height:40px;text-align:center;border:1px solid var(--edge);border-radius:6px}
.keys input:checked+span{background:var(--accent);color:var(--on);border-color:var(--accent)}
.keys input:focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}
#rest{font-size:20px;letter-spacing:3px;text-transform:uppercase}
.plate{display:inline-block;padding:2px 12px;border-radius:6px;background:#12459b;color:#fff;font-weight:600;
letter-spacing:1px}table{width:100%;border-collapse:collapse}td{padding:4px 0;vertical-align:top}
td:last-child{text-align:right;white-space:nowrap;padding-left:12px;font-variant-numeric:tabular-nums}
.due td{border-top:1px solid var(--line);padding-top:8px;font-weight:600;font-size:18px}h2{text-align:left}
form+p,table+p{margin-top:12px}</style>""")


class Shown(NamedTuple):
    """A stay as its page has it. Money in fen."""

    place: str
    plate: str
    fee: FeeRow
    paid_fen: int
    due_fen: int
    leave_by: str
    """When the paid time to leave ends; empty: it is not so."""
    has_left: bool
    payer_key: str
    """Empty: nobody takes payments over the network."""
    phone: str
    """The property's; may be empty."""
    is_back: bool
    """The driver comes back from the provider."""


def say(name: str, language: str, **facts: object) -> str:
    return text(f"parking.prepay.{name}", language, **facts)


def plate_form(
    place: str, language: str, *, province: str = "", rest: str = "", notice: str = "", is_wrong: bool = False
) -> bytes:
    """`notice`: what became of the last try; the same where there is no such car and where nothing is due."""
    keys = [
        Markup('<label><input type="radio" name="province" value="{0}"{1}><span>{0}</span></label>').format(
            name, Markup(" checked") if name == province else ""
        )
        for name in PROVINCES
    ]
    body = [
        _STYLE,
        Markup('<h1>{}</h1><p class="soft">{}</p>').format(place, say("lead", language)),
        Markup('<p class="notice{}" role="status" id="notice">{}</p>').format(
            "" if is_wrong else " ok", notice
        )
        if notice
        else Markup(""),
        Markup(
            '<form method="post" class="card" novalidate><fieldset><legend>{}</legend><div class="keys">'
        ).format(say("province", language)),
        *keys,
        Markup(
            '</div></fieldset><label for="rest">{}</label><input id="rest" name="rest" value="{}" maxlength="12" '
            'required autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="A12345"{}>'
        ).format(
            say("rest", language),
            rest,
            Markup(' aria-invalid="true" aria-describedby="notice"') if is_wrong else "",
        ),
        Markup('<button type="submit">{}</button></form>').format(say("look", language)),
    ]
    return page(say("title", language), joined(body), language)


def stay_page(shown: Shown, language: str) -> bytes:
    """Without times of the entry and without pictures: who knows a plate need not be who drives it."""
    waits = shown.is_back and shown.due_fen > 0
    parts = [
        _STYLE,
        Markup('<h1>{}</h1><div class="card"><p><span class="plate">{}</span></p>').format(
            shown.place, shown.plate
        ),
        _state(shown, language, waits=waits),
        _fee(shown, language),
    ]
    if shown.due_fen and shown.payer_key:
        parts.append(
            Markup(
                '<form method="post"><input type="hidden" name="key" value="{}"><button type="submit">{}</button></form>'
            ).format(shown.payer_key, say("pay", language, yuan=yuan(shown.due_fen)))
        )
    elif shown.due_fen:
        parts.append(Markup('<p class="notice">{}</p>').format(say("at_the_gate", language)))
    if shown.phone:
        parts.append(Markup('<p class="soft">{}</p>').format(say("phone", language, phone=shown.phone)))
    parts.append(Markup("</div>"))
    return page(say("title", language), joined(parts), language, refresh_s=5 if waits else 0)


def notice_page(name: str, language: str, *, words: str = "") -> bytes:
    """A page with a sentence alone."""
    body = Markup('<div class="card"><h1>{}</h1><p class="soft" role="status">{}</p></div>').format(
        say("title", language), words or say(name, language)
    )
    return page(say("title", language), body, language)


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def _state(shown: Shown, language: str, *, waits: bool) -> Markup:
    if shown.has_left and not shown.due_fen:
        name, tone = "gone", ""
    elif shown.leave_by:
        name, tone = "leave_by", "ok"
    elif not shown.due_fen:
        name, tone = "nothing_due", "ok"
    elif waits:
        name, tone = "waits", "warn"
    else:
        return Markup("")
    words = say(name, language, until=shown.leave_by)
    return Markup('<p role="status"><span class="state {}">{}</span></p>').format(tone, words)


def _fee(shown: Shown, language: str) -> Markup:
    rows = [_row(_words(line, language), line.fen) for line in shown.fee.lines]
    if shown.paid_fen:
        rows.append(_row(say("paid", language), -shown.paid_fen))
    due = Markup('<tr class="due"><td>{}</td><td data-testid="due">¥{}</td></tr>').format(
        say("due", language), yuan(shown.due_fen)
    )
    return Markup("<h2>{}</h2><table>{}{}</table>").format(say("why", language), joined(rows), due)


def _row(words: str, fen: int) -> Markup:
    return Markup("<tr><td>{}</td><td>{}</td></tr>").format(words, yuan(fen))


def _words(line: LineRow, language: str) -> str:
    """Without the days on which its hours began: they would tell when a car came."""
    coupon = line.coupon
    if coupon is not None:
        value = yuan(coupon.value) if coupon.kind == "fen" else coupon.value
        return say(f"coupon_{coupon.kind}", language, value=value)
    words = say(
        f"line_{line.kind}", language, count=line.count, minutes=line.minutes, each=yuan(line.each_fen)
    )
    return f"{words} {line.begins}–{line.ends}" if line.begins else words
