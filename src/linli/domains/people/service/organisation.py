"""Persons of a company: added, given roles and rights, put into groups, closed. Spec D 1.5 (ACC-02..ACC-06).

One rule for all of it: a person who gives or takes a right must have it, in every place where the other person gains or
loses it. So an account administrator of one project makes implementers for that project and for no other, and nobody
lifts themselves or closes somebody above them.
"""

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.people import rights_tree
from linli.domains.people.models import (
    company_role_holders,
    project_group_members,
    staff,
    staff_log,
    staff_rights,
)
from linli.domains.people.person_rules import clean_person_name, clean_phone, is_phone, name_problem
from linli.domains.people.queries import organisation as queries
from linli.domains.people.rights import Right, Rights
from linli.domains.people.schemas import Profile
from linli.domains.people.service import accounts, inviters, ownership, persons
from linli.domains.people.service.accounts import Account
from linli.domains.people.service.ownership import NO_PASSWORD
from linli.kernel import history, tenancy
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, Conflict, Forbidden
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

MAX_BATCH = 100
HISTORY = "project_group"
"""Kind of a project's group of persons in the history; its target is the project."""
type Holdings = frozenset[tuple[Right, str]]


class CannotGive(Forbidden):
    """The caller lacks a right, or a place, that they want to give or take."""

    code = "organisation.cannot_give"


class AlreadyInCompany(Conflict):
    code = "organisation.already"


class NotOurs(Conflict):
    """The log-in is used in other companies or runs the installation: its password is its owner's alone."""

    code = "organisation.not_ours"


_drop_role = Command(
    delete(company_role_holders).where(
        company_role_holders.c.account_id == bindparam("of_account", type_=INT),
        company_role_holders.c.role_id == bindparam("of_role", type_=INT),
    ),
    unscoped="the role was looked up in the caller's scope",
)
_drop_right = Command(
    delete(staff_rights).where(
        staff_rights.c.account_id == bindparam("of_account", type_=INT),
        staff_rights.c.tenant_id == bindparam("of_tenant"),
        staff_rights.c.right == bindparam("of_right"),
    ),
    unscoped="the person was looked up in the caller's scope",
)
_leave = Command(
    delete(project_group_members).where(
        project_group_members.c.account_id == bindparam("of_account", type_=INT),
        project_group_members.c.project_id == bindparam("of_project"),
    ),
    unscoped="the project was looked up in the caller's scope",
)


class Hand(msgspec.Struct, frozen=True):
    """The person who acts on others: their scope in the company, their rights, and the source of numbers."""

    scope: Scope
    rights: Rights
    ids: Ids

    @property
    def tenant(self) -> str:
        return self.scope.tenant

    def check(self, given: Holdings) -> None:
        """Raises CannotGive."""
        if not self.rights.covers(given, tenant_id=self.tenant):
            raise CannotGive()


async def note(
    hand: Hand, tx: Tx, action: str, *, account_id: int | None = None, name: str = "", detail: str = ""
) -> None:
    """Write a row to the log of given rights."""
    row = {
        "entry_no": hand.ids.number(),
        "tenant_id": hand.tenant,
        "at_ms": tx.db.clock.now_ms(),
        "by_account": hand.rights.account_id,
        "by_name": hand.rights.name,
        "action": action,
        "account_id": account_id,
        "account_name": name,
        "detail": detail,
    }
    await tx.insert(staff_log, row)


async def add_person(hand: Hand, tx: Tx, *, name: str, phone: str) -> int:
    """A person of the company by name and phone; the account's id. They sign in with a code sent to the phone.

    A phone that has a log-in already means that one; else a log-in without a password is made. The person is also the
    tenant's person with that phone. Raises BadInput, AlreadyInCompany, PhoneTaken.
    """
    name, phone = clean_person_name(name), clean_phone(phone)
    if problem := name_problem(name):
        raise BadInput(field="name", rule=problem, limit=64)
    if not is_phone(phone):
        raise BadInput(field="phone", rule="format", example="13800138000")
    account = await accounts.find_account(tx, phone)
    if account is not None and await queries.find_person(hand.scope, tx, account.id) is not None:
        raise AlreadyInCompany(field="phone", phone=phone)
    whole = Scope.system(hand.tenant)
    person = await persons.find_or_create(
        whole, tx, profile=Profile(name=name, phone=phone), ids=hand.ids, now_ms=tx.db.clock.now_ms()
    )
    return await enter_person(hand, tx, name=name, phone=phone, person_id=person.person.id)


