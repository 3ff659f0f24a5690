"""Residents who register themselves (认证): they wait for review, are approved or refused, and may ask again.

Spec A RES-01, RES-04, PM-07, §5 flow 3 and 4; spec B F8. Whether a community reviews at all is its own switch
(CON-08), which the caller passes as `review`: this room does not know communities.
"""

import msgspec

from linli.domains.people import events
from linli.domains.people import person_rules as rules
from linli.domains.people.models import house_members
from linli.domains.people.ports import Houses
from linli.domains.people.queries import residents as queries
from linli.domains.people.rows import Member
from linli.domains.people.schemas import Profile
from linli.domains.people.service import persons, residents
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

COMMENT_MAX = 200


class UserExists(Conflict):
    """A certification of this person for this house is there already; a refused one is edited, not created again."""

    code = "resident.user_exists"


class NotWaiting(Conflict):
    """The certification does not wait for a decision."""

    code = "resident.not_waiting"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody says that they, or their family, live in a house."""

    house_id: int
    profile: Profile
    """Checked, with a name."""
    type: int
    source: str = rules.QRCODE


async def register(
    scope: Scope, tx: Tx, houses: Houses, *, claim: Claim, review: bool, ids: Ids, now_ms: int
) -> str:
    """Somebody says that they (or their family) live in a house; their identityId.

    With `review` they wait for the property, otherwise they live there at once. `profile` is checked and has a name.
    Raises NotFound, BadInput, PhoneTaken, UserExists.
    """
    community_id = await houses.community_of_house(scope, tx, claim.house_id)
    residents.check_type(claim.type)
    person_row = await persons.person_by_phone(scope, tx, profile=claim.profile)
    member = await queries.member(scope, tx, claim.house_id, person_row.identity_id) if person_row else None
    if member is not None and member.status != rules.MOVED_OUT:
        raise UserExists(field="houseId")
    if not review:
        return await residents.move_in(
            scope,
            tx,
            houses,
            house_id=claim.house_id,
            profile=claim.profile,
            type=claim.type,
            ids=ids,
            now_ms=now_ms,
            source=claim.source,
        )
    person, is_new = await persons.find_or_create(scope, tx, profile=claim.profile, ids=ids, now_ms=now_ms)
    await persons.introduce(scope, tx, community_id=community_id, person=person, now_ms=now_ms)
    if member is None:
        row = residents.member_row(
            tenant_id=scope.tenant,
            community_id=community_id,
            house_id=claim.house_id,
            person=person,
            type=claim.type,
            source=claim.source,
            now_ms=now_ms,
            status=rules.PENDING,
        )
        await tx.insert(house_members, row)
    else:
        await residents.write(
            scope, tx, member, now_ms, type=claim.type, status=rules.PENDING, source=claim.source
        )
    await residents.note_tie(
        scope,
        tx,
        "registered",
        tie=residents.Tie(
            house_id=claim.house_id,
            community_id=community_id,
            identity_id=person.identity_id,
            type=claim.type,
        ),
        now_ms=now_ms,
        details=claim.profile.values() if is_new else {},
    )
    await _ask(scope, tx, community_id, claim.house_id, person.identity_id, person.name)
    return person.identity_id


async def _ask(scope: Scope, tx: Tx, community_id: int, house_id: int, identity_id: str, name: str) -> None:
    await emit(tx, events.ResidentRegistered(scope.tenant, community_id, house_id, identity_id, name))


async def register_again(
    scope: Scope,
    tx: Tx,
    *,
    house_id: int,
    identity_id: str,
    profile: Profile,
    type: int | None,
    review: bool,
    now_ms: int,
) -> None:
    """Edit a refused certification and hand it in again (重新认证). Name and sex may change here: they were refused.

    Raises NotFound, NotWaiting, BadInput, PhoneTaken.
    """
    member = await residents.present_member(scope, tx, house_id, identity_id)
    if member.status != rules.REJECTED:
        raise NotWaiting(status=member.status)
    if type is not None:
        residents.check_type(type)
    await persons.change(scope, tx, identity_id=identity_id, profile=profile, now_ms=now_ms)
    asked = member._replace(type=type or member.type)
    if not review:
        await _decide(scope, tx, asked, rules.MOVED_IN, "approved", now_ms)
        return
    await residents.write(scope, tx, member, now_ms, type=asked.type, status=rules.PENDING)
    await residents.note_tie(
        scope,
        tx,
        "registered",
        tie=residents.Tie(
            house_id=house_id, community_id=member.community_id, identity_id=identity_id, type=asked.type
        ),
        now_ms=now_ms,
    )
    await _ask(scope, tx, member.community_id, house_id, identity_id, profile.name or member.name)


async def approve(scope: Scope, tx: Tx, *, house_id: int, identity_id: str, now_ms: int) -> None:
    """The property agrees: they live there from now on. Raises NotFound, NotWaiting."""
    member = await residents.present_member(scope, tx, house_id, identity_id)
    if member.status not in (rules.PENDING, rules.REJECTED):
        raise NotWaiting(status=member.status)
    await _decide(scope, tx, member, rules.MOVED_IN, "approved", now_ms)


async def reject(scope: Scope, tx: Tx, *, house_id: int, identity_id: str, comment: str, now_ms: int) -> None:
    """The property refuses, with the reason that the resident is told. Raises NotFound, NotWaiting, BadInput."""
    comment = comment.strip()
    if not comment:
        raise BadInput(field="comment", rule="required")
    if len(comment) > COMMENT_MAX:
        raise BadInput(field="comment", rule="too_long", limit=COMMENT_MAX)
    member = await residents.present_member(scope, tx, house_id, identity_id)
    if member.status != rules.PENDING:
        raise NotWaiting(status=member.status)
    await _decide(scope, tx, member, rules.REJECTED, "rejected", now_ms, comment=comment)


async def _decide(
    scope: Scope, tx: Tx, member: Member, status: int, action: str, now_ms: int, *, comment: str = ""
) -> None:
    await residents.write(scope, tx, member, now_ms, type=member.type, status=status, comment=comment)
    await history.note(
        scope,
        tx,
        history.Record(persons.RESIDENT, member.identity_id, member.community_id),
        action,
        now_ms=now_ms,
        after={"house": member.house_id},
        reason=comment,
    )
    if status == rules.MOVED_IN:
        await residents.live_there(
            scope,
            tx,
            house_id=member.house_id,
            community_id=member.community_id,
            person_id=member.person_id,
            identity_id=member.identity_id,
            type=member.type,
            now_ms=now_ms,
        )
    await emit(
        tx,
        events.ResidentReviewed(
            scope.tenant, member.community_id, member.house_id, member.identity_id, status, comment
        ),
    )
    await emit(tx, events.UserChanged(scope.tenant, member.community_id, [member.identity_id], "update"))
