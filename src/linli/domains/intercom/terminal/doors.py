"""Doors at an indoor terminal: opened from its main page, and looked through. Source: spec A RES-10, PM-18."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.access.service.remote import remote_open
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    CannotSee,
    DeskOfViews,
    DoorAway,
    DoorBusy,
    PagePlace,
    PagesOff,
    VoiceTaken,
)
from linli.domains.intercom.errors import VoiceAlone
from linli.domains.intercom.queries import doors as numbers
from linli.domains.intercom.queries.permissions import sees_doors
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.queries.terminals import doors_of_terminal
from linli.domains.intercom.resident_answering import OnePage, PageAnswer
from linli.domains.intercom.resident_views import DoorView, PageVoice
from linli.domains.intercom.service.terminal_doors import door_to_open
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import find_devices


class TerminalDoor(msgspec.Struct, rename="camel", frozen=True):
    """A door that the terminal may open."""

    iot_id: str
    name: str
    place: str
    online: bool
    watch: Annotated[bool, Meta(description="Its camera can be looked through now.")]
    own: Annotated[bool, Meta(description="The door of the house's unit.")]


door_routes = Routes("/doors", tags=("intercom",))
view_routes = Routes("/doors/{iot_id:str}/view", tags=("intercom",))
_REFUSALS = (DoorUnknown, PagesOff, CallOver)


@door_routes.get()
async def own_doors(
    terminal: BoundTerminal, db: Database, clock: Clock, answering: Answering
) -> list[TerminalDoor]:
    """Those that ring the house; at the office, those of the community. The unit's own door first."""
    scope, row = terminal.scope, terminal.terminal
    usable = await doors_of_terminal(scope, db, row)
    doors = await find_doors(scope, db, iot_ids=usable)
    devices = {device.iot_id: device for device in await find_devices(scope, db, iot_ids=usable)}
    where = await places(scope, db, space_ids=[door.space_id for door in doors.values()])
    issued = {
        door.iot_id: door.number for door in await numbers.numbers_of_community(scope, db, row.community_id)
    }
    there = await logged_in(
        db, tenant_id=scope.tenant, numbers=sorted(issued.values()), now_ms=clock.now_ms()
    )
    own = await _own_door(terminal, db)
    sees = answering.on and await sees_doors(db, row.number)
    shown = [
        TerminalDoor(
            iot_id=iot_id,
            name=doors[iot_id].name,
            place=where.get(doors[iot_id].space_id, ""),
            online=iot_id in devices and devices[iot_id].state == "online",
            watch=sees and issued.get(iot_id) in there,
            own=iot_id == own,
        )
        for iot_id in usable
        if iot_id in doors
    ]
    return sorted(shown, key=lambda door: (not door.own, door.place, door.name, door.iot_id))


@door_routes.post(
    "/{iot_id:str}/open", raises=(DoorUnknown, DeviceOffline, DeviceSilent, DeviceRefused), status=204
)
async def open_door(
    iot_id: str, terminal: BoundTerminal, db: Database, invoker: Invoker, ids: Ids, clock: Clock
) -> None:
    """Answers once the door has opened; kept like every opening from afar."""
    await remote_open(
        terminal.scope,
        db,
        invoker=invoker,
        iot_id=await door_to_open(terminal.scope, db, terminal.terminal, iot_id),
        reason=f"terminal {terminal.terminal.bind_id}",
        ids=ids,
        clock=clock,
    )


@view_routes.post(raises=(*_REFUSALS, VoiceAlone, DoorBusy, DoorAway, CannotSee), status=200)
async def watch_door(
    iot_id: str, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering, place: PagePlace
) -> DoorView:
    """Have the door answer silently, for a minute. One terminal looks at a time; asked again, it is offered anew."""
    views, door = await _view(iot_id, terminal, db, answering)
    number = terminal.terminal.number
    if not await sees_doors(db, number):
        raise VoiceAlone()
    return DoorView(await views.watch(door, number, data.page, place.address, terminal=True))


@view_routes.put("/picture", raises=(*_REFUSALS, CannotSee))
async def see_through_door(
    iot_id: str, data: PageAnswer, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """The browser's answer: picture and sound come from now on; the door hears nothing."""
    views, door = await _view(iot_id, terminal, db, answering)
    views.see(door, terminal.terminal.number, data.page, data.description.encode())


@view_routes.put("/voice", raises=(*_REFUSALS, VoiceTaken))
async def talk_through_door(
    iot_id: str, data: PageVoice, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """Talk, or be silent again."""
    views, door = await _view(iot_id, terminal, db, answering)
    views.talk(door, terminal.terminal.number, data.page, on=data.on)


@view_routes.post("/leave", raises=(DoorUnknown, PagesOff), status=204)
async def leave_door(
    iot_id: str, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """Look no more; the door is hung up once nobody looks."""
    views, door = await _view(iot_id, terminal, db, answering)
    views.leave(door, terminal.terminal.number, data.page)


async def _view(
    iot_id: str, terminal: BoundTerminal, db: Database, answering: Answering
) -> tuple[DeskOfViews, str]:
    """The desk, and the door's number. Raises DoorUnknown, PagesOff."""
    wanted = await door_to_open(terminal.scope, db, terminal.terminal, iot_id)
    row = await numbers.door_number(terminal.scope, db, wanted)
    if row is None:
        raise DoorUnknown(iot_id)
    return answering.views, row.number


async def _own_door(terminal: BoundTerminal, db: Database) -> str:
    """Empty: none, or which of several nobody can say."""
    if not terminal.at_home:
        return ""
    try:
        return await door_to_open(terminal.scope, db, terminal.terminal, "")
    except (BadInput, NotFound):
        return ""


ROUTES = (view_routes, door_routes)
