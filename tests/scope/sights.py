"""Who may see what, by kind of canary.

At the console: the rights that show a kind in any answer, to whoever holds one in the community of its owner or, for what
belongs to the whole company, anywhere in the company; and single routes that show it beside, to whoever may call them.
Then residents, keys of the open API, and pages that ask for no session. Every entry was really seen by somebody who had
that right alone, or on that route: `test_sights` fails for one that nobody uses any more.
"""

from typing import Final, NamedTuple

from linli.console.live_topics import RIGHTS

EXPORT: Final = "GET /organisation/export"
"""All of a company, for its main account."""
LOG: Final = "GET /requests"
"""Calls of integrators, for who gives keys out and so can make every call."""


class Sight(NamedTuple):
    why: str
    rights: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    company: bool = False


def _sight(why: str, *where: str, company: bool = False) -> Sight:
    rights = tuple(one for one in where if " " not in one)
    return Sight(why, rights, tuple(one for one in where if " " in one), company)


_WHOLE: Final = "only on these routes, each noted or of the main account; elsewhere masked"
_AGAIN: Final = "sealed: shown on this route alone, to who manages it, and noted"
_NEVER: Final = "sealed: told when it is made, to whom it was made for, and never again"
SIGHTS: Final[dict[str, Sight]] = {
    "resident name": _sight(
        "guards see who passed and who holds what; a car has an owner",
        *("residents.use", "devices.use", "vehicles.use", EXPORT),
    ),
    "resident phone": _sight(
        "whom one calls about a house or a car", "phones.use", "residents.manage", EXPORT
    ),
    "resident id number": _sight(
        _WHOLE,
        "GET /communities/{community_id}/residents/export.xlsx",
        "POST /communities/{community_id}/residents/{identity_id}/reveal",
        EXPORT,
    ),
    "resident employer": _sight("of the register of residents", "residents.use", EXPORT, LOG),
    "employee name": _sight("the community's staff and its users", "employees.use", "residents.use", EXPORT),
    "employee phone": _sight(
        "the community's staff and its users", "employees.use", "phones.use", "residents.manage", EXPORT
    ),
    "staff name": _sight("persons of the company", "staff.use", EXPORT, company=True),
    "staff phone": _sight("persons of the company", "staff.use", EXPORT, company=True),
    "applicant name": _sight("who wants to join, for who decides", "staff.manage", company=True),
    "applicant phone": _sight("who wants to join, for who decides", "staff.manage", company=True),
    "account login": _sight("an integrator's account", EXPORT, LOG, company=True),
    "account phone": _sight("an integrator's account", EXPORT, company=True),
    "visitor name": _sight(
        "expected at the gate; users of the community; the text message with the pass",
        *("visitors.use", "devices.use", "residents.use", EXPORT, "GET /sms-outbox"),
    ),
    "visitor phone": _sight(
        "of one visit, to call them; users of the community",
        "visitors.manage",
        "phones.use",
        "residents.manage",
        EXPORT,
        "GET /sms-outbox",
    ),
    "visitor id number": _sight(_WHOLE, EXPORT),
    "visitor plate": _sight("expected at the barrier", "visitors.use", EXPORT),
    "plate": _sight("the community's cars", "vehicles.use", EXPORT),
    "card": _sight("who may read codes reads whole numbers in the lists of devices", "codes.use", EXPORT),
    "ble": _sight("who may read codes reads whole numbers in the lists of devices", "codes.use", EXPORT),
    "pin": _sight(_NEVER),
    "qr code": _sight(
        "opens a door to whoever shows it",
        "POST /communities/{community_id}/held-credentials/reveal",
        "POST /qr-codes/{ref}/picture",
    ),
    "visitor code": _sight("opens a door to whoever shows it"),
    "visitor link": _sight(
        "opens a door; the operator's outbox stands for the phone",
        "GET /sms-outbox",
        "POST /communities/{community_id}/visits/{apply_id}/pass",
    ),
    "house invitation": _sight("lets somebody into a house: told to the owner who made it"),
    "poster code": _sight("printed at the gate by who registers visitors", "visitors.manage", EXPORT),
    "company invitation": _sight("lets somebody into the company: told to who made it"),
    "invitation note": _sight("for whom an invitation is", "staff.manage", EXPORT, company=True),
    "webhook address": _sight("where a company's messages go", "integrations.manage", EXPORT, company=True),
    "code paid at an exit": _sight("opens a barrier once; in no list"),
    "order at a box": _sight("cars in and out at a box's car park", "vehicles.use", EXPORT),
    "cloud token": _sight("lets a key into a community: told to the key", company=True),
    "record": _sight("rows of a data model", EXPORT),
    "picture": _sight(
        "of a record",
        "GET /records/{record_id}/files/{field}",
    ),
    "space": _sight("the houses of the community", "houses.use", "devices.use", EXPORT),
    "group": _sight("user groups", "residents.use", EXPORT, LOG),
    "department": _sight("the community's staff", "employees.use", EXPORT),
    "door": _sight(
        "doors, those on a visitor's way, and those at a guard desk",
        "devices.use",
        "doors.use",
        "visitors.use",
        EXPORT,
    ),
    "notice": _sight("what the community is told", "notices.use", EXPORT),
    "camera address": _sight("cameras", "devices.use", EXPORT),
    "camera user": _sight("cameras", "devices.use", EXPORT),
    "camera keeper": _sight("cameras", "devices.use", EXPORT),
    "camera keeper's phone": _sight("cameras", "devices.use", EXPORT),
    "recording reason": _sight("why somebody took a recording away", "recordings.use", EXPORT),
    "device log": _sight("what devices say of themselves", "devices.use"),
    "transcript": _sight("what was typed at a box", "devices.manage", EXPORT),
    "secret of app_key": _sight(_AGAIN, "POST /app-platform/projects/{project_id}/secret", company=True),
    "secret of camera": _sight(_NEVER),
    "secret of device": _sight(_AGAIN, "POST /devices/{iot_id}/secret"),
    "secret of edge_driver_root": _sight(_NEVER, company=True),
    "secret of edge_gateway": _sight(_NEVER),
    "secret of edge_node": _sight(
        "the label that is stuck on a box before it is active", "GET /edge/nodes/{node_id}/label"
    ),
    "secret of payee": _sight(_NEVER),
    "secret of pin": _sight(_NEVER),
    "secret of product": _sight(_AGAIN, "POST /products/{product_key}/secret", company=True),
    "secret of qr_key": _sight(_NEVER),
    "secret of subscription": _sight(_NEVER, company=True),
    **{
        f"live {topic}": _sight("the list that the topic follows", str(right))
        for topic, right in RIGHTS.items()
    },
}

