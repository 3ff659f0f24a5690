"""Who asks: a browser each for nobody, a resident, every built-in role and holders of one right."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from linli.domains.people.rights import ANY_RIGHT, Right, Rights, Role, RoleGrant
from linli.domains.people.service import accounts, organisation, ownership, passwords
from linli.domains.people.service.organisation import Hand
from tests.scope.canaries import Canaries, person_no
from tests.scope.desk import LOGINS, PASSWORD, Desk
from tests.scope.town import Lot, Town

ROLES: dict[str, tuple[Role, str]] = {
    "operator": (Role.OPERATOR, ""),
    "sub-administrator": (Role.SUB_ADMIN, "first"),
    "staff": (Role.STAFF, "first"),
    "manager next door": (Role.COMMUNITY_MANAGER, "neighbour"),
    "staff next door": (Role.STAFF, "neighbour"),
    "staff of others": (Role.STAFF, "foreign"),
}
"""Accounts beside those of the desk: their role, and the lot whose community or company it holds in."""


@dataclass
class Person:
    """Somebody at the console. `rights` follow the account; nobody and residents have none."""

    name: str
    browser: httpx.AsyncClient
    town: Town
    login: str = ""
    rights: Rights = field(default_factory=lambda: Rights(0, "", ()))

    @property
    def alone(self) -> bool:
        """Whether this is the clerk, who has one right at a time: what they see, that right shows."""
        return self.name == "clerk"

    def held(self, lot: Lot, *, company: bool = False) -> frozenset[Right]:
        """Rights where a lot is, or anywhere in its company."""
        return self.rights.all_in(lot.tenant, None if company else lot.community)

    def cannot(self, right: str) -> bool:
        """Whether the right is held nowhere: the guard refuses whatever is asked about."""
        tenants = {lot.tenant for lot in self.town.lots.values()}
        if right == ANY_RIGHT:
            return not any(self.rights.all_in(tenant) for tenant in tenants)
        return right != "signed_in" and not any(right in self.rights.all_in(tenant) for tenant in tenants)

    async def look(self) -> None:
        """Read the rights anew."""
        account = await accounts.find_account(self.town.platform.db, self.login)
        assert account is not None
        self.rights = await accounts.rights(self.town.platform.db, account.id)


@dataclass
class Callers:
    desk: Desk
    persons: dict[str, Person] = field(default_factory=dict)
    clerk_id: int = 0

    async def clerk_holds(self, *rights: str) -> Person:
        """The clerk with these rights alone, in the project of the first lot."""
        town = self.desk.town
        async with town.platform.db.begin() as tx:
            await organisation.set_rights(_hand(town), tx, account_id=self.clerk_id, rights=list(rights))
        await self.persons["clerk"].look()
        return self.persons["clerk"]


def _hand(town: Town) -> Hand:
    ours = town.lots["first"]
    main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, ours.tenant),))
    return Hand(ours.project.owner, main, town.platform.ids)


@asynccontextmanager
async def callers_of(desk: Desk, found: Canaries) -> AsyncIterator[Callers]:
    town, made = desk.town, Callers(desk)
    made.persons["nobody"] = Person("nobody", desk.nobody, town)
    logins = await _accounts(town, found)
    made.clerk_id = await _clerk(town)
    async with contextlib.AsyncExitStack() as open_ones:
        for name, login in {**logins, "clerk": "13800000032"}.items():
            browser = await open_ones.enter_async_context(_signed_in(town, login))
            made.persons[name] = Person(name, browser, town, login)
        for name in desk.browsers:
            made.persons[name] = Person(name, desk.browsers[name], town, LOGINS[name])
        for person in made.persons.values():
            if person.login:
                await person.look()
        assert made.persons["resident"].rights.tenants, "the resident lives in no house"
        yield made


@asynccontextmanager
async def _signed_in(town: Town, login: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=f"{town.platform.objects.base_url}/api/console",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    ) as browser:
        answer = await browser.post("/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield browser


async def _accounts(town: Town, found: Canaries) -> dict[str, str]:
    """Log-ins by name; the resident's is the phone of who lives in the first lot's house."""
    platform, now_ms = town.platform, town.platform.clock.now_ms()
    hashed = await accounts.hash_password(PASSWORD)
    logins = {"resident": found.of("first", "resident phone")}
    logins |= {name: f"138000001{number:02d}" for number, name in enumerate(ROLES)}
    async with platform.db.begin() as tx:
        for name, login in logins.items():
            account = await accounts.create_account(
                tx, login=login, password_hash=hashed, proven=True, name=name, ids=platform.ids, now_ms=now_ms
            )
            if name == "resident":
                person = await person_no.scalar(tx, identity=found.rows["first"]["person"])
                await accounts.link_person(
                    tx, account_id=account, tenant_id=town.lots["first"].tenant, person_id=person
                )
                continue
            role, where = ROLES[name]
            grant: dict[str, Any] = {}
            if where:
                grant["tenant_id"] = town.lots[where].tenant
            if role in (Role.COMMUNITY_MANAGER, Role.STAFF):
                grant["community_id"] = town.lots[where].community
            await accounts.grant_role(tx, account_id=account, role=role, now_ms=now_ms, **grant)
    return logins


async def _clerk(town: Town) -> int:
    hand, hashed = _hand(town), await accounts.hash_password(PASSWORD)
    async with town.platform.db.begin() as tx:
        clerk = await organisation.add_person(hand, tx, name="职员", phone="13800000032")
        now_ms = town.platform.clock.now_ms()
        await ownership.prove(tx, account_id=clerk, now_ms=now_ms)
        await passwords.set_password(tx, account_id=clerk, password_hash=hashed, now_ms=now_ms)
        await organisation.set_rights(hand, tx, account_id=clerk, rights=["notices.use"])
        await organisation.join_groups(
            hand, tx, account_ids=[clerk], project_ids=[town.lots["first"].project_id]
        )
    return clerk
