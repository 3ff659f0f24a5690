"""The resident's keys: doors that open for them, the code to show, and where they passed."""

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from linli.delivery import service as delivery
from linli.delivery.queries import rows_of_subject
from linli.domains.access import entry_facts as entry
from linli.domains.access.console.entry import EntryAnswer, answer_for_pass, answer_of
from linli.domains.access.errors import (
    CredentialTaken,
    CredentialUnknown,
    DoorUnknown,
    NoKey,
    PersonUnknown,
    PinTaken,
    TriedTooOften,
)
from linli.domains.access.hours import words_of
from linli.domains.access.queries import credentials as credential_queries
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries import keys, passes
from linli.domains.access.queries.places import places
from linli.domains.access.queries.readings import readings_of
from linli.domains.access.refusal_facts import is_refused
from linli.domains.access.resident_readers import reader_routes
from linli.domains.access.rows import Pass
from linli.domains.access.service import credentials, home_keys, qr
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import PIN, short_kind
from linli.domains.access.service.remote import remote_open
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED
from linli.things.downlink.invoker import Invoker
from linli.things.queries.devices import find_devices

SHOWN_MS = 5 * 60_000
"""How long a code on the screen opens: long enough for a slow door, too short to be passed on."""
REASON = "resident"
HOUR_MS = 3_600_000


class MyDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    community_id: str
    name: str
    place: str
    direction: str
    online: bool
    code: Annotated[bool, Meta(description="Opens by the QR code of `POST …/key`.")]
    hours_words: Annotated[str, Meta(description="When it opens, in words; empty: at all hours.")]
    own_code: Annotated[
        bool, Meta(description="Its scanner reads no encrypted code: show that of `POST …/code`.")
    ]
    bluetooth: Annotated[bool, Meta(description="Opens by Bluetooth, with what `GET …/bluetooth` tells.")]


class MyKey(msgspec.Struct, rename="camel", frozen=True):
    text: Annotated[str, Meta(description="What the QR picture holds.")]
    expires_ms: int


class DoorOpened(msgspec.Struct, rename="camel", frozen=True):
    answered_ms: int
    took_ms: int


class Redelivered(msgspec.Struct, rename="camel", frozen=True):
    due: Annotated[int, Meta(description="Keys on their way to the door now.")]


