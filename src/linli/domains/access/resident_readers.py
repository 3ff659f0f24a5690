"""Where the encrypted code of the key page does not help: a code of the door's own form, and the phone's Bluetooth."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown, NoKey, TriedTooOften
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries import keys
from linli.domains.access.queries.places import places
from linli.domains.access.queries.readings import readings_of
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.service import scan_codes
from linli.domains.access.service.credentials import count_try
from linli.domains.access.service.kinds import BLE
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids

MOST_CODES = 60
"""An hour and door: one every five minutes, and many impatient ones."""


class DoorCode(msgspec.Struct, rename="camel", frozen=True):
    text: Annotated[str, Meta(description="The code itself: what the QR picture holds. Opens its door once.")]
    expires_ms: int
    ready: Annotated[bool, Meta(description="The door has it; before that it opens nothing.")]
    used: bool


class BluetoothDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    name: str
    place: str
    ble_name: Annotated[str, Meta(description="As the door advertises itself: SRE and 13 digits.")]
    card: Annotated[str, Meta(description="The resident's own Bluetooth card number at this door.")]


class Bluetooth(msgspec.Struct, rename="camel", frozen=True):
    """The data with which a phone opens doors by itself, without any network."""

    order: Annotated[
        str, Meta(description="What the doors' keys are made from; empty: the property gave none.")
    ]
    doors: list[BluetoothDoor]


reader_routes = Routes("/communities/{community_id:int}", tags=("doors",))


AnotherCode = Annotated[bool, Meta(description="Another one, though the last is still good.")]


@reader_routes.post("/doors/{iot_id:str}/code", status=200, raises=(DoorUnknown, NoKey, TriedTooOften))
async def make_code(
    community_id: int, iot_id: str, resident: Resident, db: Database, ids: Ids, renew: AnotherCode = False
) -> DoorCode:
    """A code that this door's scanner can read, for one scan within five minutes; the one before ends.

    Raises DoorUnknown, TriedTooOften, and NoKey where no code of the resident opens the door or where it reads
    the encrypted ones.
    """
    scope, identity_id = resident.person_in(community_id)
    now = db.clock.now_ms()
    door = await queries.get_door(scope, db, iot_id=iot_id)
    async with db.begin() as tx:
        await count_try(
            tx, key=f"code:{identity_id}:{iot_id}", community_id=community_id, now_ms=now, most=MOST_CODES
        )
    async with db.begin() as tx:
        row = await scan_codes.show(
            scope, tx, door=door, identity_id=identity_id, ids=ids, now_ms=now, renew=renew
        )
    return _code(await scan_codes.shown_code(db, row))


@reader_routes.get("/doors/{iot_id:str}/code", raises=(DoorUnknown, NoKey))
async def show_code(
    community_id: int, iot_id: str, resident: Resident, db: Database, clock: Clock
) -> DoorCode:
    """How the code made last stands: whether the door has it, whether it was used. Raises DoorUnknown, NoKey."""
    scope, identity_id = resident.person_in(community_id)
    door = await queries.get_door(scope, db, iot_id=iot_id)
    code = await scan_codes.shown(scope, db, door=door, identity_id=identity_id, now_ms=clock.now_ms())
    if code is None:
        raise NoKey()
    return _code(code)


@reader_routes.get("/bluetooth")
async def bluetooth(community_id: int, resident: Resident, db: Database, clock: Clock) -> Bluetooth:
    """The resident's own doors with Bluetooth, and what their frames are made from."""
    scope, identity_id = resident.person_in(community_id)
    desired_rows = await keys.rights_now(
        scope,
        db,
        community_id=community_id,
        identity_id=identity_id,
        now_ms=clock.now_ms(),
    )
    cards = {row.device: row.credential for row in desired_rows if row.kind == BLE}
    doors = await queries.find_doors(scope, db, iot_ids=sorted(cards))
    reading = await readings_of(scope, db, doors.values())
    where = await places(scope, db, space_ids=[door.space_id for door in doors.values()])
    rows = [
        BluetoothDoor(
            door_row.iot_id, door_row.name, where.get(door_row.space_id, ""), name, cards[door_row.iot_id]
        )
        for door_row in doors.values()
        if (name := reading[door_row.iot_id][1])
    ]
    order = (await settings_of(scope, db, community_id=community_id)).ble_order
    return Bluetooth(order if rows else "", sorted(rows, key=lambda row: (row.place, row.name)))


def _code(code: scan_codes.ShownCode) -> DoorCode:
    return DoorCode(code.code, code.ends_ms, code.there, code.used)
