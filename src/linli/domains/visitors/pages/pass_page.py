"""A visitor's own page: the state of the visit, place and time, and the QR codes for doors."""

from typing import NamedTuple

from markupsafe import Markup

from linli.domains.communities.addresses import in_words
from linli.domains.visitors.pages.html import joined, page
from linli.domains.visitors.ports import WayDown
from linli.domains.visitors.rows import ARRIVED, ASKED, EXPECTED, LEFT, REFUSED, VOID, Visit
from linli.domains.visitors.service.passes import PassPicture
from linli.domains.visitors.times import wall_clock
from linli.kernel.i18n import text
from linli.kernel.qr import qr_svg

_TONES = {ASKED: "warn", EXPECTED: "ok", ARRIVED: "ok", LEFT: "", VOID: "bad", REFUSED: "bad", "over": ""}
_WAIT_S = 15


class Place(NamedTuple):
    community: str
    house: str
    phone: str
    """The property's phone; may be empty."""
    zone: str
    """The community's time zone (`kernel.zones`)."""


class Uses(NamedTuple):
    """How often the visitor may come in."""

    left: int
    most: int
    over: bool
    """No door opens any more but those that lead out."""


class Lifts(NamedTuple):
    """The way down. `notice`: what became of a call, in words."""

    token: str
    ways: list[WayDown]
    notice: str = ""
    is_coming: bool = False


def shown_state(visit: Visit, now_ms: int) -> str:
    """The state as shown. A visitor who has not come by the end of the window has missed it."""
    if visit.ends_ms <= now_ms and visit.state in (ASKED, EXPECTED, ARRIVED):
        return "over"
    return visit.state


def render(
    visit: Visit,
    place: Place,
    pictures: list[PassPicture],
    language: str,
    now_ms: int,
    *,
    uses: Uses | None = None,
    lifts: Lifts,
) -> bytes:
    """`pictures`: QR codes of the pass; empty for a visit without one. `uses`: None where they are not counted."""
    state = shown_state(visit, now_ms)
    says = "used_up" if uses is not None and uses.over and state in (EXPECTED, ARRIVED) else state
    parts = [
        Markup('<h1>{title}</h1><p class="soft">{hello}</p>').format(
            title=place.community, hello=text("visit.page.pass.hello", language, name=visit.name)
        ),
        Markup('<div class="card"><p role="status"><span class="state {tone}">{state}</span></p>').format(
            tone=_TONES[state], state=text(f"visit.state.{state}", language)
        ),
        Markup("<p>{text}</p>").format(text=text(f"visit.page.pass.{says}", language)),
    ]
    if visit.end_reason and state in (VOID, REFUSED) and visit.end_reason != "host_moved_out":
        reason = text("visit.page.pass.reason", language, reason=visit.end_reason)
        parts.append(Markup("<p>{text}</p>").format(text=reason))
    for picture in pictures:
        doors = "、".join(picture.doors) if len(pictures) > 1 else ""
        label = text("visit.page.pass.qrOf" if doors else "visit.page.pass.qr", language, doors=doors)
        if doors:
            parts.append(Markup("<h2>{text}</h2>").format(text=label))
        parts.append(Markup(qr_svg(picture.text, label=label)))
    rows = [
        ("house", in_words(place.house, language)),
        ("since", wall_clock(visit.starts_ms, place.zone)),
        ("until", wall_clock(visit.ends_ms, place.zone)),
        ("plate", visit.plate),
        ("people", str(visit.people) if visit.people > 1 else ""),
        ("uses", _uses_in_words(uses, language)),
        ("property", place.phone),
    ]
    parts += [
        Markup("<dl>"),
        *(
            Markup("<dt>{name}</dt><dd>{value}</dd>").format(
                name=text(f"visit.page.pass.{name}", language), value=value
            )
            for name, value in rows
            if value
        ),
        Markup("</dl></div>"),
        _down(lifts, language, over=state == "over"),
    ]
    return page(place.community, joined(parts), language, refresh_s=_WAIT_S if state == ASKED else 0)


def _uses_in_words(uses: Uses | None, language: str) -> str:
    if uses is None:
        return ""
    words = text("visit.page.pass.usesLeft", language, left=uses.left, most=uses.most)
    under_way = "" if uses.left or uses.over else text("visit.page.pass.underWay", language)
    return f"{words} {under_way}".strip()


def _down(lifts: Lifts, language: str, *, over: bool) -> Markup:
    """A card with a button for each lift and exit; empty where there is nothing to call and nothing to say."""
    if not lifts.ways and not lifts.notice:
        return Markup("")
    notice = Markup('<p class="notice {tone}" role="{role}">{text}</p>').format(
        tone="ok" if lifts.is_coming else "",
        role="status" if lifts.is_coming else "alert",
        text=lifts.notice,
    )
    buttons = [
        Markup('<button name="way" value="{number}">{text}</button>').format(
            number=number,
            text=text("visit.page.down.do", language, lift=way.name, floor=way.floor, exit=way.exit),
        )
        for number, way in enumerate(lifts.ways)
    ]
    lead = text("visit.page.down.over" if over else "visit.page.down.lead", language)
    return Markup(
        '<section class="card"><h2>{title}</h2>{notice}<p class="soft">{lead}</p>{form}</section>'
    ).format(
        title=text("visit.page.down.title", language),
        notice=notice if lifts.notice else "",
        lead=lead,
        form=Markup('<form method="post" action="/v/{token}/down" class="stack">{buttons}</form>').format(
            token=lifts.token, buttons=joined(buttons)
        )
        if buttons
        else "",
    )