ON_TOP: Final = {"codes.use": "devices.use", "phones.use": "residents.use"}
"""Rights that show nothing by themselves, and the one whose lists they show more of."""

OWN, COMMUNITY = "own", "community"
RESIDENTS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "resident name", "resident phone", "resident id number", "resident employer", "plate", "card", "ble",
            "visitor name", "visitor plate", "visitor link",
        ),
        (OWN, "their own: of their person, their house and the visitors they expect"),
    ),
    "notice": (COMMUNITY, "told to everybody there"),
    "door": (COMMUNITY, "doors stand there for everybody to see"),
}  # fmt: skip
"""What residents see on their own pages, and of whom: of their own house, or of the community they live in."""

KEY_NEVER: Final = frozenset(
    kind for kind in SIGHTS if kind.startswith(("secret of", "live ")) or kind in (
        "pin", "house invitation", "company invitation", "visitor link", "poster code", "transcript", "staff name",
        "staff phone", "applicant name", "applicant phone", "invitation note",
    )
)  # fmt: skip
"""What no key sees, not even that of the project whose it is."""

KEY_ALONE: Final[frozenset[tuple[str, str]]] = frozenset({
    ("secret of app_key", "/open/project/defaultapp/get"),
})  # fmt: skip
"""What a key sees by one method: by the specification, of a project of its own."""

OUTSIDE: Final[dict[str, frozenset[str]]] = {
    "GET /invitations/{token}": frozenset({"invitation note"}),
    "GET /v/{link}": frozenset({"visitor name", "visitor plate"}),
}
"""What whoever has the link sees of its own lot."""

KNOWN_LEAKS: Final[frozenset[tuple[str, str]]] = frozenset()
"""(kind, where): found, and being mended. Must be empty in a release; one that leaks no more fails."""
