"""Automatic ends of rights: a code used up, a person deleted, moved out or erased, a door removed.

Jobs after the commit, idempotent.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.events import DoorPersonDeleted, DoorRemoved, QrUsedUp
from linli.domains.access.models import cards, passes, persons, qr_permissions
from linli.domains.access.queries import credentials as credential_queries
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_door
from linli.domains.access.queries.persons import owner_of_credential
from linli.domains.access.queries.ways import find as find_ways
from linli.domains.access.rows import Card, QrPermissionRow
from linli.domains.access.service import credentials
from linli.domains.access.service.cards import end_card
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL
from linli.domains.access.service.qr import end_permission
from linli.domains.access.service.restore import MOVED_OUT
from linli.domains.access.service.scopes import drop_pass_scope
from linli.domains.access.service.ways import EndOfWay
from linli.domains.people.events import AccountUnregistered, EmployeesLeft, ResidentsMovedOut, UsersErased
from linli.domains.people.queries import residents
from linli.kernel.db import INT, Command, Database, Query, Tx, bytewise
from linli.kernel.scope import Scope

CHUNK = 100
_HERE = "a job of the row's own tenant"

_qr_of_door = Query(
    select(qr_permissions)
    .where(
        qr_permissions.c.iot_id == bindparam("iot_id"),
        qr_permissions.c.community_id == bindparam("community_id", type_=INT),
        qr_permissions.c.live == 1,
    )
    .order_by(bytewise(qr_permissions.c.qr_code))
    .limit(CHUNK),
    QrPermissionRow,
    unscoped=_HERE,
)
_cards_of_door = Query(
    select(cards)
    .where(
        cards.c.iot_id == bindparam("iot_id"),
        cards.c.community_id == bindparam("community_id", type_=INT),
        cards.c.live == 1,
    )
    .order_by(bytewise(cards.c.card_id))
    .limit(CHUNK),
    Card,
    unscoped=_HERE,
)


_qr_of_holder = Query(
    select(qr_permissions)
    .where(
        qr_permissions.c.identity_id == bindparam("identity_id"),
        qr_permissions.c.community_id == bindparam("community_id", type_=INT),
        qr_permissions.c.tenant_id == bindparam("tenant"),
        qr_permissions.c.live == 1,
    )
    .order_by(bytewise(qr_permissions.c.iot_id), bytewise(qr_permissions.c.qr_code)),
    QrPermissionRow,
    unscoped=_HERE,
)
_cards_of_holder = Query(
    select(cards)
    .where(
        cards.c.identity_id == bindparam("identity_id"),
        cards.c.community_id == bindparam("community_id", type_=INT),
        cards.c.tenant_id == bindparam("tenant"),
        cards.c.live == 1,
    )
    .order_by(bytewise(cards.c.iot_id), bytewise(cards.c.card_id)),
    Card,
    unscoped=_HERE,
)
_drop_door_person = Command(
    delete(persons).where(
        persons.c.tenant_id == bindparam("of_tenant"), persons.c.identity_id == bindparam("of_identity")
    ),
    unscoped=_HERE,
)
_drop_project_person = Command(
    delete(persons).where(
        persons.c.tenant_id == bindparam("of_tenant"),
        persons.c.project_id == bindparam("of_project"),
        persons.c.identity_id == bindparam("of_identity"),
    ),
    unscoped=_HERE,
)
_unname_passes = Command(
    update(passes)
    .where(passes.c.identity_id == bindparam("of_identity"), passes.c.tenant_id == bindparam("of_tenant"))
    .values(name=""),
    unscoped=_HERE,
)


class Revocation:
    """The *after* handlers of this room's own events and of people's."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def qr_used_up(self, event: QrUsedUp) -> None:
        """Take a code that all doors count together off every one of them, unless it was bound again since."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()

        async def work(tx: Tx) -> None:
            code = await queries.code_at_pass(tx, tenant_id=event.tenant_id, qr_code=event.qr_code)
            rows = await queries.permissions_of_code(scope, tx, qr_code=event.qr_code)
            for row in rows.values():
                if code is not None and row.live and row.shared and code.shared_used >= row.max_scans >= 0:
                    await end_permission(scope, tx, row=row, reason="used_up", now_ms=now)

        await self._db.run(work)

    async def way_ended(self, job: EndOfWay) -> None:
        """Outbox job: a pass whose last way is over opens no door any more but those that lead out."""
        scope, now = Scope.system(job.tenant_id, "access"), self._db.clock.now_ms()

        async def work(tx: Tx) -> None:
            row = (await find_ways(tx, [job.way])).get(job.way)
            if row is None or not row.walked.is_over(row.most, now):
                return
            for right in await queries.permissions_of_way(scope, tx, way=job.way):
                await end_permission(scope, tx, row=right, reason="used_up", now_ms=now)

        await self._db.run(work)

    async def person_deleted(self, event: DoorPersonDeleted) -> None:
        """End the codes and cards given in a person's name, unless they were made a door person again."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        who = {
            "tenant_id": event.tenant_id,
            "project_id": event.project_id,
            "identity_id": event.identity_id,
        }
        back = await owner_of_credential(self._db, **who)
        if back is not None and back.project_id == event.project_id:
            return
        for code in await queries.codes_of_person(self._db, **who):
            await self._db.run(partial(_end_code, scope, code.qr_code, now_ms=now))

        async def work(tx: Tx) -> None:
            for card in await queries.cards_of_person(tx, **who):
                await end_card(scope, tx, card=card, reason="person_deleted", now_ms=now)

        await self._db.run(work)

    async def account_unregistered(self, event: AccountUnregistered) -> None:
        """Delete the project's door person with the account, and the rights given to this person."""
        who: dict[str, Any] = {
            "of_tenant": event.tenant_id,
            "of_project": event.project_id,
            "of_identity": event.identity_id,
        }
        await self._db.run(lambda tx: _drop_project_person.run(tx, **who))
        await self.person_deleted(DoorPersonDeleted(event.tenant_id, event.project_id, event.identity_id))

    async def residents_moved_out(self, event: ResidentsMovedOut) -> None:
        """End what persons may open where they neither live nor work any more."""
        gone = dict.fromkeys(tie.identity_id for tie in event.ties)
        await self._end_strangers(event.tenant_id, event.community_id, gone, MOVED_OUT)

    async def employees_left(self, event: EmployeesLeft) -> None:
        """The same for those who worked for the property."""
        await self._end_strangers(event.tenant_id, event.community_id, event.identity_ids, "left")

    async def _end_strangers(
        self, tenant_id: str, community_id: int, identity_ids: Iterable[str], reason: str
    ) -> None:
        scope = Scope.system(tenant_id, "access")
        for identity_id in identity_ids:
            if not await residents.belongs(
                scope, self._db, community_id=community_id, identity_id=identity_id
            ):
                await self._end_holder(tenant_id, community_id, identity_id, reason=reason)

    async def users_erased(self, event: UsersErased) -> None:
        """End what erased users may open; where nobody knows them any more their name goes from the records too."""
        for identity_id in event.identity_ids:
            await self._end_holder(event.tenant_id, event.community_id, identity_id, reason="erased")
            if event.whole:
                who: dict[str, Any] = {"of_tenant": event.tenant_id, "of_identity": identity_id}
                await self._db.run(partial(_forget_name, **who))

    async def _end_holder(self, tenant_id: str, community_id: int, identity_id: str, *, reason: str) -> None:
        scope, now = Scope.system(tenant_id, "access"), self._db.clock.now_ms()
        who: dict[str, Any] = {"tenant": tenant_id, "community_id": community_id, "identity_id": identity_id}

        async def work(tx: Tx) -> None:
            for row in await _qr_of_holder.all(tx, **who):
                await end_permission(scope, tx, row=row, reason=reason, now_ms=now)
            for card in await _cards_of_holder.all(tx, **who):
                await end_card(scope, tx, card=card, reason=reason, now_ms=now)
            own = await credential_queries.of_person(
                scope, tx, community_id=community_id, identity_id=identity_id
            )
            for credential in own:
                await credentials.end(scope, tx, row=credential, reason=reason, now_ms=now)

        await self._db.run(work)

    async def door_removed(self, event: DoorRemoved) -> None:
        """End every right that the community had given on a door, a hundred a transaction."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        door = await find_door(scope, self._db, iot_id=event.iot_id)
        if door is not None and door.community_id == event.community_id:
            return

        async def work(tx: Tx) -> None:
            key = Grant(
                community_id=event.community_id,
                source="access",
                kind=KEY,
                credential=KEY_CREDENTIAL,
                target=event.iot_id,
            )
            await drop_pass_scope(scope, tx, iot_id=event.iot_id, community_id=event.community_id)
            if door is None:
                await delivery.revoke(scope, tx, key, now_ms=now, reason="door_removed")

        await self._db.run(work)

        async def end_some(tx: Tx) -> bool:
            codes = await _qr_of_door.all(tx, iot_id=event.iot_id, community_id=event.community_id)
            for row in codes:
                await end_permission(scope, tx, row=row, reason="door_removed", now_ms=now)
            door_cards = await _cards_of_door.all(tx, iot_id=event.iot_id, community_id=event.community_id)
            for card in door_cards:
                await end_card(scope, tx, card=card, reason="door_removed", now_ms=now)
            return bool(codes or door_cards)

        while await self._db.run(end_some):
            pass


async def _end_code(scope: Scope, qr_code: str, tx: Tx, *, now_ms: int) -> None:
    rows = await queries.permissions_of_code(scope, tx, qr_code=qr_code)
    for row in rows.values():
        if row.live:
            await end_permission(scope, tx, row=row, reason="person_deleted", now_ms=now_ms)


async def _forget_name(tx: Tx, **who: Any) -> None:
    await _drop_door_person.run(tx, **who)
    await _unname_passes.run(tx, **who)
