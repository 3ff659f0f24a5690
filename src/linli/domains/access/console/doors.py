"""Doors for the people who run a community: list, register, describe, open."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.delivery.queries import KindCount, counts_of_devices
from linli.domains.access.console.door_pins import DoorPins, door_pins
from linli.domains.access.console.pass_rows import PICTURE_SECONDS
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries.clocks import clocks_of_doors
from linli.domains.access.queries.places import places
from linli.domains.access.rows import Door
from linli.domains.access.service import doors as service
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import KEY
from linli.domains.access.service.remote import MAX_REASON, remote_open
from linli.domains.communities.addresses import in_words
from linli.domains.people.queries.callers import caller_names
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.rules.entry import CLOCK_TOLERANCE_MS
from linli.things.downlink.invoker import Invoker
from linli.things.queries.devices import find_devices
from linli.things.topology.outages import Boxes, OfflineCause, outages_of

CONFIRMED = "transferred"
GONE = "transferDeleted"
_KINDS = ("qr", "card", "face", "pin", "ble")
NEEDS_REPAIR = frozenset((
    "needManual", "unknownError", "deleteFailed", "transferTimeout", "deleteTimeout", "faceDlError",
    "faceCheckError", "faceCheckTimeout", "facePushError",
))  # fmt: skip


class KindCounts(msgspec.Struct, rename="camel", frozen=True):
    """How many rights of one kind have reached a door."""

    kind: Annotated[str, Meta(description="qr, card, face, pin or ble")]
    confirmed: int = msgspec.field(name="held")
    waiting: int
    failed: int


class DoorRow(msgspec.Struct, rename="camel", frozen=True):
    """One door, whether it is there, and how many rights have reached it."""

    iot_id: str
    name: str
    sn: str
    community_id: str
    space_id: str | None
    place: str
    direction: Literal["ENTRANCE", "EXIT"]
    online: bool
    last_seen_ms: int | None
    confirmed: int = msgspec.field(name="held")
    """Rights that the door confirmed."""
    waiting: int
    failed: int
    key_confirmed: bool = msgspec.field(name="keyHeld")
    """The door has the public key that encrypted codes are read with."""
    kinds: list[KindCounts]
    """Kinds of which the door has any, in the order people ask for."""
    clock_off_ms: int | None
    """How far the door's clock is ahead; null: never measured."""
    clock_wrong: bool
    """Far enough to refuse codes that are good."""
    clock_measured_ms: int | None
    cause: Annotated[
        OfflineCause | None,
        Meta(description="Offline because its gateway or box is; null: for itself, or online."),
    ]
    lift: bool
    """A lift with a reader in its car: passes open it as they open doors."""


class RemoteOpenRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    asked_ms: int
    answered_ms: int | None
    caller_name: str
    """The person or app that asked."""
    reason: str
    result: str
    """`asked`, `opened`, or the code of what went wrong."""
    picture_url: str
    """What the door saw then, for an hour; empty when it sent nothing."""


class DoorDetail(DoorRow, rename="camel", frozen=True):
    """The row and more of it."""

    product_key: str
    device_name: str
    ext_info: str
    created_ms: int
    opens: list[RemoteOpenRow]
    """The last remote openings."""
    pins: DoorPins | None
    """For doors with PINs, or with tries of PINs."""


class DoorRegistration(msgspec.Struct, rename="camel"):
    community_id: int
    sn: Annotated[str, Meta(description="As on the device's back.")]
    name: str
    product_key: Annotated[str, Meta(description="Needed when the serial number is not listed yet.")] = ""
    space_id: int | None = None
    direction: Literal["ENTRANCE", "EXIT"] = "ENTRANCE"


