"""Persons' own keys follow from their homes, their groups and the pass scopes of doors.

Jobs after the commit, idempotent: each brings one person's key in line with the present state.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import batched

from linli.delivery import service as delivery
from linli.domains.access.events import DoorServiceSwitched, PassScopeChanged
from linli.domains.access.queries import keys as queries
from linli.domains.access.queries.keys import GROUP
from linli.domains.access.queries.settings import scopes_of_community, settings_of
from linli.domains.access.service import home_keys
from linli.domains.communities.events import CommunityZoneChanged, SpaceChanged
from linli.domains.communities.queries import spaces
from linli.domains.people.events import (
    AccountFrozen,
    EmployeesLeft,
    ResidentsMovedIn,
    ResidentsMovedOut,
    UserChanged,
    UsersErased,
)
from linli.kernel import tenancy
from linli.kernel.db import Database, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

FROZEN, DENIED = "frozen", "denied"
"""The two causes that suspend a person's rights: an integrator's frozen account, and the property's deny list."""
CHUNK = 100
"""Persons in one transaction."""


class KeyUpdates:
    def __init__(self, db: Database, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    async def residents_moved_in(self, event: ResidentsMovedIn) -> None:
        """Nothing follows where no door serves anybody yet: a whole town may have arrived."""
        scope = Scope.system(event.tenant_id, "access")
        if not (
            await scopes_of_community(scope, self._db, community_id=event.community_id)
            or (await settings_of(scope, self._db, community_id=event.community_id)).service_on
        ):
            return
        await self._follow(event.tenant_id, event.community_id, (tie.identity_id for tie in event.ties))

    async def residents_moved_out(self, event: ResidentsMovedOut) -> None:
        await self._follow(event.tenant_id, event.community_id, (tie.identity_id for tie in event.ties))

    async def employees_left(self, event: EmployeesLeft) -> None:
        """A staff key ends with the employment."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        for identity_id in event.identity_ids:
            await self._db.run(
                partial(
                    home_keys.take_staff_key,
                    scope,
                    community_id=event.community_id,
                    identity_id=identity_id,
                    reason="left",
                    now_ms=now,
                )
            )
        await self._follow(event.tenant_id, event.community_id, event.identity_ids)

    async def users_erased(self, event: UsersErased) -> None:
        await self._follow(event.tenant_id, event.community_id, event.identity_ids)

    async def user_changed(self, event: UserChanged) -> None:
        """Groups open doors too, where a door's pass scope names one."""
        scope = Scope.system(event.tenant_id, "access")
        rows = await scopes_of_community(scope, self._db, community_id=event.community_id)
        if any(row.kind == GROUP for row in rows):
            await self._follow(event.tenant_id, event.community_id, event.ids)

    async def pass_scope_changed(self, event: PassScopeChanged) -> None:
        """Saving a pass scope brings the keys of all its people to the door, or takes them off."""
        scope = Scope.system(event.tenant_id, "access")
        people = await queries.people_of(scope, self._db, refs=event.refs)
        await self._follow(event.tenant_id, event.community_id, people)

    async def space_changed(self, event: SpaceChanged) -> None:
        """A house may have come under another building."""
        if event.type != "update":
            return
        scope = Scope.system(event.tenant_id, "access")
        if not (await settings_of(scope, self._db, community_id=event.community_id)).service_on:
            return
        refs = [("space", str(space_id)) for space_id in event.ids]
        people = await queries.people_of(scope, self._db, refs=refs)
        await self._follow(event.tenant_id, event.community_id, people)

    async def service_switched(self, event: DoorServiceSwitched) -> None:
        """Everybody who lives here, or is in a group that a door serves, has a key from now on, or none."""
        scope = Scope.system(event.tenant_id, "access")
        root = (await spaces.root_ids(scope, self._db, [event.community_id])).get(event.community_id)
        rows = await scopes_of_community(scope, self._db, community_id=event.community_id)
        refs = sorted({(row.kind, row.ref) for row in rows if row.kind == GROUP})
        if root is not None:
            refs.append(("space", str(root)))
        people = await queries.people_of(scope, self._db, refs=refs)
        await self._follow(event.tenant_id, event.community_id, people)

    async def zone_changed(self, event: CommunityZoneChanged) -> None:
        """Rights with hours hold by other clocks from now on."""
        await self._db.run(
            lambda tx: delivery.hours_moved(
                tx, tenant_id=event.tenant_id, community_id=event.community_id, now_ms=self._db.clock.now_ms()
            )
        )

    async def account_frozen(self, event: AccountFrozen) -> None:
        """Doors follow a frozen account in the project's communities that say so; unfrozen, they open again."""
        scope, now = Scope.system(event.tenant_id, "access"), self._db.clock.now_ms()
        project = await tenancy.communities_of(
            self._db, project_id=event.project_id, tenant_id=event.tenant_id
        )
        for community_id in sorted(project):
            settings = await settings_of(scope, self._db, community_id=community_id)
            if event.frozen and not settings.freeze_doors:
                continue
            follow: Callable[..., Awaitable[object]] = delivery.hold if event.frozen else delivery.lift
            await self._db.run(
                partial(
                    follow,
                    scope,
                    community_id=community_id,
                    subject=event.identity_id,
                    source=FROZEN,
                    now_ms=now,
                )
            )

    async def _follow(self, tenant_id: str, community_id: int, identity_ids: Iterable[str]) -> None:
        scope = Scope.system(tenant_id, "access")
        settings = await settings_of(scope, self._db, community_id=community_id)
        rows = await scopes_of_community(scope, self._db, community_id=community_id)
        groups = {row.ref for row in rows if row.kind == GROUP}
        for chunk in batched(dict.fromkeys(identity_ids), CHUNK, strict=False):
            on = bool(settings.service_on)
            await self._db.run(
                partial(
                    self._follow_some, scope, community_id=community_id, people=chunk, on=on, groups=groups
                )
            )

    async def _follow_some(
        self,
        scope: Scope,
        tx: Tx,
        *,
        community_id: int,
        people: Sequence[str],
        on: bool,
        groups: set[str],
    ) -> None:
        now = self._db.clock.now_ms()
        refs = await queries.refs_of_many(scope, tx, community_id=community_id, identity_ids=list(people))
        holders = [
            who for who in people if on and any(kind != GROUP or ref in groups for kind, ref in refs[who])
        ]
        await home_keys.give_home_keys(
            scope, tx, community_id=community_id, identity_ids=holders, ids=self._ids, now_ms=now
        )
        kept = set(holders)
        for who in people:
            if who not in kept:
                await home_keys.take_home_key(
                    scope,
                    tx,
                    community_id=community_id,
                    identity_id=who,
                    reason="moved_out" if on else "service_off",
                    now_ms=now,
                )
        # Faces and cards that follow the pass scope come and leave with it, whether or not there was a key.
        await home_keys.reach_anew(tx, community_id=community_id, identity_ids=people)
