"""Handlers of visits: passes at doors, doors that come and go, and residents who move out."""

from functools import partial

from linli.domains.access.events import DoorRegistered, PassRecorded
from linli.domains.people.events import ResidentsMovedOut, UsersErased
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.rows import EXPECTED
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.passes import SEND, Passes, PassToSend
from linli.kernel import outbox
from linli.kernel.db import Database, Tx
from linli.kernel.scope import Scope


class VisitorHandlers:
    def __init__(self, db: Database, passes: Passes) -> None:
        self._db = db
        self._passes = passes

    async def passed(self, tx: Tx, event: PassRecorded) -> None:
        """Inline: a visitor whom a door let in has arrived."""
        if event.code == 0 and event.identity_id:
            await visits.passed(
                tx,
                tenant_id=event.tenant_id,
                community_id=event.community_id,
                identity_id=event.identity_id,
                at_ms=event.passed_ms,
            )

    async def changed(self, tx: Tx, event: VisitChanged) -> None:
        """Inline: an expected visitor is sent the pass once, after the commit."""
        if event.state == EXPECTED:
            await outbox.add(tx, SEND, PassToSend(event.tenant_id, event.apply_id))

    async def door_registered(self, event: DoorRegistered) -> None:
        """After: visitors who are expected pass a new door on their way too."""
        await self._passes.follow_all(event.tenant_id, event.community_id)

    async def moved_out(self, event: ResidentsMovedOut) -> None:
        """After: a resident's invitations to their house end when they no longer live there."""
        scope = Scope.system(event.tenant_id, "visitors")
        for tie in event.ties:
            await self._db.run(
                partial(
                    visits.host_left,
                    scope,
                    house_id=tie.house_id,
                    person_id=tie.person_id,
                    now_ms=self._db.clock.now_ms(),
                )
            )

    async def erased(self, event: UsersErased) -> None:
        """After: remove an erased person's identity from their stored visits."""
        scope = Scope.system(event.tenant_id, "erasure")
        for identity_id in event.identity_ids:
            await self._db.run(
                partial(
                    visits.forget,
                    scope,
                    community_id=event.community_id,
                    identity_id=identity_id,
                    now_ms=self._db.clock.now_ms(),
                )
            )