class DoorRegistered(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    product_key: str
    device_name: str
    device_secret: str | None
    """Shown once, and only for a device created by this call."""


class DoorDescription(msgspec.Struct, rename="camel"):
    name: str
    direction: Literal["ENTRANCE", "EXIT"]
    space_id: int | None = None
    ext_info: str = ""


class OpenRequest(msgspec.Struct, rename="camel"):
    reason: Annotated[str, Meta(description="Why; kept with who and when.")]


class DoorOpened(msgspec.Struct, rename="camel", frozen=True):
    answered_ms: int
    took_ms: int


def _counts_by_kind(counts: list[KindCount]) -> list[KindCounts]:
    numbers_by_kind = {kind: [0, 0, 0] for kind in _KINDS}
    for count in counts:
        numbers = numbers_by_kind.get(count.kind.rpartition(".")[2])
        if numbers is not None and count.status != GONE:
            numbers[0 if count.status == CONFIRMED else 2 if count.status in NEEDS_REPAIR else 1] += (
                count.rows
            )
    return [KindCounts(kind, *numbers) for kind, numbers in numbers_by_kind.items() if any(numbers)]


async def clocked(scope: Scope, db: Reader, rows: list[DoorRow], now_ms: int) -> list[DoorRow]:
    """The rows of a page with their doors' clocks, which take a look at each door's last passes."""
    clocks = await clocks_of_doors(scope, db, iot_ids=[row.iot_id for row in rows], now_ms=now_ms)
    return [
        msgspec.structs.replace(
            row,
            clock_off_ms=clock.off_ms,
            clock_wrong=abs(clock.off_ms) > CLOCK_TOLERANCE_MS,
            clock_measured_ms=clock.measured_ms,
        )
        if (clock := clocks.get(row.iot_id))
        else row
        for row in rows
    ]


async def door_rows(scope: Scope, db: Reader, boxes: Boxes, doors: list[Door]) -> list[DoorRow]:
    """Rows with what the doors' devices, places and deliveries add."""
    iot_ids = [door.iot_id for door in doors]
    devices = {device.iot_id: device for device in await find_devices(scope, db, iot_ids=iot_ids)}
    outages = await outages_of(scope, db, boxes, devices.values())
    where = await places(scope, db, space_ids=[door.space_id for door in doors])
    counts: dict[str, list[KindCount]] = {}
    for count in await counts_of_devices(scope, db, devices=iot_ids):
        counts.setdefault(count.device, []).append(count)
    rows = []
    for door in doors:
        device = devices.get(door.iot_id)
        own = counts.get(door.iot_id, [])
        rights = [count for count in own if count.kind != KEY]
        rows.append(
            DoorRow(
                iot_id=door.iot_id,
                name=door.name,
                sn=door.sn,
                community_id=str(door.community_id),
                space_id=None if door.space_id is None else str(door.space_id),
                place=where.get(door.space_id, ""),
                direction="EXIT" if door.direction == "EXIT" else "ENTRANCE",
                online=bool(device and device.online),
                last_seen_ms=device.last_seen_ms if device else None,
                confirmed=sum(count.rows for count in rights if count.status == CONFIRMED),
                waiting=sum(
                    count.rows for count in own if count.status not in (CONFIRMED, GONE, *NEEDS_REPAIR)
                ),
                failed=sum(count.rows for count in own if count.status in NEEDS_REPAIR),
                key_confirmed=any(count.kind == KEY and count.status == CONFIRMED for count in own),
                kinds=_counts_by_kind(rights),
                clock_off_ms=None,
                clock_wrong=False,
                clock_measured_ms=None,
                cause=outages[door.iot_id].cause if door.iot_id in outages else None,
                lift=bool(device and device.category_code in service.LIFTS),
            )
        )
    return rows


def _matches(row: DoorRow, text: str, presence: str | None) -> bool:
    wanted = text.strip().lower()
    if presence is not None and row.online != (presence == "online"):
        return False
    if presence == "alone" and row.cause is not None:
        return False
    return any(wanted in part.lower() for part in (row.name, row.sn, row.place, in_words(row.place, "zh-CN")))


door_routes = Routes("/doors", tags=("doors",))


class DoorFilter(Filter, frozen=True):
    """Doors, as their list is asked for."""

    community_id: int | None = None
    q: Annotated[str, Meta(description="Part of the name, serial number or place.")] = ""
    state: Annotated[
        Literal["online", "offline", "alone"] | None,
        Meta(description="alone: offline by itself, not because its gateway or box is."),
    ] = None


@door_routes.get(right="devices.use")
async def list_doors(
    scope: Scope, db: Database, boxes: Boxes, clock: Clock, page: PageRequest, where: DoorFilter
) -> Page[DoorRow]:
    """Doors by name, with how far their rights have got."""
    if not where.q.strip() and where.state is None:
        doors = await queries.list_doors(scope, db, page=page, community_id=where.community_id)
        rows = await door_rows(scope, db, boxes, doors.data)
        return Page.of(page, doors.total, await clocked(scope, db, rows, clock.now_ms()))
    # Other rooms know state and place; a site has only hundreds of doors, so they are filtered here.
    every = await queries.all_doors(scope, db, community_id=where.community_id)
    rows = await door_rows(scope, db, boxes, every)
    kept = [row for row in rows if _matches(row, where.q, where.state)]
    shown = kept[page.offset : page.offset + page.page_size]
    return Page.of(page, len(kept), await clocked(scope, db, shown, clock.now_ms()))


@door_routes.get("/{iot_id:str}", right="devices.use", raises=(DoorUnknown,))
async def show_door(
    iot_id: str, scope: Scope, db: Database, boxes: Boxes, clock: Clock, objects: ObjectStore
) -> DoorDetail:
    """One door with its last remote openings."""
    door = await queries.get_door(scope, db, iot_id=iot_id)
    (row,) = await clocked(scope, db, await door_rows(scope, db, boxes, [door]), clock.now_ms())
    opens = await queries.remote_opens_of(scope, db, iot_id=iot_id)
    callers = await caller_names(db, {opening.caller for opening in opens})
    return DoorDetail(
        **msgspec.structs.asdict(row),
        product_key=door.product_key,
        device_name=door.device_name,
        ext_info=door.ext_info,
        created_ms=door.created_ms,
        opens=[
            RemoteOpenRow(
                str(remote_open_row.id),
                remote_open_row.asked_ms,
                remote_open_row.answered_ms,
                callers.get(remote_open_row.caller, remote_open_row.caller),
                remote_open_row.reason,
                remote_open_row.result,
                objects.url(remote_open_row.picture, expires_s=PICTURE_SECONDS)
                if remote_open_row.picture
                else "",
            )
            for remote_open_row in opens
        ],
        pins=await door_pins(
            scope, db, door, has_any=any(kind.kind == "pin" for kind in row.kinds), now_ms=clock.now_ms()
        ),
    )


@door_routes.post(right="devices.manage", raises=(NotFound,))
async def register(
    data: DoorRegistration, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets, door_keys: DoorKeys
) -> DoorRegistered:
    """Register a door by its serial number; an unknown device is created, and its secret is shown once."""
    door, triple = await service.register_new_door(
        scope,
        tx,
        new=service.NewDoor(
            community_id=data.community_id,
            sn=data.sn,
            name=data.name,
            direction=data.direction,
            space_id=data.space_id,
        ),
        product_key=data.product_key,
        keys=door_keys,
        ids=ids,
        secrets=secrets,
        now_ms=tx.db.clock.now_ms(),
    )
    secret = triple.device_secret if triple else None
    return DoorRegistered(door.iot_id, door.product_key, door.device_name, secret)


@door_routes.put("/{iot_id:str}", right="devices.manage", raises=(NotFound, DoorUnknown))
async def describe(iot_id: str, data: DoorDescription, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Change how a door is called and where it is."""
    await service.describe_door(
        scope,
        tx,
        iot_id=iot_id,
        name=data.name,
        direction=data.direction,
        space_id=data.space_id,
        ext_info=data.ext_info,
        now_ms=clock.now_ms(),
    )


@door_routes.delete("/{iot_id:str}", right="devices.manage", raises=(DoorUnknown,))
async def remove(iot_id: str, scope: Scope, tx: Tx) -> None:
    """Take a door out of its community; every right on it ends."""
    await service.remove_door(scope, tx, iot_id=iot_id)


@door_routes.post("/{iot_id:str}/open", right="doors.use", status=200, raises=(DoorUnknown,))
async def open_door(
    iot_id: str, data: OpenRequest, scope: Scope, db: Database, clock: Clock, ids: Ids, invoker: Invoker
) -> DoorOpened:
    """Open a door remotely and wait for the door's own answer. The history keeps who, when and why."""
    if not data.reason.strip():
        raise BadInput(field="reason", rule="blank")
    if len(data.reason) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    done = await remote_open(
        scope, db, invoker=invoker, iot_id=iot_id, reason=data.reason, ids=ids, clock=clock
    )
    answered_ms = done.answered_ms or done.asked_ms
    return DoorOpened(answered_ms, answered_ms - done.asked_ms)