async def enter_person(hand: Hand, tx: Tx, *, name: str, phone: str, person_id: int) -> int:
    """Add a person of the tenant to the company, with the log-in of their phone or a new log-in. Returns the account's
    id."""
    now_ms = tx.db.clock.now_ms()
    account = await accounts.find_account(tx, phone)
    if account is None:
        account_id = await accounts.create_account(
            tx, login=phone, password_hash=NO_PASSWORD, name=name, ids=hand.ids, now_ms=now_ms
        )
    else:
        account_id = account.id
    row = {
        "tenant_id": hand.tenant,
        "account_id": account_id,
        "name": name,
        "disabled": 0,
        "added_by": hand.rights.account_id,
        "created_ms": now_ms,
    }
    await tx.upsert(staff, [row], keys=("tenant_id", "account_id"))
    await accounts.link_person(tx, account_id=account_id, tenant_id=hand.tenant, person_id=person_id)
    await note(hand, tx, "person.added", account_id=account_id, name=name, detail=phone)
    return account_id


async def set_roles(hand: Hand, tx: Tx, *, account_id: int, role_ids: list[int]) -> None:
    """The company's own roles that a person has: these and no others. Raises NotFound, CannotGive."""
    person = await queries.person(hand.scope, tx, account_id)
    before = await _holdings(hand, tx, account_id)
    current = {
        row.role_id: row.name
        for row in (await queries.roles_of(hand.scope, tx, [account_id])).get(account_id, ())
    }
    wanted = {
        role_id: (await queries.role(hand.scope, tx, role_id)).name for role_id in dict.fromkeys(role_ids)
    }
    for role_id in wanted.keys() - current.keys():
        row = {
            "account_id": account_id,
            "role_id": role_id,
            "tenant_id": hand.tenant,
            "given_by": hand.rights.account_id,
            "created_ms": tx.db.clock.now_ms(),
        }
        await tx.insert(company_role_holders, row)
        await note(hand, tx, "role.given", account_id=account_id, name=person.name, detail=wanted[role_id])
    if wanted.keys() - current.keys():
        await ownership.enters(tx, account_id=account_id)
    for role_id in current.keys() - wanted.keys():
        await _drop_role.run(tx, of_account=account_id, of_role=role_id)
        await note(hand, tx, "role.taken", account_id=account_id, name=person.name, detail=current[role_id])
    await _check_change(hand, tx, account_id, before)


async def set_rights(hand: Hand, tx: Tx, *, account_id: int, rights: list[str]) -> None:
    """Rights that a person has beside their roles: these and no others. Raises BadInput, NotFound, CannotGive."""
    person = await queries.person(hand.scope, tx, account_id)
    wanted = rights_tree.checked(rights)
    before = await _holdings(hand, tx, account_id)
    current = await queries.rights_by_hand(hand.scope, tx, account_id)
    for right in sorted(wanted - current):
        row = {
            "account_id": account_id,
            "tenant_id": hand.tenant,
            "right": right.value,
            "given_by": hand.rights.account_id,
            "created_ms": tx.db.clock.now_ms(),
        }
        await tx.insert(staff_rights, row)
        await note(hand, tx, "right.given", account_id=account_id, name=person.name, detail=right.value)
    if wanted - current:
        await ownership.enters(tx, account_id=account_id)
    for right in sorted(current - wanted):
        await _drop_right.run(tx, of_account=account_id, of_tenant=hand.tenant, of_right=right.value)
        await note(hand, tx, "right.taken", account_id=account_id, name=person.name, detail=right.value)
    await _check_change(hand, tx, account_id, before)


async def join_groups(hand: Hand, tx: Tx, *, account_ids: list[int], project_ids: list[str]) -> None:
    """Put each person into the default group of each project, all or none. Spec ACC-04, ACC-05.

    Raises BadInput, NotFound (also for projects out of sight), CannotGive.
    """
    for account_id, project_id, person, project in await _pairs(hand, tx, account_ids, project_ids):
        if await queries.in_group(hand.scope, tx, account_id=account_id, project_id=project_id):
            continue
        before = await _holdings(hand, tx, account_id)
        row = {
            "project_id": project_id,
            "account_id": account_id,
            "tenant_id": hand.tenant,
            "added_by": hand.rights.account_id,
            "created_ms": tx.db.clock.now_ms(),
        }
        await tx.insert(project_group_members, row)
        await ownership.enters(tx, account_id=account_id)
        await note(hand, tx, "group.joined", account_id=account_id, name=person, detail=project)
        await _note_member(hand, tx, project_id, "member_added", after=account_id)
        await _check_change(hand, tx, account_id, before)


