"""Rules of visits: apply, admit, refuse, void, check in and out. Spec B §3.9, §5 F7; A §5 flow 7.

`asked` → `expected` | `refused`; `expected` → `arrived` | `void`; `arrived` → `left`. Visitors of the property and of
residents are expected at once; a visitor who registers at a poster is `asked` until somebody admits them. While a visit
is expected or arrived and its window is not over, doors open for the visitor's QR code (`service.passes`).
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.domains.access.service import qr
from linli.domains.communities.queries import spaces
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import persons as people
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import groups, persons
from linli.domains.visitors import queries
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.models import visits
from linli.domains.visitors.rows import ARRIVED, ASKED, EXPECTED, LEFT, POSTER, REFUSED, VOID, Visit
from linli.domains.visitors.schemas import GUESTS_MAX, Guest, check_uses, check_window, clean_reason
from linli.kernel import history
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound, TooMany
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED

HISTORY: Final = "visit"
"""Kind of these records in the history. The events stay there; names, phones and codes do not."""
WAITING_A_PHONE: Final = 3
"""Most waiting registrations of one phone in a community."""


class VisitSettled(Conflict):
    """The visit is in another state: a visitor who arrived cannot be voided, a voided one cannot arrive."""

    code = "visit.settled"


class VisitOver(Conflict):
    """The window has passed."""

    code = "visit.over"


class VisitorBlacklisted(Conflict):
    """The visitor is on the community's blacklist."""

    code = "visit.blacklisted"


class TooManyWaiting(TooMany):
    code = "visit.too_many_waiting"


