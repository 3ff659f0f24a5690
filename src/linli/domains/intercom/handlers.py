"""Reactions of the intercom: what belongs to a door, house or member that goes, goes with it; what comes is served."""

from linli.domains.access.events import DoorMoved, DoorRegistered, DoorRemoved
from linli.domains.communities.events import CommunityServiceChanged, SpaceChanged, SpaceDeleting
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.intercom.queries.doors import rooms_of_door
from linli.domains.intercom.service.delivering import want_rooms
from linli.domains.intercom.service.derived import Derivation, group_of_house
from linli.domains.intercom.service.doors import forget_door, forget_house
from linli.domains.intercom.service.ending import (
    end_community,
    end_door,
    end_home_rules,
    end_house,
    end_members,
)
from linli.domains.people.events import ResidentsMovedIn, ResidentsMovedOut
from linli.kernel.db import Tx
from linli.kernel.scope import Scope


async def door_removed(tx: Tx, event: DoorRemoved) -> None:
    """Inline: a door that left its community, or was deleted, keeps neither number nor rooms."""
    await end_door(tx, tenant_id=event.tenant_id, iot_id=event.iot_id, now_ms=tx.db.clock.now_ms())
    await forget_door(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)


async def door_moved(tx: Tx, event: DoorMoved) -> None:
    """Inline: rooms may be keyed otherwise where it stands now."""
    scope = Scope.system(event.tenant_id, "intercom")
    if await rooms_of_door(scope, tx, iot_id=event.iot_id):
        await want_rooms(
            scope,
            tx,
            iot_id=event.iot_id,
            community_id=event.community_id,
            now_ms=tx.db.clock.now_ms(),
        )


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a house that goes has no group any more. One that an application made stays: doors may ring it."""
    await forget_house(tx, tenant_id=event.tenant_id, space_id=event.space_id)
    await end_house(
        tx,
        tenant_id=event.tenant_id,
        space_id=event.space_id,
        group_id=group_of_house(event.space_id),
        now_ms=tx.db.clock.now_ms(),
    )


async def residents_moved_out(tx: Tx, event: ResidentsMovedOut) -> None:
    """Inline: their phones are logged out and ring no more."""
    homes = [(tie.house_id, tie.identity_id) for tie in event.ties]
    for end in (end_members, end_home_rules):
        await end(tx, tenant_id=event.tenant_id, homes=homes, now_ms=tx.db.clock.now_ms())


async def service_changed(tx: Tx, event: CommunityServiceChanged) -> None:
    """Inline: a service that rests or is over ends the accounts that nobody made."""
    if event.state != RUNNING:
        await end_community(
            tx, tenant_id=event.tenant_id, community_id=event.community_id, now_ms=tx.db.clock.now_ms()
        )


class Derive:
    """What is derived follows after the commit. Idempotent."""

    def __init__(self, derivation: Derivation) -> None:
        self._derivation = derivation

    async def door_registered(self, event: DoorRegistered) -> None:
        await self._derivation.bring_in_line(event.tenant_id, event.community_id)

    async def door_moved(self, event: DoorMoved) -> None:
        await self._derivation.bring_door_in_line(event.tenant_id, event.community_id, event.iot_id)

    async def spaces_changed(self, event: SpaceChanged) -> None:
        """A building's new name is that of its houses' rooms, too."""
        ids = [] if event.type == "delete" else event.ids
        await self._derivation.bring_in_line(event.tenant_id, event.community_id, ids)

    async def residents_moved_in(self, event: ResidentsMovedIn) -> None:
        ids = sorted({tie.house_id for tie in event.ties})
        await self._derivation.bring_in_line(event.tenant_id, event.community_id, ids)

    async def service_runs(self, event: CommunityServiceChanged) -> None:
        await self._derivation.bring_in_line(event.tenant_id, event.community_id)
