"""Every console route asked by five callers, generated from the routes and their rights.

nobody          is sent to the sign-in
a stranger      the administrator of another company: reads nothing of ours, changes nothing
a resident      of the community: may do what whoever is signed in may, and nothing that needs a right
staff without   every right there is but the route's own: refused
staff with      the route's right alone, in the community: let in
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from linli.domains.people.models import account_persons
from linli.domains.people.models import persons as person_rows
from linli.domains.people.rights import ANY_RIGHT, RIGHTS_OF, Rights, Role, RoleGrant
from linli.domains.people.rights_tree import ALL, FUNCTIONS
from linli.domains.people.service import accounts, organisation, ownership, passwords
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Query
from tests.scope.cases import Chosen, absent
from tests.scope.desk import PASSWORD, Ask, Desk, open_desk, working
from tests.scope.dump import changes, dump, still
from tests.scope.routes import RECIPES
from tests.scope.test_routes import ROUTES
from tests.scope.town import Town

SIGNED_IN = {name for name, handler in ROUTES.items() if handler.opt["right"] == "signed_in"}
GUARDED = {name: str(handler.opt["right"]) for name, handler in ROUTES.items() if name not in SIGNED_IN}
RIGHTS = sorted(set(GUARDED.values()) - {ANY_RIGHT})
pytestmark = pytest.mark.asyncio(loop_scope="module")
WHOLE_COMPANY = {"POST /reference/try"}
"""Refused to whoever does not see the whole company: an app may see more communities than they."""
USED_UP = {
    "DELETE /session",
    "POST /session/password",
    "POST /sessions/revoke-others",
    "POST /session/tenant",
}
"""Signed-in routes that would end the session of the test."""
_person = Query(
    select(person_rows.c.identity_id, person_rows.c.id).where(person_rows.c.identity_id != ""),
    unscoped="a test looks for the person of a lot",
)


class Callers:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.town = desk.town
        self.ours = desk.town.lots["first"]
        self.resident: Any = None
        self.clerk: Any = None
        self.operator: Any = None
        self.clerk_id = 0

    async def clerk_holds(self, rights: frozenset[Any]) -> None:
        """Rights of the clerk, in the project of our first lot."""
        main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, self.ours.tenant),))
        hand = Hand(self.ours.project.owner, main, self.town.platform.ids)
        async with self.town.platform.db.begin() as tx:
            await organisation.set_rights(hand, tx, account_id=self.clerk_id, rights=sorted(rights))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def callers(town: Town, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Callers]:
    async with open_desk(town, tmp_path_factory.mktemp("desk")) as desk:
        made = Callers(desk)
        await _make(made)
        async with (
            sign_in(town, "13800000011") as made.resident,
            sign_in(town, "13800000012") as made.clerk,
            sign_in(town, "13800000013") as made.operator,
        ):
            yield made


@asynccontextmanager
async def sign_in(town: Town, login: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{town.platform.objects.base_url}/api/console",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    ) as browser:
        answer = await browser.post("/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield browser


def _asked(name: str, recipe: Any, chosen: Any) -> Ask:
    if recipe is not None:
        return recipe(chosen)  # type: ignore[no-any-return]
    return Ask(path=dict.fromkeys(re.findall(r"{(\w+)}", name), 1))


async def _send(browser: httpx.AsyncClient, name: str, ask: Ask) -> httpx.Response:
    method, _, template = name.partition(" ")
    return await ask.send(browser, method, template)


async def _make(made: Callers) -> None:
    """The resident lives in our first lot's house, the clerk is in the group of its project."""
    platform, ours = made.town.platform, made.ours
    now_ms, hashed = platform.clock.now_ms(), await accounts.hash_password(PASSWORD)
    known = dict(await _person.all(platform.db))
    main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, ours.tenant),))
    hand = Hand(ours.project.owner, main, platform.ids)
    async with platform.db.begin() as tx:
        resident = await accounts.create_account(
            tx,
            login="13800000011",
            password_hash=hashed,
            proven=True,
            name="住户",
            ids=platform.ids,
            now_ms=now_ms,
        )
        row = {"account_id": resident, "tenant_id": ours.tenant, "person_id": known[ours.person]}
        await tx.insert(account_persons, row)
        made.clerk_id = await organisation.add_person(hand, tx, name="职员", phone="13800000012")
        await ownership.prove(tx, account_id=made.clerk_id, now_ms=now_ms)
        await passwords.set_password(tx, account_id=made.clerk_id, password_hash=hashed, now_ms=now_ms)
        await organisation.set_rights(hand, tx, account_id=made.clerk_id, rights=sorted(ALL))
        await organisation.join_groups(hand, tx, account_ids=[made.clerk_id], project_ids=[ours.project_id])
        operator = await accounts.create_account(
            tx,
            login="13800000013",
            password_hash=hashed,
            proven=True,
            name="平台",
            ids=platform.ids,
            now_ms=now_ms,
        )
        await accounts.grant_role(tx, account_id=operator, role=Role.OPERATOR, now_ms=now_ms)


