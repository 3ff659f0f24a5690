"""Every console route: nobody is sent to the sign-in; a foreign id is answered like an absent one and changes nothing.

Generated: from the routes of the console and from the ids that each recipe reads. For the administrator of a tenant
foreign is what belongs to another tenant; for the manager of a community, also what belongs to another community.
"""

import inspect
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar.handlers import HTTPRouteHandler

from linli.console.app import console_routes
from linli.domains.people.rights import RIGHTS_OF, Role
from tests.scope import edge, edge_parking
from tests.scope.cases import Chosen, absent, without
from tests.scope.desk import Ask, Desk, open_desk, working
from tests.scope.dump import changes, dump, still
from tests.scope.routes import RECIPES, WITHOUT_IDS, RouteRecipe
from tests.scope.town import Town
from tests.web_routes import web_routes

ROUTES = {name: route for name, route in web_routes(console_routes(0)) if not route.opt.get("public")}
"""Every route that needs a session, by "METHOD /path/{id}"."""
OPERATORS = RIGHTS_OF[Role.OPERATOR] - RIGHTS_OF[Role.TENANT_ADMIN]
STAFF = {name: handler for name, handler in ROUTES.items() if handler.opt["right"] not in OPERATORS}
SESSIONS = "DELETE /sessions/{session_id}"
STRANGERS = {"administrator": ("foreign",), "manager": ("foreign", "neighbour")}
OF_THE_TENANT = frozenset(
    {
        "product", "spare_product", "drafted_product", "second_product", "category", "spare_category",
        "unbound_device", "project_id", "tenant", "serial_category", "spare_serial_category", "sn",
        "spare_sn", "device_group", "spare_device_group", "group_change", "firmware", "spare_firmware", "config_push",
        "staff_account", "role", "spare_role", "platform_project", "platform_key",
        "invitation", "join_request", "spare_join_request", "refused_claim", "spare_refused_claim",
        "service_model", "spare_service_model", "service_provider", "spare_service_provider",
        *edge.OF_THE_TENANT,
        "lane_product",
    }
)  # fmt: skip
"""What staff of any community of a tenant may name."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(town: Town, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with open_desk(town, tmp_path_factory.mktemp("desk")) as made:
        yield made


def _names_rows(name: str, handler: HTTPRouteHandler) -> bool:
    """Whether a route takes an id, or changes something."""
    takes = [one.removeprefix("asked_") for one in inspect.signature(handler.fn).parameters]
    ids = any(one.endswith("_id") or one in ("product_key", "ref", "app_key") for one in takes)
    return ids or not name.startswith("GET ")


_DESK = "/communities/{community_id}/guard-desk/calls/{call_id}/"
_LOOK = "/communities/{community_id}/guard-desk/doors/{iot_id}/look"
_WAYS = ("join", "take", "decline", "hang-up", "open", "hold", "resume", "pass")
_CAMERA = "/communities/{community_id}/cameras/{camera_id}"
WITHOUT_A_SERVICE = {
    "POST /payment-statement/charges/{charge_id}/settle": "payment.no_provider",
    "POST /payment-statement/refunds/{refund_id}/ask-again": "payment.no_provider",
    f"POST {_CAMERA}/snapshot": "video.no_key_picture",
    "POST /communities/{community_id}/camera-pictures/{iot_id}/take": "video.no_key_picture",
    f"POST {_CAMERA}/doctor/test": "video.off",
    f"POST {_CAMERA}/timeline/play": "video.off",
    f"POST {_CAMERA}/timeline/download": "video.off",
    "POST /communities/{community_id}/gb-devices/{device_id}/refresh": "video.off",
    "POST /communities/{community_id}/upper-platforms/{upper_id}/test": "video.off",
    "POST /communities/{community_id}/visits/{apply_id}/pass/message": "visit.messages_off",
    edge_parking.SETTLE: "device.offline",
    "POST /parking-stays/{stay_id}/cash-refunds": "stay.cash_refund_too_large",
    f"PUT {_DESK}picture": "intercom.call_over",
    "PUT /communities/{community_id}/parking/lanes/{lane_id}/claim": "parking.claim_over",
    **dict.fromkeys((f"POST {_DESK}{way}" for way in _WAYS), "intercom.call_over"),
    f"GET {_DESK}targets": "intercom.call_over",
    **dict.fromkeys((f"POST {_LOOK}", f"POST {_LOOK}/leave"), "intercom.pages_off"),
    **dict.fromkeys((f"PUT {_LOOK}/picture", f"PUT {_LOOK}/voice"), "intercom.pages_off"),
}
"""Routes that need an outside service, or a call in hand, which this town has not: what they say of one's own rows, by
its code."""


def test_every_route_that_names_rows_has_a_recipe() -> None:
    missing = [
        name for name, handler in STAFF.items()
        if name not in RECIPES and name not in WITHOUT_IDS and _names_rows(name, handler)
    ]  # fmt: skip
    assert not missing, "add recipes in tests/scope/routes.py"
    assert not (RECIPES.keys() | WITHOUT_IDS.keys()) - ROUTES.keys(), "recipes of routes that are not there"


def _asked(name: str, recipe: RouteRecipe | None, chosen: Any) -> Ask:
    if recipe is not None:
        return recipe(chosen)
    return Ask(path=dict.fromkeys(re.findall(r"{(\w+)}", name), 1))


async def _send(desk: Desk, browser: httpx.AsyncClient, name: str, ask: Ask) -> httpx.Response:
    method, _, template = name.partition(" ")
    return await ask.send(browser, method, template)


def _plain(answer: httpx.Response, value: Any) -> tuple[int, str]:
    """The answer without the request's number and without the id asked for."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return answer.status_code, without(value, answer.text)
    body = answer.json()
    if isinstance(body, dict):
        body.pop("requestId", None)
    return answer.status_code, without(value, json.dumps(body, sort_keys=True, ensure_ascii=False))


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_is_sent_to_the_sign_in(desk: Desk) -> None:
    before = await still(desk.town)
    chosen = Chosen(desk.town.lots["first"])
    for name in ROUTES:
        for recipe in RECIPES.get(name, [None]):
            answer = await _send(desk, desk.nobody, name, _asked(name, recipe, chosen))
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), name
    assert changes(before, await dump(desk.town)) == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(ROUTES.keys() - STAFF.keys()))