async def leave_groups(hand: Hand, tx: Tx, *, account_ids: list[int], project_ids: list[str]) -> None:
    """Take each person out of the default group of each project, all or none. Spec ACC-06. Raises as `join_groups`."""
    for account_id, project_id, person, project in await _pairs(hand, tx, account_ids, project_ids):
        before = await _holdings(hand, tx, account_id)
        if await _leave.run(tx, of_account=account_id, of_project=project_id):
            await note(hand, tx, "group.left", account_id=account_id, name=person, detail=project)
            await _note_member(hand, tx, project_id, "member_removed", before=account_id)
            await _check_change(hand, tx, account_id, before)


async def _note_member(
    hand: Hand, tx: Tx, project_id: str, action: str, *, before: int | None = None, after: int | None = None
) -> None:
    await history.note(
        hand.scope,
        tx,
        history.Record(HISTORY, project_id, None),
        action,
        before={"colleague": before},
        after={"colleague": after},
        now_ms=tx.db.clock.now_ms(),
    )


async def disable(hand: Hand, tx: Tx, *, account_id: int, disabled: bool) -> None:
    """Close a person's way into this company, or open it again. Raises NotFound, CannotGive, BadInput (oneself)."""
    person = await queries.person(hand.scope, tx, account_id)
    if account_id == hand.rights.account_id:
        raise BadInput(field="accountId", rule="organisation.self")
    if disabled:
        await _check_all(hand, tx, account_id)
    row = {
        "tenant_id": hand.tenant,
        "account_id": account_id,
        "name": person.name,
        "disabled": int(disabled),
        "added_by": hand.rights.account_id,
        "created_ms": person.created_ms,
    }
    await tx.upsert(staff, [row], keys=("tenant_id", "account_id"), update=("disabled",))
    if not disabled:
        await _check_all(hand, tx, account_id)
        await ownership.enters(tx, account_id=account_id)
    else:
        await _drop_groundless(hand, tx, account_id)
    action = "person.disabled" if disabled else "person.enabled"
    await note(hand, tx, action, account_id=account_id, name=person.name)


async def reset_password(hand: Hand, tx: Tx, *, account_id: int) -> Account:
    """Take a person's password away and end all that opens their log-in; its owner comes in by a code and sets a new one.

    Raises NotFound, CannotGive, NotOurs, BadInput (oneself).
    """
    person = await queries.person(hand.scope, tx, account_id)
    if account_id == hand.rights.account_id:
        raise BadInput(field="accountId", rule="organisation.self")
    await _check_all(hand, tx, account_id)
    if await queries.used_elsewhere(hand.scope, tx, account_id):
        raise NotOurs(name=person.name)
    await ownership.void(tx, account_id=account_id, now_ms=tx.db.clock.now_ms())
    await note(hand, tx, "password.reset", account_id=account_id, name=person.name)
    return await accounts.get_account(tx, account_id)


async def _holdings(hand: Hand, tx: Tx, account_id: int) -> Holdings:
    return (await accounts.rights(tx, account_id)).holdings(hand.tenant)


async def _check_change(hand: Hand, tx: Tx, account_id: int, before: Holdings) -> None:
    """The caller must have all rights that the person gained or lost. Raises CannotGive, which undoes the change."""
    after = await _holdings(hand, tx, account_id)
    hand.check(before ^ after)
    if before - after:
        await _drop_groundless(hand, tx, account_id)


async def _drop_groundless(hand: Hand, tx: Tx, account_id: int) -> None:
    """Invitations to rights that the inviter has lost end together with these rights."""
    await inviters.revoke_groundless(
        tx, tenant_id=hand.tenant, account_id=account_id, now_ms=tx.db.clock.now_ms()
    )


async def _check_all(hand: Hand, tx: Tx, account_id: int) -> None:
    """The person holds nothing in this company that the caller lacks. Raises CannotGive."""
    hand.check(await _holdings(hand, tx, account_id))


async def _pairs(
    hand: Hand, tx: Tx, account_ids: list[int], project_ids: list[str]
) -> list[tuple[int, str, str, str]]:
    """(account, project, the person's name, the project's name) of every combination."""
    for field, given in (("accountIds", account_ids), ("projectIds", project_ids)):
        if not given:
            raise BadInput(field=field, rule="required")
        if len(given) > MAX_BATCH:
            raise BadInput(field=field, rule="too_many_items", limit=MAX_BATCH)
    people = {
        number: (await queries.person(hand.scope, tx, number)).name for number in dict.fromkeys(account_ids)
    }
    named = {
        project_id: (await tenancy.get_project(hand.scope, tx, project_id=project_id)).name
        for project_id in dict.fromkeys(project_ids)
    }
    return [(a, p, people[a], named[p]) for a in people for p in named]
