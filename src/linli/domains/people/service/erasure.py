"""A user is erased: every tie to a community is cut, and what no other community knows is blanked. Spec B §3.7 A034."""

from sqlalchemy import bindparam, delete, select

from linli.domains.people import events
from linli.domains.people.models import (
    account_persons,
    community_persons,
    community_rights,
    department_members,
    employees,
    house_members,
    user_group_members,
)
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import persons as queries
from linli.domains.people.queries import residents
from linli.domains.people.rows import Person
from linli.domains.people.service import accounts, invitations, persons, vehicles
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.events import emit
from linli.kernel.scope import Scope

_TIES = (
    house_members,
    user_group_members,
    department_members,
    employees,
    community_rights,
    community_persons,
)
_cut = [
    Command(
        delete(table).where(
            table.c.person_id == bindparam("person", type_=INT),
            table.c.community_id == bindparam("community", type_=INT),
            in_scope(table),
        )
    )
    for table in _TIES
]
_known_elsewhere = Query(
    select(community_persons.c.community_id).where(
        community_persons.c.person_id == bindparam("person", type_=INT)
    ),
    unscoped="whether others know a person decides what is erased; which ones is not told",
)
_account_of = Query(
    select(account_persons.c.account_id).where(account_persons.c.person_id == bindparam("person", type_=INT)),
    unscoped="the person was looked up in the caller's scope",
)
_unlink = Command(
    delete(account_persons).where(account_persons.c.person_id == bindparam("person", type_=INT)),
    unscoped="the person was looked up in the caller's scope",
)


async def erase(scope: Scope, tx: Tx, *, community_id: int, identity_id: str, now_ms: int) -> None:
    """Erase a user of a community, keeping the identityId alone. Raises NotFound.

    Houses, groups, employment and rights end at once; doors and devices follow by `ResidentsMovedOut` and
    `UsersErased`. Where further communities of the tenant know the person, theirs stays untouched.
    """
    here = scope.narrowed(community_id)
    person = await queries.person(here, tx, identity_id)
    homes = [home for home in await residents.houses_of(here, tx, person.id) if home.status == MOVED_IN]
    await vehicles.forget(here, tx, community_id=community_id, person_ids=[person.id])
    for command in _cut:
        await command.run(tx, here, person=person.id, community=community_id)
    whole = not await _known_elsewhere.all(tx, person=person.id)
    if whole:
        await _forget(scope, tx, person, now_ms)
    if homes:
        given = [(home.house_id, person.id) for home in homes]
        await invitations.drop_of(here, tx, community_id=community_id, ties=given)
        ties = [events.HouseTie(home.house_id, person.id, identity_id, home.type) for home in homes]
        await emit(tx, events.ResidentsMovedOut(person.tenant_id, community_id, ties))
    await emit(
        tx,
        events.UsersErased(person.tenant_id, community_id, [identity_id], whole),
        key=f"erased:{identity_id}",
    )
    await emit(tx, events.UserChanged(person.tenant_id, community_id, [identity_id], "delete"))


async def _forget(scope: Scope, tx: Tx, person: Person, now_ms: int) -> None:
    whole = Scope.system(scope.tenant, "erasure")
    await persons.blank(whole, tx, person=person, now_ms=now_ms)
    await history.forget(whole, tx, persons.RESIDENT, person.identity_id)
    for (account_id,) in await _account_of.all(tx, person=person.id):
        await _unlink.run(tx, person=person.id)
        await accounts.drop_if_unused(tx, account_id=account_id)
    if person.face_id:
        await emit(tx, events.FaceChanged(person.tenant_id, person.id, person.identity_id, "", ""))