_TEXTS = ("state", "submitter_identity", "visitor_identity", "qr_code", "end_reason", "changed_by")
_NUMBERS = ("submitter_id", "visitor_id", "arrived_ms", "left_ms", "changed_ms")
_set = Command(
    update(visits)
    .where(visits.c.apply_id == bindparam("row", type_=INT), in_scope(visits))
    .values(
        {
            **{name: bindparam(f"new_{name}") for name in _TEXTS},
            **{name: bindparam(f"new_{name}", type_=INT) for name in _NUMBERS},
        }
    )
)
_blank = Command(
    update(visits)
    .where(visits.c.apply_id == bindparam("row", type_=INT), in_scope(visits))
    .values(name="", phone="", id_no="", plate="", gender=None)
)
_RETENTION: Final = "retention is the installation's"
_PURGE_STEP: Final = 1000
_over = Query(
    select(visits.c.apply_id).where(visits.c.ends_ms < bindparam("before", type_=INT)).limit(_PURGE_STEP),
    unscoped=_RETENTION,
)
_purge = Command(delete(visits).where(any_of(visits.c.apply_id, "rows")), unscoped=_RETENTION)


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Where visitors go, when, and why. Times are UTC ms."""

    community_id: int
    house_id: int
    starts_ms: int
    ends_ms: int
    reason: str = ""
    uses: int = UNLIMITED
    """How often each may come in."""


async def apply(
    scope: Scope,
    tx: Tx,
    stay: Stay,
    *,
    guests: list[Guest],
    source: str,
    ids: Ids,
    now_ms: int,
    submitter: Person | None = None,
) -> list[int]:
    """Add expected visitors to a house. Returns their application ids, in the order given. `guests` are checked.

    Raises NotFound, BadInput, VisitorBlacklisted.
    """
    await _house(scope, tx, stay.community_id, stay.house_id)
    check_window(stay.starts_ms, stay.ends_ms, now_ms)
    if not guests:
        raise BadInput(field="visitors", rule="required")
    if len(guests) > GUESTS_MAX:
        raise BadInput(field="visitors", rule="too_many_items", limit=GUESTS_MAX)
    reason, uses = clean_reason(stay.reason), check_uses(stay.uses)
    apply_ids = []
    for guest in guests:
        row = _row(
            scope,
            stay,
            guest=guest,
            source=source,
            ids=ids,
            now_ms=now_ms,
        )._replace(
            reason=reason,
            uses=uses,
            submitter_id=submitter.id if submitter else None,
            submitter_identity=submitter.identity_id if submitter else "",
        )
        await tx.insert(visits, row._asdict())
        await _note_new(scope, tx, row, "created")
        await _expect(scope, tx, row, ids, now_ms)
        apply_ids.append(row.apply_id)
    return apply_ids


async def ask(
    scope: Scope,
    tx: Tx,
    stay: Stay,
    *,
    guest: Guest,
    host_name: str,
    ids: Ids,
    now_ms: int,
) -> int:
    """Add a registration from the gate. The host or the property decides.

    Raises NotFound, BadInput, TooManyWaiting.
    """
    await _house(scope, tx, stay.community_id, stay.house_id)
    check_window(stay.starts_ms, stay.ends_ms, now_ms)
    if (
        await queries.waiting_of_phone(scope, tx, stay.community_id, guest.phone, now_ms=now_ms)
        >= WAITING_A_PHONE
    ):
        raise TooManyWaiting()
    row = _row(
        scope,
        stay,
        guest=guest,
        source=POSTER,
        ids=ids,
        now_ms=now_ms,
    )._replace(state=ASKED, host_name=host_name, reason=clean_reason(stay.reason))
    await tx.insert(visits, row._asdict())
    await _note_new(scope, tx, row, "registered")
    await _tell(tx, row)
    return row.apply_id


async def admit(
    scope: Scope, tx: Tx, *, apply_id: int, ids: Ids, now_ms: int, host: Person | None = None
) -> None:
    """Admit a visitor who registered. A resident who admits is the `host`: the visit ends when they move out.

    Raises NotFound, VisitSettled, VisitOver, VisitorBlacklisted.
    """
    visit = await _in_state(scope, tx, apply_id, (ASKED,))
    _check_time(visit, now_ms)
    if host is not None:
        visit = visit._replace(submitter_id=host.id, submitter_identity=host.identity_id)
    await _expect(scope, tx, visit, ids, now_ms)
    await _note(scope, tx, visit, "admitted", now_ms)


async def refuse(scope: Scope, tx: Tx, *, apply_id: int, reason: str, now_ms: int) -> None:
    """Refuse a visitor who registered. Raises NotFound, VisitSettled, BadInput."""
    visit = await _in_state(scope, tx, apply_id, (ASKED,))
    await _end(scope, tx, visit, REFUSED, clean_reason(reason), now_ms)


async def void(scope: Scope, tx: Tx, *, apply_id: int, now_ms: int, reason: str = "") -> None:
    """Void an invitation. Its pass ends after the commit. Raises NotFound, VisitSettled, BadInput."""
    visit = await _in_state(scope, tx, apply_id, (EXPECTED,))
    await _end(scope, tx, visit, VOID, clean_reason(reason), now_ms)


async def check_in(scope: Scope, tx: Tx, *, apply_id: int, now_ms: int) -> None:
    """Check a visitor in (核销); also some time before the window begins. Raises NotFound, VisitSettled, VisitOver."""
    visit = await _in_state(scope, tx, apply_id, (EXPECTED,))
    _check_time(visit, now_ms)
    await _write(scope, tx, visit._replace(state=ARRIVED, arrived_ms=now_ms), now_ms)
    await _note(scope, tx, visit, ARRIVED, now_ms)


async def check_out(scope: Scope, tx: Tx, *, apply_id: int, now_ms: int) -> None:
    """Check a visitor out. The pass ends after the commit. Raises NotFound, VisitSettled."""
    visit = await _in_state(scope, tx, apply_id, (ARRIVED,))
    await _write(scope, tx, visit._replace(state=LEFT, left_ms=now_ms), now_ms)
    await _note(scope, tx, visit, LEFT, now_ms)


async def passed(tx: Tx, *, tenant_id: str, community_id: int, identity_id: str, at_ms: int) -> None:
    """Check in the visitor who passed a door, if a visit is expected at that time."""
    visit = await queries.expected_now(
        tx, tenant_id=tenant_id, community_id=community_id, identity_id=identity_id, at_ms=at_ms
    )
    if visit is not None:
        scope = Scope.system(tenant_id, "door")
        now_ms = tx.db.clock.now_ms()
        await _write(scope, tx, visit._replace(state=ARRIVED, arrived_ms=at_ms), now_ms)
        await _note(scope, tx, visit, ARRIVED, now_ms)


async def host_left(scope: Scope, tx: Tx, *, house_id: int, person_id: int, now_ms: int) -> None:
    """End visits to the house that a resident invited or admitted before they moved out.

    Visits of visitors inside end too, because their pass might open doors for days. Waiting registrations stay for the
    present residents.
    """
    for visit in await queries.invited_to(scope, tx, house_id, person_id, [EXPECTED, ARRIVED]):
        await _end(scope, tx, visit, VOID, "host_moved_out", now_ms)


async def forget(scope: Scope, tx: Tx, *, community_id: int, identity_id: str, now_ms: int) -> None:
    """Erase a person from visits. Times and house stay; passes end."""
    for visit in await queries.of_visitor(scope, tx, community_id, identity_id):
        await _blank.run(tx, scope, row=visit.apply_id)
        if visit.state in (EXPECTED, ARRIVED):
            await _end(scope, tx, visit, VOID, "erased", now_ms)
        await history.forget(scope, tx, HISTORY, visit.apply_id)


async def purge(db: Database, *, now_ms: int, days: int) -> None:
    """Remove visits whose window ended more than `days` ago, with their history."""
    before = now_ms - days * 86_400_000

    async def some(tx: Tx) -> int:
        rows = [apply_id for (apply_id,) in await _over.all(tx, before=before)]
        if rows:
            await history.drop(tx, HISTORY, rows)
            await _purge.run(tx, rows=rows)
        return len(rows)

    while await db.run(some) == _PURGE_STEP:
        pass


def _row(
    scope: Scope,
    stay: Stay,
    guest: Guest,
    source: str,
    ids: Ids,
    now_ms: int,
) -> Visit:
    return Visit(
        apply_id=ids.number(),
        tenant_id=scope.tenant,
        community_id=stay.community_id,
        house_id=stay.house_id,
        state=EXPECTED,
        source=source,
        name=guest.name,
        type=guest.type,
        phone=guest.phone,
        id_no=guest.id_no,
        gender=guest.gender,
        plate=guest.plate,
        reason="",
        people=guest.people,
        host_name="",
        starts_ms=stay.starts_ms,
        ends_ms=stay.ends_ms,
        submitter_id=None,
        submitter_identity="",
        visitor_id=None,
        visitor_identity="",
        qr_code="",
        arrived_ms=0,
        left_ms=0,
        end_reason="",
        changed_by=_who(scope),
        created_ms=now_ms,
        changed_ms=now_ms,
    )


async def _expect(scope: Scope, tx: Tx, row: Visit, ids: Ids, now_ms: int) -> None:
    """Make the visitor a person of the community, in its group of visitors, with a QR code."""
    whole = Scope.system(row.tenant_id, "visitors")
    profile = Profile(name=row.name, phone=row.phone or None)
    try:
        person, _ = await persons.find_or_create(whole, tx, profile=profile, ids=ids, now_ms=now_ms)
    except persons.PhoneTaken:
        # The tenant has this phone under another name: the visit keeps its name, and the other person is not changed.
        person, _ = await persons.find_or_create(
            whole, tx, profile=Profile(name=row.name), ids=ids, now_ms=now_ms
        )
    group_of_persons = (await people.groups_of(scope, tx, [person.id])).get(person.id, [])
    if any(group.type == rules.BLACKLIST_GROUP for group in group_of_persons):
        raise VisitorBlacklisted(name=row.name)
    await persons.introduce(scope, tx, community_id=row.community_id, person=person, now_ms=now_ms)
    group_id = await groups.default_group(scope, tx, community_id=row.community_id, kind=rules.VISITOR_GROUP)
    if group_id is not None:
        await groups.join(
            scope, tx, group_id=group_id, community_id=row.community_id, person_id=person.id, now_ms=now_ms
        )
    code = await qr.generate_code(
        whole, tx, identity_id=person.identity_id, length=None, ids=ids, now_ms=now_ms, source="visitor"
    )
    admitted = row._replace(
        state=EXPECTED, visitor_id=person.id, visitor_identity=person.identity_id, qr_code=code
    )
    await _write(scope, tx, admitted, now_ms)


async def _house(scope: Scope, tx: Tx, community_id: int, house_id: int) -> None:
    scope.allow(community_id)
    if (await spaces.house(scope, tx, house_id)).community_id != community_id:
        raise NotFound(what="house", id=house_id)


async def _in_state(scope: Scope, tx: Tx, apply_id: int, states: tuple[str, ...]) -> Visit:
    visit = await queries.visit(scope, tx, apply_id, lock=True)
    if visit.state not in states:
        raise VisitSettled(state=visit.state)
    return visit


def _check_time(visit: Visit, now_ms: int) -> None:
    if visit.ends_ms <= now_ms:
        raise VisitOver()


async def _write(scope: Scope, tx: Tx, row: Visit, now_ms: int) -> None:
    row = row._replace(changed_by=_who(scope), changed_ms=now_ms)
    await _set.run(
        tx, scope, row=row.apply_id, **{f"new_{name}": getattr(row, name) for name in (*_TEXTS, *_NUMBERS)}
    )
    await _tell(tx, row)


async def _end(scope: Scope, tx: Tx, visit: Visit, state: str, reason: str, now_ms: int) -> None:
    await _write(scope, tx, visit._replace(state=state, end_reason=reason), now_ms)
    await _note(scope, tx, visit, state, now_ms, reason=reason)


async def _note(scope: Scope, tx: Tx, visit: Visit, action: str, now_ms: int, *, reason: str = "") -> None:
    record = history.Record(HISTORY, visit.apply_id, visit.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, reason=reason)


async def _note_new(scope: Scope, tx: Tx, visit: Visit, action: str) -> None:
    record = history.Record(HISTORY, visit.apply_id, visit.community_id)
    window = {"starts_ms": visit.starts_ms, "ends_ms": visit.ends_ms}
    await history.note(scope, tx, record, action, now_ms=visit.created_ms, after=window)


async def _tell(tx: Tx, row: Visit) -> None:
    event = VisitChanged(
        row.tenant_id, row.community_id, row.house_id, row.apply_id, row.state, row.source, row.submitter_id
    )
    await emit(tx, event, key=str(row.apply_id))


def _who(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"
