"""Opening a door from a call: who may, and the trace of each try. Source: spec A 4.1.

The account of a person opens what that person's own open button opens now, and nothing else. An account that an
application made opens doors that are in a call with it: whom the application gave it to, only the application knows.
"""

from sqlalchemy import bindparam, delete, update

from linli.calls.opening_words import DOOR_UNKNOWN, NOT_ALLOWED
from linli.calls.rows import APP, ASKED, Account, Opening, person_of_telephone, staff_of
from linli.delivery.ports import Invoker
from linli.domains.access.queries.keys import rights_of_person
from linli.domains.access.service.remote import OPENED, remote_open
from linli.domains.intercom.models import auto_opens, openings
from linli.domains.intercom.queries.calls import call_in_hand
from linli.domains.intercom.queries.doors import doors_with_numbers, rooms_of_group
from linli.domains.intercom.queries.openings import Asker, asker
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.queries.permissions import sees_doors
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.ladder import DESK, UNIT
from linli.domains.people.queries import persons, residence
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Reader, Tx
from linli.kernel.errors import LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.rules.unlocking import TryResult, Way

_settle = Command(
    update(openings)
    .where(openings.c.id == bindparam("of_opening", type_=INT))
    .values(way=bindparam("by"), result=bindparam("to_result"), answered_ms=bindparam("now", type_=INT)),
    unscoped="the opening that this process has in hand",
)
_purge = Command(
    delete(openings).where(openings.c.id < bindparam("below", type_=INT)),
    unscoped="openings kept for longer than the installation keeps calls",
)

_purge_auto = Command(
    delete(auto_opens).where(auto_opens.c.id < bindparam("below", type_=INT)),
    unscoped="what homes set up longer ago than the installation keeps calls",
)