def _asks(name: str, chosen: Any) -> list[Ask]:
    return [_asked(name, recipe, chosen) for recipe in RECIPES.get(name, [None])]


def _absent(lot: Any, name: str) -> Any:
    """A lot in which every id that a route's recipes read is one that nothing has."""
    read = Chosen(lot)
    for recipe in RECIPES.get(name, []):
        recipe(read)
    return Chosen(lot, **{one: absent(getattr(lot, one)) for one in read.used})


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 and answer.json()["code"] == "forbidden"


def _without(right: str) -> frozenset[Any]:
    """Everything but a right; who may not use a function does not manage it either."""
    gone = {right}
    for one in FUNCTIONS:
        if one.use == right and one.manage is not None:
            gone.add(one.manage)
    return frozenset(other for other in ALL if other not in gone)


async def test_nobody_and_strangers(callers: Callers) -> None:
    stranger, nobody = callers.desk.browsers["outsider"], callers.desk.nobody
    before = await still(callers.town)
    for name in sorted(ROUTES):
        for ask in _asks(name, Chosen(callers.ours)):
            answer = await _send(nobody, name, ask)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), name
    assert changes(before, await dump(callers.town)) == []
    for name in sorted(GUARDED.keys() & RECIPES.keys()):
        for recipe in RECIPES[name]:
            read = Chosen(callers.ours)
            recipe(read)
            if not read.used:
                continue
            answer = await _send(stranger, name, recipe(Chosen(callers.ours)))
            assert answer.status_code < 500, f"{name}: {answer.text}"
            assert "本方" not in answer.text, f"{name} tells of our communities"
    assert changes(before, await dump(callers.town)) == [], "a stranger changed something"


async def test_a_resident(callers: Callers) -> None:
    before = await still(callers.town)
    for name in sorted(GUARDED):
        for ask in _asks(name, Chosen(callers.ours)):
            answer = await _send(callers.resident, name, ask)
            assert _refused(answer), f"{name}: {answer.status_code} {answer.text}"
    assert changes(before, await dump(callers.town)) == []
    for name in sorted(SIGNED_IN - USED_UP):
        for ask in _asks(name, _absent(callers.ours, name)):
            answer = await _send(callers.resident, name, ask)
            assert answer.status_code not in (401, *range(500, 600)), f"{name}: {answer.text}"


@pytest.mark.parametrize("right", RIGHTS)
async def test_staff_without_the_right(callers: Callers, right: str) -> None:
    """Not even with every other right that a company can give."""
    await callers.clerk_holds(_without(right))
    before = await still(callers.town)
    for name in sorted(name for name, wanted in GUARDED.items() if wanted == right):
        for ask in _asks(name, Chosen(callers.ours)):
            answer = await _send(callers.clerk, name, ask)
            assert _refused(answer), f"{name}: {answer.status_code} {answer.text}"
    assert changes(before, await dump(callers.town)) == []


@pytest.mark.parametrize("right", RIGHTS)
async def test_staff_with_the_right(callers: Callers, right: str) -> None:
    """With this right alone: let in; what it asks about is found where it reads, and absent where it would change."""
    if right in ALL:
        await callers.clerk_holds(frozenset({right}))
        browser = callers.clerk
    elif right in RIGHTS_OF[Role.OPERATOR]:
        browser = callers.operator
    else:
        browser = callers.desk.browsers["manager"]
    async with working(callers.town):  # some answers wait for a box, which is asked by a worker
        for name in sorted(name for name, wanted in GUARDED.items() if wanted == right):
            reads = name.startswith("GET ")
            for ask in _asks(name, Chosen(callers.ours) if reads else _absent(callers.ours, name)):
                answer = await _send(browser, name, ask)
                assert answer.status_code < 500, f"{name}: {answer.text}"
                assert answer.status_code != 401, name
                assert _refused(answer) == (name in WHOLE_COMPANY), f"{name} asked by who has {right}"


@pytest.mark.parametrize("right", sorted(ALL))
async def test_any_right_shows_the_communities_where_it_holds(callers: Callers, right: str) -> None:
    """Every page begins with the choice of a community: one function is enough to make it, and shows no other place."""
    await callers.clerk_holds(frozenset({right}))
    rows = (await callers.clerk.get("/communities")).raise_for_status().json()["data"]
    seen = {row["id"] for row in rows}
    assert str(callers.ours.community) in seen
    others = {str(callers.town.lots[lot].community) for lot in ("neighbour", "foreign")}
    assert seen.isdisjoint(others)


async def test_no_right_shows_no_communities(callers: Callers) -> None:
    await callers.clerk_holds(frozenset())
    for browser in (callers.clerk, callers.operator, callers.resident):
        assert _refused(await browser.get("/communities"))
