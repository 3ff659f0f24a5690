"""The page of a doorbell: which home, then its ring and talk. The script of `visitor.js` makes it live."""

from typing import Final, NamedTuple

import msgspec
from markupsafe import Markup

from linli.kernel.i18n import text
from linli.kernel.phone_pages import page

WORDS: Final = (
    "asking", "calling", "rings", "talks", "nobody", "ended", "opened", "call", "again", "insecure", "denied",
    "noCamera", "noMicrophone", "noDevice", "noCalls", "failed", "lost", "required",
)  # fmt: skip
"""What the script says, by its name in the strings."""
_STYLE: Final = Markup(
    "<style>#me{display:block;width:100%;aspect-ratio:4/3;border-radius:10px;background:#14171a;object-fit:cover;"
    "transform:scaleX(-1)}[hidden]{display:none!important}#end{background:var(--bad);color:var(--bg)}"
    "#state{font-size:18px;font-weight:600;margin:12px 0 0}#room{font-size:20px;letter-spacing:.04em}"
    ".note{margin-top:12px;font-size:14px}</style>"
)
_BODY: Final = Markup(
    '{style}<h1>{name}</h1><p class="soft">{community}</p>'
    '<form id="form" class="card" novalidate><label for="room">{room}</label>'
    '<input id="room" name="room" maxlength="32" autocomplete="off" autocapitalize="characters" enterkeyhint="go" '
    'aria-describedby="hint fault"><p class="soft" id="hint" style="margin:4px 0 0">{hint}</p>'
    '<p class="error" id="fault" role="alert" hidden></p>'
    '<button type="submit" id="call">{call}</button>'
    '<p class="soft note">{seen}</p></form>'
    '<section id="talk" class="card" hidden aria-label="{talk}">'
    '<video id="me" autoplay playsinline muted aria-label="{me}"></video>'
    '<p id="state" role="status"></p>'
    '<p id="open" class="notice ok" role="status" hidden></p>'
    '<button type="button" id="end">{end}</button></section>'
    '<p id="lack" class="notice note" role="status" hidden></p>'
    '<audio id="other" autoplay></audio>'
    '<script type="application/json" id="words">{words}</script>'
    '<script src="/bell/visitor.js" defer></script><noscript><p class="notice">{script}</p></noscript>'
)


class Place(NamedTuple):
    community: str
    entrance: str
    code: str


def say(name: str, language: str) -> str:
    return text(f"bell.page.{name}", language)


def render(place: Place, language: str, *, off: str = "") -> bytes:
    """`off`: why nobody can be rung: `off` by the property or by its hours, `served`: no browser is served here."""
    if off:
        body = Markup(
            '<h1>{name}</h1><p class="soft">{community}</p><div class="card"><p role="status">{why}</p></div>'
        ).format(name=place.entrance, community=place.community, why=say(f"off.{off}", language))
        return page(say("title", language), body, language)
    words = {name: say(name, language) for name in WORDS}
    body = _BODY.format(
        style=_STYLE,
        name=place.entrance,
        community=place.community,
        words=Markup(msgspec.json.encode(words).decode().replace("<", "\\u003c")),
        **{
            name: say(name, language)
            for name in ("room", "hint", "call", "seen", "talk", "me", "end", "script")
        },
    )
    return page(say("title", language), body, language)


def nothing(language: str) -> bytes:
    body = Markup('<div class="card"><h1>{title}</h1><p class="soft" role="status">{said}</p></div>').format(
        title=say("nothing", language), said=say("nothingText", language)
    )
    return page(say("nothing", language), body, language)
