"""What ends rights by itself: a code used up, a person deleted, a door gone. Jobs after the commit, idempotent."""

from sqlalchemy import bindparam, select

from linli.delivery import service as delivery
from linli.delivery.schemas import Grant
from linli.domains.access.events import DoorPersonDeleted, DoorRemoved, QrUsedUp
from linli.domains.access.models import cards, qr_permissions
from linli.domains.access.queries import permissions as queries
from linli.domains.access.queries.doors import find_door
from linli.domains.access.queries.persons import owner_of_credential
from linli.domains.access.rows import Card, QrPermissionRow
from linli.domains.access.service.cards import end_card
from linli.domains.access.service.kinds import KEY, KEY_CREDENTIAL
from linli.domains.access.service.qr import end_permission
from linli.kernel.db import INT, Database, Query
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
    .limit(CHUNK),
    Card,
    unscoped=_HERE,
)


class Endings:
    """The *after* handlers of this room's own events."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def qr_used_up(self, event: QrUsedUp) -> None:
        """Take a code that all doors count together off every one of them, unless it was bound anew since."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        async with self._db.begin() as tx:
            code = await queries.code_at_pass(tx, tenant_id=event.tenant_id, qr_code=event.qr_code)
            rows = await queries.permissions_of_code(scope, tx, qr_code=event.qr_code)
            for row in rows.values():
                if code is not None and row.live and row.shared and code.shared_used >= row.max_scans >= 0:
                    await end_permission(scope, tx, row=row, reason="used_up", now_ms=now)

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
            async with self._db.begin() as tx:
                rows = await queries.permissions_of_code(scope, tx, qr_code=code.qr_code)
                for row in rows.values():
                    if row.live:
                        await end_permission(scope, tx, row=row, reason="person_deleted", now_ms=now)
        async with self._db.begin() as tx:
            for card in await queries.cards_of_person(tx, **who):
                await end_card(scope, tx, card=card, reason="person_deleted", now_ms=now)

    async def door_removed(self, event: DoorRemoved) -> None:
        """End every right that the community had given on a door, a hundred a transaction."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        door = await find_door(scope, self._db, iot_id=event.iot_id)
        if door is not None and door.community_id == event.community_id:
            return
        async with self._db.begin() as tx:
            key = Grant(
                community_id=event.community_id, source="access", kind=KEY, credential=KEY_CREDENTIAL,
                target=event.iot_id,
            )  # fmt: skip
            if door is None:
                await delivery.revoke(scope, tx, wish=key, now_ms=now, reason="door_removed")
        while True:
            async with self._db.begin() as tx:
                codes = await _qr_of_door.all(tx, iot_id=event.iot_id, community_id=event.community_id)
                for row in codes:
                    await end_permission(scope, tx, row=row, reason="door_removed", now_ms=now)
                found = await _cards_of_door.all(tx, iot_id=event.iot_id, community_id=event.community_id)
                for card in found:
                    await end_card(scope, tx, card=card, reason="door_removed", now_ms=now)
            if not codes and not found:
                return