class MyPass(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    door_name: str
    kind: Annotated[str, Meta(description="CARD, PASSWORD, QRCODE, BleCARD or FACE")]
    direction: str
    passed: bool
    code: Annotated[int, Meta(description="Pass result code; 0: passed")]
    iot_id: str
    reason: str


key_routes = Routes("/communities/{community_id:int}", tags=("doors",))


@key_routes.get("/doors")
async def my_doors(community_id: int, resident: Resident, db: Database, clock: Clock) -> list[MyDoor]:
    """Doors on which a card, a code or a face of the resident holds now."""
    scope, identity_id = resident.person_in(community_id)
    desired_rows = await keys.rights_now(
        scope, db, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
    )
    rights, hours = keys.kinds_at_doors(desired_rows), keys.schedules_at_doors(desired_rows)
    doors = await queries.find_doors(scope, db, iot_ids=sorted(rights))
    devices = {
        device_row.iot_id: device_row for device_row in await find_devices(scope, db, iot_ids=sorted(doors))
    }
    where = await places(scope, db, space_ids=[door.space_id for door in doors.values()])
    reading = await readings_of(scope, db, doors.values())
    rows = [
        MyDoor(
            door.iot_id,
            str(door.community_id),
            door.name,
            where.get(door.space_id, ""),
            door.direction,
            bool((device := devices.get(door.iot_id)) and device.online),
            "qr" in rights[door.iot_id],
            words_of(hours[door.iot_id], resident.language) if hours[door.iot_id] else "",
            "qr" in rights[door.iot_id] and reading[door.iot_id][0].plain,
            "ble" in rights[door.iot_id] and bool(reading[door.iot_id][1]),
        )
        for door in doors.values()
    ]
    return sorted(rows, key=lambda row: (not row.online, row.place == "", row.name))


@key_routes.post("/doors/{iot_id:str}/open", status=200, raises=(DoorUnknown,))
async def open_door(
    community_id: int, iot_id: str, resident: Resident, db: Database, clock: Clock, ids: Ids, invoker: Invoker
) -> DoorOpened:
    """Open one of these doors remotely and wait for the door's own answer; it is recorded like every opening."""
    scope, identity_id = resident.person_in(community_id)
    rights = await keys.rights_of_person(
        scope, db, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
    )
    if iot_id not in rights:
        raise DoorUnknown(iot_id)
    done = await remote_open(
        scope, db, invoker=invoker, iot_id=iot_id, reason=f"{REASON} {identity_id}", ids=ids, clock=clock
    )
    answered_ms = done.answered_ms or done.asked_ms
    return DoorOpened(answered_ms, answered_ms - done.asked_ms)


@key_routes.post("/key", status=200, raises=(NoKey,))
async def show_key(community_id: int, resident: Resident, tx: Tx, clock: Clock, door_keys: DoorKeys) -> MyKey:
    """The code to show to a door, for five minutes. Raises NoKey when the property gave none yet."""
    scope, identity_id = resident.person_in(community_id)
    now_ms = clock.now_ms()
    code = await home_keys.best_code(
        scope, tx, community_id=community_id, identity_id=identity_id, now_ms=now_ms
    )
    text = await qr.encrypt_own_code(
        scope, tx, qr_code=code, community_id=community_id, expires_ms=now_ms + SHOWN_MS, keys=door_keys,
        now_ms=now_ms,
    )  # fmt: skip
    return MyKey(text, now_ms + SHOWN_MS)


WhichDoor = Annotated[str, Meta(description="Default: where one was refused last.")]
WhichPass = Annotated[int, Meta(description="The refused pass at this door.")]


@key_routes.get("/why", raises=(DoorUnknown,))
async def why(
    community_id: int,
    resident: Resident,
    db: Database,
    clock: Clock,
    iot_id: WhichDoor = "",
    pass_id: WhichPass = 0,
) -> EntryAnswer:
    """Why a door does not open to the resident: of a refused pass why it was refused, and how it is now.

    Raises DoorUnknown, also when there is nothing to ask about.
    """
    scope, identity_id = resident.person_in(community_id)
    refused = await _refused(scope, db, PassOf(community_id, identity_id, iot_id, pass_id))
    wanted = refused.iot_id if refused else iot_id or await _a_door(scope, db, community_id, identity_id)
    door = await queries.get_door(scope, db, iot_id=wanted)
    now_ms = clock.now_ms()
    if refused is not None and is_refused(refused):
        return await answer_for_pass(
            scope, db, door=door, row=refused, now_ms=now_ms, language=resident.language
        )
    facts = await entry.gather(scope, db, door=door, identity_id=identity_id, now_ms=now_ms)
    return answer_of(door, facts, resident.language)


class PassOf(NamedTuple):
    """The pass that a resident asks about."""

    community_id: int
    identity_id: str
    iot_id: str
    pass_id: int


async def _refused(scope: Scope, db: Database, asked: PassOf) -> Pass | None:
    """The pass that is asked about, if it is the person's own; without door and number their last refused one."""
    if asked.pass_id:
        row = await passes.find_pass(scope, db, iot_id=asked.iot_id, pass_id=asked.pass_id)
        return row if row is not None and row.identity_id == asked.identity_id else None
    if asked.iot_id:
        return None
    where = passes.PassFilter(community_id=asked.community_id, identity_id=asked.identity_id, refused=True)
    page = await passes.list_passes(scope, db, where=where, page=PageRequest(1, 1))
    return page.data[0] if page.data else None


async def _a_door(scope: Scope, db: Database, community_id: int, identity_id: str) -> str:
    """iotId of a door that serves the person; else of any."""
    serving = await keys.serving_doors(scope, db, community_id=community_id, identity_id=identity_id)
    every = serving or [door.iot_id for door in await queries.all_doors(scope, db, community_id=community_id)]
    return every[0] if every else ""


@key_routes.post("/doors/{iot_id:str}/redeliver", status=200, raises=(NotFound, DoorUnknown, TriedTooOften))
async def redeliver(
    community_id: int, iot_id: str, resident: Resident, db: Database, clock: Clock
) -> Redelivered:
    """Have one's own keys brought to a door again. Raises DoorUnknown, TriedTooOften."""
    scope, identity_id = resident.person_in(community_id)
    now = clock.now_ms()
    door = await queries.get_door(scope, db, iot_id=iot_id)
    async with db.begin() as tx:
        await credentials.count_try(tx, key=f"redeliver:{identity_id}", community_id=community_id, now_ms=now)
    rows = await rows_of_subject(scope, db, community_id=community_id, subject=identity_id)
    waiting = [
        row.id for row in rows if row.device == door.iot_id and row.content and row.status != "transferred"
    ]
    async with db.begin() as tx:
        return Redelivered(await delivery.retry(scope, tx, row_ids=waiting, now_ms=now))


class PassesSince(Filter, frozen=True):
    """From when on."""

    from_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=0, name="from")


@key_routes.get("/passes")
async def my_passes(
    community_id: int, resident: Resident, db: Database, page: PageRequest, asked: PassesSince
) -> Page[MyPass]:
    """Doors where the resident passed or was refused, newest first; of this resident only."""
    scope, identity_id = resident.person_in(community_id)
    where = passes.PassFilter(
        community_id=community_id,
        identity_id=identity_id,
        from_ms=asked.from_ms,
    )
    matches = await passes.list_passes(scope, db, where=where, page=page)
    rows = [
        MyPass(
            str(row.id),
            row.passed_ms,
            row.door_name,
            row.type,
            row.direction,
            row.code == 0,
            row.code,
            row.iot_id,
            row.message,
        )
        for row in matches.data
    ]
    return Page.of(page, matches.total, rows)


