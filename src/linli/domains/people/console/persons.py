"""Console: persons of the company (人员名单), what each may do, by person and by function. Spec D 1.5, A §2.4."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import accounts, administrators, passwords
from linli.domains.people.service import organisation as service
from linli.domains.people.service.organisation import Hand
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings


class NamedRole(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


class PersonRow(msgspec.Struct, rename="camel", frozen=True):
    account_id: str
    name: str
    phone: str
    login: str
    disabled: bool
    roles: list[NamedRole]
    built_in: Annotated[
        list[str], Meta(description="Built-in roles: tenant_admin, community_manager, staff.")
    ]
    created_ms: int


class PersonDetail(PersonRow, rename="camel", frozen=True):
    rights: Annotated[list[str], Meta(description="Everything the person may do in this company.")]
    by_hand: Annotated[list[str], Meta(description="Of these, what was given beside the roles.")]
    projects: Annotated[int, Meta(description="Groups that the person is in: where the rights hold.")]
    everywhere: Annotated[bool, Meta(description="The rights hold in the whole company.")]


class NewPerson(msgspec.Struct, rename="camel", frozen=True):
    name: str
    phone: str


class NewPersons(msgspec.Struct, rename="camel", frozen=True):
    persons: Annotated[list[NewPerson], Meta(min_length=1, max_length=100)]


class PersonMade(msgspec.Struct, rename="camel", frozen=True):
    account_id: str


class RoleChoice(msgspec.Struct, rename="camel", frozen=True):
    role_ids: list[int]


class RightChoice(msgspec.Struct, rename="camel", frozen=True):
    rights: list[str]


class Access(msgspec.Struct, rename="camel", frozen=True):
    disabled: bool


class SubAdministrator(msgspec.Struct, rename="camel", frozen=True):
    sub_admin: bool


class PasswordTaken(msgspec.Struct, rename="camel", frozen=True):
    """The password is gone and the person signed out everywhere; they set a new one, which nobody else learns."""

    code_to: Annotated[
        str, Meta(description="The phone, masked, that a code goes to when they sign in; empty: none does.")
    ]
    link: Annotated[
        str,
        Meta(
            description="Where no code reaches them and the operator asked: with this they set a password, once."
        ),
    ] = ""
    link_expires_ms: int = 0


class HolderRow(msgspec.Struct, rename="camel", frozen=True):
    account_id: str
    name: str
    phone: str
    use: bool
    manage: bool


async def person_rows(scope: Scope, db: Database, found: list[queries.PersonRow]) -> list[PersonRow]:
    ids = [row.account_id for row in found]
    own, built_in = await queries.roles_of(scope, db, ids), await queries.built_in_of(scope, db, ids)
    return [
        PersonRow(
            account_id=str(row.account_id),
            name=row.name,
            phone=row.phone or "",
            login=row.login,
            disabled=bool(row.disabled),
            roles=[NamedRole(str(one.role_id), one.name) for one in own.get(row.account_id, ())],
            built_in=sorted({one.role.value for one in built_in.get(row.account_id, ())}),
            created_ms=row.created_ms,
        )
        for row in found
    ]


class PersonRoutes(Controller):
    path = "/organisation/persons"
    tags = ("organisation",)

    @get("/", right=Right.STAFF_SEE.value)
    async def list_persons(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of the name, phone or log-in.")] = "",
    ) -> Page[PersonRow]:
        """Persons of the company, the newest first."""
        found = await queries.persons(within, db, page, text=q.strip())
        return Page.of(page, found.total, await person_rows(within, db, found.data))

    @post("/", right=Right.STAFF_MANAGE.value, status_code=201)
    async def add(
        self,
        data: JSONBody[NewPersons],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> list[PersonMade]:
        """Add persons by name and phone, all or none; they sign in with a code sent to the phone."""
        hand = Hand(within, rights, ids)
        async with db.begin() as tx:
            made = [
                await service.add_person(hand, tx, name=one.name, phone=one.phone) for one in data.persons
            ]
        return [PersonMade(str(one)) for one in made]

    @get("/{account_id:int}", right=Right.STAFF_SEE.value)
    async def detail(
        self, account_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> PersonDetail:
        """One person, with everything they may do here (查看权限)."""
        row = await queries.person(within, db, account_id)
        (shown,) = await person_rows(within, db, [row])
        held = await _rights_of(db, account_id)
        by_hand = await queries.rights_by_hand(within, db, account_id)
        return PersonDetail(
            **msgspec.structs.asdict(shown),
            rights=sorted(held.all_in(within.tenant) & rights_tree.ALL),
            by_hand=sorted(by_hand),
            projects=len(held.projects(within.tenant)),
            everywhere=held.whole(within.tenant),
        )

    @put("/{account_id:int}/roles", right=Right.STAFF_MANAGE.value, status_code=204)
    async def set_roles(
        self,
        account_id: FromPath[int],
        data: JSONBody[RoleChoice],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Say which of the company's roles the person has."""
        async with db.begin() as tx:
            await service.set_roles(
                Hand(within, rights, ids), tx, account_id=account_id, role_ids=data.role_ids
            )

    @put("/{account_id:int}/rights", right=Right.STAFF_MANAGE.value, status_code=204)
    async def set_rights(
        self,
        account_id: FromPath[int],
        data: JSONBody[RightChoice],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Say which rights the person has beside their roles."""
        async with db.begin() as tx:
            await service.set_rights(Hand(within, rights, ids), tx, account_id=account_id, rights=data.rights)

    @put("/{account_id:int}/access", right=Right.STAFF_MANAGE.value, status_code=204)
    async def set_access(
        self,
        account_id: FromPath[int],
        data: JSONBody[Access],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Close the person's way into this company, or open it again."""
        async with db.begin() as tx:
            await service.disable(
                Hand(within, rights, ids), tx, account_id=account_id, disabled=data.disabled
            )

    @put("/{account_id:int}/sub-administrator", right=Right.STAFF_MANAGE.value, status_code=204)
    async def set_sub_administrator(
        self,
        account_id: FromPath[int],
        data: JSONBody[SubAdministrator],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
    ) -> None:
        """Make the person sub-administrator of the company, or no longer: the main account alone does."""
        async with db.begin() as tx:
            await administrators.set_sub_administrator(
                Hand(within, rights, ids), tx, account_id=account_id, sub_admin=data.sub_admin
            )

    @post(
        "/{account_id:int}/password",
        right=Right.STAFF_MANAGE.value,
        status_code=200,
        noted="end of another's password",
    )
    async def reset_password(
        self,
        account_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        settings: NamedDependency[Settings],
    ) -> PasswordTaken:
        """Take the person's password away and sign them out everywhere: they set a new one with a code to their phone."""
        now_ms = db.clock.now_ms()
        link, until_ms = "", 0
        async with db.begin() as tx:
            account = await service.reset_password(Hand(within, rights, ids), tx, account_id=account_id)
            by_code = account.phone is not None and settings.sms.provider != "off"
            if not by_code and rights.is_operator:
                token, until_ms = await passwords.make_link(tx, account_id=account_id, now_ms=now_ms)
                link = passwords.link_url(settings.public_url, token)
        return PasswordTaken(mask_phone(account.phone or "") if by_code else "", link, until_ms)

    @get("/by-function/{function:str}", right=Right.STAFF_SEE.value)
    async def by_function(
        self,
        function: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[HolderRow]:
        """The same rights the other way round: a page of persons, and who of them uses or manages a function."""
        levels = next((one for one in rights_tree.FUNCTIONS if one.code == function), None)
        found = await queries.persons(within, db, page)
        rows = []
        for row in found.data:
            held = (await _rights_of(db, row.account_id)).all_in(within.tenant)
            use, manage = (levels.use in held, levels.manage in held) if levels else (False, False)
            rows.append(HolderRow(str(row.account_id), row.name, row.phone or "", use, manage))
        return Page.of(page, found.total, rows)


async def _rights_of(db: Database, account_id: int) -> Rights:
    """A closed log-in may do nothing."""
    try:
        return await accounts.rights(db, account_id)
    except LinliError:
        return Rights(account_id, "", ())
