"""Reactions of the intercom: what belongs to a door or house that goes, goes with it."""

from linli.domains.access.events import DoorRemoved
from linli.domains.communities.events import SpaceDeleting
from linli.domains.intercom.service.doors import forget_door, forget_house
from linli.kernel.db import Tx


async def door_removed(tx: Tx, event: DoorRemoved) -> None:
    """Inline: a door that left its community, or was deleted, keeps neither number nor rooms."""
    await forget_door(tx, tenant_id=event.tenant_id, iot_id=event.iot_id)


async def space_deleting(tx: Tx, event: SpaceDeleting) -> None:
    """Inline: a house that goes has no group any more. The group stays: doors may ring it."""
    await forget_house(tx, tenant_id=event.tenant_id, space_id=event.space_id)