async def test_staff_are_no_operators(desk: Desk, name: str) -> None:
    first = desk.town.lots["first"]
    ids = {
        "community_id": first.community, "project_id": first.project_id, "capability": "arming",
        "request_id": first.join_request, "tenant_id": first.tenant, "cluster_id": first.edge_cluster,
        "code": "face_recognition", "certificate_id": first.edge_certificate,
        "product_key": first.product, "change_no": 1, "job_id": 1,
    }  # fmt: skip
    ask = Ask(path=ids, body={"reason": "no"})
    for browser in desk.browsers.values():
        answer = await _send(desk, browser, name, ask)
        assert answer.status_code == 403


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", RECIPES)
async def test_a_foreign_id_is_an_absent_one(desk: Desk, name: str) -> None:
    town = desk.town
    first, second = town.lots["first"], town.lots["second"]
    for who, lot in (("administrator", first), ("manager", second)):
        strangers = STRANGERS[who]
        if name == SESSIONS:  # a session is its account's: lot `neighbour` holds one of the manager's
            lot = first if who == "administrator" else town.lots["neighbour"]
            strangers = ("foreign", "neighbour" if lot is first else "first")
        browser = desk.browsers[who]
        if who == "manager" and ROUTES[name].opt["right"] not in (
            "signed_in",
            *RIGHTS_OF[Role.COMMUNITY_MANAGER],
        ):
            continue
        for recipe in RECIPES[name]:
            before = await still(town)
            read = Chosen(lot)
            recipe(read)
            for one in sorted(read.used):
                await _compare(desk, browser, name, recipe, one, strangers, lot)
            assert changes(before, await dump(town)) == [], "a foreign id changed something"
            async with working(town):
                answer = await _send(desk, browser, name, recipe(Chosen(lot)))
            if name in WITHOUT_A_SERVICE:
                assert answer.json()["code"] == WITHOUT_A_SERVICE[name], answer.text
                continue
            assert answer.is_success, f"{who} with own ids: {answer.status_code} {answer.text}"


async def _compare(
    desk: Desk,
    browser: httpx.AsyncClient,
    name: str,
    recipe: RouteRecipe,
    one: str,
    strangers: tuple[str, ...],
    lot: Any,
) -> None:
    nobody = absent(getattr(lot, one))
    none = _plain(await _send(desk, browser, name, recipe(Chosen(lot, **{one: nobody}))), nobody)
    for whose in strangers:
        if whose == "neighbour" and one in OF_THE_TENANT:
            continue
        theirs = getattr(desk.town.lots[whose], one)
        said = _plain(await _send(desk, browser, name, recipe(Chosen(lot, **{one: theirs}))), theirs)
        assert said == none, f"{one} of {whose} is told from an absent one"
