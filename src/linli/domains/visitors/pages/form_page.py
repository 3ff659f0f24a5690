"""The form that a visitor fills in after scanning the registration QR at the gate (PM-13)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from markupsafe import Markup

from linli.domains.communities.queries.addresses import find_houses
from linli.domains.people.person_rules import FRIEND, name_problem
from linli.domains.visitors.pages.html import joined, page
from linli.domains.visitors.schemas import REASON_MAX, Guest, GuestNames, checked, clean_reason
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.scope import Scope

STAYS_H: Final = (2, 4, 8, 24)
TRAP: Final = "website"
"""A hidden field: only programs fill it in."""
_NAMES: Final = GuestNames(plate="plate")
_HOST_MAX: Final = 64
_NOTHING: Final = Markup("")
_TRAP: Final = Markup(
    '<div class="trap" aria-hidden="true"><input name="{}" tabindex="-1" autocomplete="off"></div>'
)


class Filled(NamedTuple):
    """A valid form."""

    house_id: int
    guest: Guest
    host_name: str
    reason: str
    stay_h: int


async def read(scope: Scope, db: Reader, community_id: int, form: Mapping[str, str], language: str) -> Filled:
    """The form's values. Raises BadInput naming the field."""
    written = form.get("house", "").strip()
    if not written:
        raise BadInput(field="house", rule="required")
    houses = await find_houses(scope, db, community_id, written)
    if len(houses) != 1:
        raise BadInput(field="house", rule="house_ambiguous" if houses else "house_unknown")
    if not form.get("phone", "").strip():
        raise BadInput(field="phone", rule="required")
    people, stay = form.get("people", "1"), form.get("stay", str(STAYS_H[0]))
    if stay not in map(str, STAYS_H):
        raise BadInput(field="stay", rule="one_of", allowed=", ".join(map(str, STAYS_H)))
    guest = Guest(
        name=form.get("name", ""),
        phone=form.get("phone", ""),
        plate=form.get("plate", ""),
        type=FRIEND,
        people=int(people) if people.isascii() and people.isdigit() and len(people) < 4 else 0,
    )
    host = " ".join(form.get("host", "").split())
    if host and (problem := name_problem(host, longest=_HOST_MAX)):
        raise BadInput(field="host", rule=problem, limit=_HOST_MAX)
    return Filled(
        houses[0].space_id,
        checked(guest, names=_NAMES),
        host,
        clean_reason(form.get("reason", "")),
        int(stay),
    )


def render(
    community: str,
    form: Mapping[str, str],
    language: str,
    *,
    problem: BadInput | None = None,
    notice: str = "",
) -> bytes:
    """The form with its values, and errors beside their fields."""
    wrong = problem.field if problem else None

    def say(name: str) -> str:
        return text(f"visit.page.form.{name}", language)

    def field(
        name: str,
        *,
        kind: str = "text",
        needed: bool = False,
        more: Markup = _NOTHING,
        hint: str = "",
        most: int = 64,
    ) -> Markup:
        broken = problem if wrong == name else None
        about = f"{name}-error" if broken else ""
        parts = [
            Markup('<div><label for="{name}">{label}{optional}</label>').format(
                name=name,
                label=say(name),
                optional="" if needed else Markup(' <span class="soft">{}</span>').format(say("optional")),
            ),
            Markup(
                '<input id="{name}" name="{name}" type="{kind}" value="{value}" maxlength="{most}" placeholder="{hint}"'
                "{needed}{invalid}{more}>"
            ).format(
                name=name,
                kind=kind,
                value=form.get(name, ""),
                most=most,
                hint=hint,
                more=more,
                needed=Markup(" required") if needed else "",
                invalid=Markup(' aria-invalid="true" aria-describedby="{}"').format(about) if broken else "",
            ),
        ]
        if broken:
            rule = text(f"rule.{broken.facts['rule']}", language, **broken.facts)
            parts.append(
                Markup('<p class="error" id="{id}">{label}{said}</p>').format(
                    id=about, label=f"{say(name)}: " if language == "en" else f"{say(name)}：", said=rule
                )
            )
        return joined([*parts, Markup("</div>")])

    stays = joined(
        [
            Markup('<option value="{h}"{on}>{label}</option>').format(
                h=hours,
                on=Markup(" selected") if form.get("stay", "2") == str(hours) else "",
                label=text("visit.page.form.hours", language, hours=hours),
            )
            for hours in STAYS_H
        ]
    )
    notice_text = notice or (say("check") if problem else "")
    body = joined(
        [
            Markup('<h1>{}</h1><p class="soft">{}</p>').format(community, say("lead")),
            Markup('<p class="notice" role="alert">{}</p>').format(notice_text)
            if notice_text
            else Markup(""),
            Markup('<form method="post" class="card" novalidate>'),
            field("house", needed=True, hint=say("houseHint")),
            field("host", hint=say("hostHint")),
            field("name", needed=True, more=Markup(' autocomplete="name"')),
            field(
                "phone", kind="tel", needed=True, most=20, more=Markup(' autocomplete="tel" inputmode="tel"')
            ),
            Markup('<div class="two">'),
            field("people", kind="number", needed=True, more=Markup(' min="1" max="50" inputmode="numeric"')),
            Markup(
                '<div><label for="stay">{}</label><select id="stay" name="stay">{}</select></div></div>'
            ).format(say("stay"), stays),
            field("plate", hint="浙A12345", most=16),
            field("reason", hint=say("reasonHint"), most=REASON_MAX),
            _TRAP.format(TRAP),
            Markup(
                '<button type="submit">{}</button><p class="soft" style="margin:12px 0 0">{}</p></form>'
            ).format(say("send"), say("privacy")),
        ]
    )
    return page(say("title"), body, language)
