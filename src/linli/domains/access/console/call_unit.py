"""The one unit whose indoor units an intercom door rings."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.places import places
from linli.domains.access.service import scopes
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class CallUnit(msgspec.Struct, rename="camel", frozen=True):
    space_id: str | None
    place: Annotated[str, Meta(description="Building and unit; empty: the door calls nobody.")]


class CallUnitIn(msgspec.Struct, rename="camel"):
    space_id: Annotated[int | None, Meta(description="A unit of the community; null: none.")]


call_unit_routes = Routes("/doors/{iot_id:str}/call-unit", tags=("doors",))


@call_unit_routes.get(right="devices.use", raises=(DoorUnknown,))
async def show(iot_id: str, scope: Scope, db: Database) -> CallUnit:
    """The unit that the door calls."""
    door = await get_door(scope, db, iot_id=iot_id)
    names = await places(scope, db, space_ids=[door.call_space_id])
    called = None if door.call_space_id is None else str(door.call_space_id)
    return CallUnit(called, names.get(door.call_space_id, ""))


@call_unit_routes.put(right="devices.manage", raises=(NotFound, DoorUnknown))
async def change(iot_id: str, data: CallUnitIn, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Set which unit the door station calls; this is apart from the places it serves."""
    await scopes.set_call_scope(scope, tx, iot_id=iot_id, space_id=data.space_id, now_ms=clock.now_ms())