class MyCredential(msgspec.Struct, rename="camel", frozen=True):
    id: str
    kind: Literal["card", "ble", "pin"]
    number: Annotated[str, Meta(description="Its last digits; empty for a PIN.")]
    label: Annotated[str, Meta(description="own: the PIN chosen oneself; once: given to a visitor.")]
    starts_ms: int
    ends_ms: int
    uses_left: int | None
    hours_words: Annotated[str, Meta(description="When it opens, in words; empty: at all hours.")]


class OwnPin(msgspec.Struct, rename="camel"):
    pin: Annotated[str, Meta(description="6 to 8 digits, not too simple.")]


class VisitorPin(msgspec.Struct, rename="camel", frozen=True):
    pin: Annotated[str, Meta(description="Told this once.")]
    ends_ms: int
    uses: int


class VisitorPinIn(msgspec.Struct, rename="camel"):
    hours: Annotated[int, Meta(ge=1, le=24)] = 4
    uses: Annotated[int, Meta(ge=1, le=10, description="Each door that opens counts one.")] = 4


credential_routes = Routes("/communities/{community_id:int}/credentials", tags=("doors",))


@credential_routes.get()
async def mine(community_id: int, resident: Resident, db: Database) -> list[MyCredential]:
    """Cards and PINs of the resident that are in use."""
    scope, identity_id = resident.person_in(community_id)
    persons = await credential_queries.of_person(
        scope, db, community_id=community_id, identity_id=identity_id
    )
    return [
        MyCredential(
            str(credential.id),
            short_kind(credential.kind),
            "" if credential.kind == PIN else credential.credential[-4:],
            credential.label,
            credential.starts_ms,
            credential.ends_ms,
            None if credential.max_uses == UNLIMITED else max(credential.max_uses - credential.used, 0),
            words_of(credential.schedule, resident.language) if credential.schedule else "",
        )
        for credential in persons
    ]


@credential_routes.put("/pin", raises=(PinTaken, TriedTooOften))
async def choose_pin(
    community_id: int, data: OwnPin, resident: Resident, db: Database, ids: Ids, door_keys: DoorKeys
) -> None:
    """The resident's PIN at the doors that serve them, instead of the one before. Raises PinTaken, TriedTooOften."""
    scope, identity_id = resident.person_in(community_id)
    async with db.begin() as tx:
        await credentials.count_own_pin(
            tx, identity_id=identity_id, community_id=community_id, pin=data.pin, now_ms=db.clock.now_ms()
        )
    async with db.begin() as tx:
        row = await credentials.choose_own_pin(
            scope, tx, community_id=community_id, identity_id=identity_id, pin=data.pin, keys=door_keys,
            ids=ids, now_ms=db.clock.now_ms(),
        )  # fmt: skip
    if row is None:
        raise PinTaken(field="pin")


@credential_routes.post(
    "/visitor-pin", raises=(NotFound, CredentialTaken, DoorUnknown, PersonUnknown, TriedTooOften)
)
async def visitor_pin(
    community_id: int, data: VisitorPinIn, resident: Resident, tx: Tx, ids: Ids, door_keys: DoorKeys
) -> VisitorPin:
    """A PIN for somebody at the resident's doors, a few uses within hours. Raises TriedTooOften."""
    scope, identity_id = resident.person_in(community_id)
    now = tx.db.clock.now_ms()
    await credentials.count_try(tx, key=f"visitor-pin:{identity_id}", community_id=community_id, now_ms=now)
    wish = credentials.Wish(
        community_id, PIN, "", identity_id, label=credentials.ONCE, ends_ms=now + data.hours * HOUR_MS,
        max_uses=data.uses,
    )  # fmt: skip
    row, pin = await credentials.give(scope, tx, wish=wish, keys=door_keys, ids=ids, now_ms=now)
    return VisitorPin(pin, row.ends_ms, row.max_uses)


@credential_routes.delete("/{credential_id:int}", raises=(CredentialUnknown,))
async def take_back(community_id: int, credential_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Give up a PIN, or report a card as lost: doors forget it. Raises CredentialUnknown."""
    scope, identity_id = resident.person_in(community_id)
    row = await credential_queries.find(scope, tx, credential_id=credential_id)
    if row is None or row.identity_id != identity_id or row.community_id != community_id:
        raise CredentialUnknown()
    await credentials.end(scope, tx, row=row, reason="given_up", now_ms=clock.now_ms())


ROUTES = (key_routes, reader_routes, credential_routes)
