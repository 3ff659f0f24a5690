"""Console: persons of the company (人员名单) and their rights, by person and by function. Spec D 1.5, A §2.4."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people import rights_tree
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.service import accounts, administrators, passwords
from linli.domains.people.service import organisation as service
from linli.domains.people.service.accounts import LoginTaken
from linli.domains.people.service.administrators import LastAdministrator
from linli.domains.people.service.organisation import AlreadyInCompany, CannotGive, Hand, NotOurs
from linli.domains.people.service.persons import PhoneTaken
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import LinliError, NotFound
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


class CreatedPerson(msgspec.Struct, rename="camel", frozen=True):
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


async def person_rows(scope: Scope, db: Database, persons: list[queries.PersonRow]) -> list[PersonRow]:
    ids = [row.account_id for row in persons]
    own, built_in = await queries.roles_of(scope, db, ids), await queries.built_in_of(scope, db, ids)
    return [
        PersonRow(
            account_id=str(row.account_id),
            name=row.name,
            phone=row.phone or "",
            login=row.login,
            disabled=bool(row.disabled),
            roles=[NamedRole(str(role.role_id), role.name) for role in own.get(row.account_id, ())],
            built_in=sorted({built_in_row.role.value for built_in_row in built_in.get(row.account_id, ())}),
            created_ms=row.created_ms,
        )
        for row in persons
    ]


person_routes = Routes("/organisation/persons", tags=("organisation",))


class PersonFilter(Filter, frozen=True):
    """Staff, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the name, phone or log-in.")] = ""


@person_routes.get(right=Right.STAFF_SEE)
async def list_persons(scope: Scope, db: Database, page: PageRequest, where: PersonFilter) -> Page[PersonRow]:
    """Persons of the company, the newest first."""
    persons = await queries.persons(scope, db, page, text=where.q.strip())
    return Page.of(page, persons.total, await person_rows(scope, db, persons.data))


@person_routes.post(right=Right.STAFF_MANAGE, raises=(AlreadyInCompany, LoginTaken, PhoneTaken))
async def add(data: NewPersons, hand: Hand, tx: Tx) -> list[CreatedPerson]:
    """Add persons by name and phone, all or none; they sign in with a code sent to the phone."""
    account_ids = [
        await service.add_person(hand, tx, name=person.name, phone=person.phone) for person in data.persons
    ]
    return [CreatedPerson(str(account_id)) for account_id in account_ids]


@person_routes.get("/{account_id:int}", right=Right.STAFF_SEE, raises=(NotFound,))
async def detail(account_id: int, scope: Scope, db: Database) -> PersonDetail:
    """One person, with everything they may do here (查看权限)."""
    row = await queries.person(scope, db, account_id)
    (shown,) = await person_rows(scope, db, [row])
    rights = await _rights_of(db, account_id)
    by_hand = await queries.rights_by_hand(scope, db, account_id)
    return PersonDetail(
        **msgspec.structs.asdict(shown),
        rights=sorted(rights.all_in(scope.tenant) & rights_tree.ALL),
        by_hand=sorted(by_hand),
        projects=len(rights.projects(scope.tenant)),
        everywhere=rights.whole(scope.tenant),
    )


@person_routes.put("/{account_id:int}/roles", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def set_roles(account_id: int, data: RoleChoice, hand: Hand, tx: Tx) -> None:
    """Say which of the company's roles the person has."""
    await service.set_roles(hand, tx, account_id=account_id, role_ids=data.role_ids)


@person_routes.put("/{account_id:int}/rights", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def set_rights(account_id: int, data: RightChoice, hand: Hand, tx: Tx) -> None:
    """Say which rights the person has beside their roles."""
    await service.set_rights(hand, tx, account_id=account_id, rights=data.rights)


@person_routes.put("/{account_id:int}/access", right=Right.STAFF_MANAGE, raises=(NotFound, CannotGive))
async def set_access(account_id: int, data: Access, hand: Hand, tx: Tx) -> None:
    """Close the person's way into this company, or open it again."""
    await service.disable(hand, tx, account_id=account_id, disabled=data.disabled)


@person_routes.put(
    "/{account_id:int}/sub-administrator",
    right=Right.STAFF_MANAGE,
    raises=(NotFound, CannotGive, LastAdministrator),
)
async def set_sub_administrator(account_id: int, data: SubAdministrator, hand: Hand, tx: Tx) -> None:
    """Make the person sub-administrator of the company, or no longer: the main account alone does."""
    await administrators.set_sub_administrator(hand, tx, account_id=account_id, sub_admin=data.sub_admin)


@person_routes.post(
    "/{account_id:int}/password",
    right=Right.STAFF_MANAGE,
    noted="end of another's password",
    status=200,
    raises=(NotFound, CannotGive, NotOurs),
)
async def reset_password(
    account_id: int, hand: Hand, tx: Tx, settings: Settings, clock: Clock
) -> PasswordTaken:
    """Take the person's password away and sign them out everywhere: they set a new one with a code to their phone."""
    link, until_ms = "", 0
    account = await service.reset_password(hand, tx, account_id=account_id)
    by_code = account.phone is not None and settings.sms.provider != "off"
    if not by_code and hand.rights.is_operator:
        token, until_ms = await passwords.make_link(tx, account_id=account_id, now_ms=clock.now_ms())
        link = passwords.link_url(settings.public_url, token)
    return PasswordTaken(mask_phone(account.phone or "") if by_code else "", link, until_ms)


async def _rights_of(db: Database, account_id: int) -> Rights:
    """A closed log-in may do nothing."""
    try:
        return await accounts.rights(db, account_id)
    except LinliError:
        return Rights(account_id, "", ())