class Openings:
    """Of the calls of a process. Without an `invoker` no door is opened by its own line."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, invoker: Invoker | None = None) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._invoker = invoker

    async def ask(self, call_id: int, number: str) -> Opening:
        """The phone of a number asks to open the door of its call. `result` is ASKED if it may."""
        now_ms = self._clock.now_ms()
        call = await call_in_hand(self._db, call_id)
        identity_id, refusal = await self._may_open(call, number, now_ms)
        return await self._keep(call, number, identity_id, refusal, now_ms)

    async def note(self, call: CallRow, identity_id: str) -> Opening:
        """A home opens by itself, by the right of this member, which was looked at."""
        return await self._keep(call, "", identity_id, "", self._clock.now_ms())

    async def _keep(self, call: CallRow, number: str, identity_id: str, refusal: str, now_ms: int) -> Opening:
        row = Opening(
            id=self._ids.number(now_ms),
            call_id=call.id,
            tenant_id=call.tenant_id,
            community_id=call.community_id,
            iot_id=call.iot_id,
            number=number,
            identity_id=identity_id,
            way="",
            result=refusal or ASKED,
            asked_ms=now_ms,
            answered_ms=now_ms if refusal else 0,
        )
        await self._db.run(lambda tx: tx.insert(openings, row._asdict()))
        return row

    async def is_terminal(self, number: str) -> bool:
        """Whether an account is that of a phone that stands somewhere, of which one looks through a door at a time."""
        account = await asker(self._db, number)
        return account is not None and account.identity_id == ""

    async def may_view(self, caller: Account, number: str) -> bool:
        """Whether an account may call a door of this number: a person's only one that the person may open now.

        A home that may have no picture of doors calls none.
        """
        if staff_of(caller.number):  # the page's route asked for the right
            return True
        account = await asker(self._db, caller.number)
        if account is None:
            return False
        if account.kind != APP or account.identity_id is None or account.community_id is None:
            return True
        if not await sees_doors(self._db, caller.number):
            return False
        doors = await doors_with_numbers(self._db, tenant_id=caller.tenant_id, numbers=[number])
        for door in doors:
            if not account.identity_id:
                if not await self._fixed_may(account, door.community_id, door.iot_id):
                    return False
                continue
            if door.community_id != account.community_id or not await may_open_now(
                self._db,
                tenant_id=caller.tenant_id,
                community_id=door.community_id,
                identity_id=account.identity_id,
                iot_id=door.iot_id,
                now_ms=self._clock.now_ms(),
            ):
                return False
        return bool(doors)

    def hears(self, call_id: int, number: str) -> bool:
        return True

    def by_remote(self, opening: Opening) -> bool:
        """Whether the door can be asked by its own line."""
        return self._invoker is not None and bool(opening.iot_id) and opening.community_id is not None

    async def remote(self, opening: Opening) -> str:
        """Have the device open, and wait for its word; the trace of it is kept like that of every opening from afar.

        `TryResult.OPENED`, or the code of an error.
        """
        if self._invoker is None or opening.community_id is None:
            return DOOR_UNKNOWN
        who = opening.identity_id or ("" if staff_of(opening.number) else opening.number)
        scope = Scope(opening.tenant_id, await self._caller(opening), frozenset((opening.community_id,)))
        try:
            done = await remote_open(
                scope,
                self._db,
                invoker=self._invoker,
                iot_id=opening.iot_id,
                reason=f"call {opening.call_id} {who}".rstrip(),
                ids=self._ids,
                clock=self._clock,
            )
        except LinliError as error:
            return error.code
        return TryResult.OPENED if done.result == OPENED else done.result

    async def settle(self, opening: Opening, way: Way | None, result: str) -> None:
        """Keep what became of it."""
        now_ms = self._clock.now_ms()

        async def work(tx: Tx) -> None:
            await _settle.run(tx, of_opening=opening.id, by=way or "", to_result=result, now=now_ms)

        await self._db.run(work)

    async def _caller(self, opening: Opening) -> Caller:
        """As pages know to name a person, if it is one with a log-in."""
        if staff := staff_of(opening.number):
            return Caller("staff", staff)
        if opening.identity_id:
            system = Scope.system(opening.tenant_id, "intercom")
            for account_id in await residence.accounts_of(system, self._db, opening.identity_id):
                return Caller("resident", str(account_id))
        return (
            Caller("resident", opening.identity_id)
            if opening.identity_id
            else Caller("device", opening.number)
        )

    async def _fixed_may(self, account: Asker, community_id: int, iot_id: str) -> bool:
        """Whether a phone that stands somewhere opens a door: a desk those of its community, an indoor unit those that
        ring its house."""
        if account.community_id != community_id:
            return False
        if (account.owner or "").startswith(DESK):
            return True
        scope = Scope.system(account.tenant_id, "intercom").narrowed(community_id)
        house_id = account.space_id
        if house_id is None or not (account.owner or "").startswith(UNIT):
            return False
        group = (await groups_of_houses(scope, self._db, [house_id])).get(house_id)
        if group is None:
            return False
        rooms = await rooms_of_group(scope, self._db, group_id=group.group_id)
        return any(room.iot_id == iot_id for room in rooms)

    async def _may_open(self, call: CallRow, number: str, now_ms: int) -> tuple[str, str]:
        """(whose account it is, why not)."""
        if (identity_id := person_of_telephone(number)) != "":
            if not call.iot_id or call.community_id is None:
                return identity_id, DOOR_UNKNOWN
            allowed = await may_open_now(
                self._db,
                tenant_id=call.tenant_id,
                community_id=call.community_id,
                identity_id=identity_id,
                iot_id=call.iot_id,
                now_ms=now_ms,
            )
            return identity_id, "" if allowed else NOT_ALLOWED
        if staff_of(number):  # the page's route asked for the right
            return "", "" if call.iot_id and call.community_id is not None else DOOR_UNKNOWN
        account = await asker(self._db, number)
        if account is None or account.tenant_id != call.tenant_id or account.kind != APP:
            return "", NOT_ALLOWED
        if account.identity_id is None:
            return "", ""
        identity_id = account.identity_id
        if not call.iot_id or call.community_id is None:
            return identity_id, DOOR_UNKNOWN
        if account.community_id != call.community_id:
            return identity_id, NOT_ALLOWED
        if not identity_id:
            allowed = await self._fixed_may(account, call.community_id, call.iot_id)
            return "", "" if allowed else NOT_ALLOWED
        allowed = await may_open_now(
            self._db,
            tenant_id=call.tenant_id,
            community_id=call.community_id,
            identity_id=identity_id,
            iot_id=call.iot_id,
            now_ms=now_ms,
        )
        return identity_id, "" if allowed else NOT_ALLOWED


async def may_open_now(
    db: Reader, *, tenant_id: str, community_id: int, identity_id: str, iot_id: str, now_ms: int
) -> bool:
    """Whether the open button of this person's own page opens the door: they live there, and have a key for now."""
    system = Scope.system(tenant_id, "intercom").narrowed(community_id)
    try:
        person = await persons.person(system, db, identity_id)
        resident = await residence.resident(
            db, account_id=0, phone=person.phone or "", name=person.name, language=""
        )
        scope, own_identity = resident.person_in(community_id)
    except (NotFound, residence.CommunityClosed):
        return False
    if own_identity != identity_id or scope.tenant != tenant_id:
        return False
    rights = await rights_of_person(
        scope, db, community_id=community_id, identity_id=identity_id, now_ms=now_ms
    )
    return iot_id in rights


async def purge(db: Database, *, now_ms: int, days: int) -> int:
    """Forget openings older than this; how many."""
    below = Ids.number_at(now_ms - days * 86_400_000)

    async def work(tx: Tx) -> int:
        await _purge_auto.run(tx, below=below)
        return await _purge.run(tx, below=below)

    return await db.run(work)
