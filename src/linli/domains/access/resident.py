"""The resident's keys: doors that open for them, the code to show, and where they passed."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries import doors as queries
from linli.domains.access.queries import keys, passes
from linli.domains.access.queries.places import places
from linli.domains.access.service import home_keys, qr
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.remote import remote_open
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.downlink.invoker import Invoker
from linli.things.queries.devices import find_devices

SHOWN_MS = 5 * 60_000
"""How long a code on the screen opens: long enough for a slow door, too short to be passed on."""
REASON = "resident"


class MyDoor(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    community_id: str
    name: str
    place: str
    direction: str
    online: bool
    code: Annotated[bool, Meta(description="Opens by the QR code of `POST …/key`.")]


class MyKey(msgspec.Struct, rename="camel", frozen=True):
    text: Annotated[str, Meta(description="What the QR picture holds.")]
    expires_ms: int


class DoorOpened(msgspec.Struct, rename="camel", frozen=True):
    answered_ms: int
    took_ms: int


class MyPass(msgspec.Struct, rename="camel", frozen=True):
    id: str
    at_ms: int
    door_name: str
    kind: Annotated[str, Meta(description="CARD, PASSWORD, QRCODE, BleCARD or FACE")]
    direction: str
    passed: bool
    reason: str


class KeyRoutes(Controller):
    path = "/communities/{community_id:int}"
    tags = ("doors",)

    @get("/doors")
    async def my_doors(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> list[MyDoor]:
        """Doors on which a card, a code or a face of the resident holds now."""
        scope = resident.scope(community_id)
        identity_id = resident.living(community_id).identity_id
        rights = await keys.rights_of_person(
            scope, db, community_id=community_id, identity_id=identity_id, now_ms=clock.now_ms()
        )
        found = await queries.find_doors(scope, db, iot_ids=sorted(rights))
        devices = {one.iot_id: one for one in await find_devices(scope, db, iot_ids=sorted(found))}
        where = await places(scope, db, space_ids=[door.space_id for door in found.values()])
        rows = [
            MyDoor(
                door.iot_id,
                str(door.community_id),
                door.name,
                where.get(door.space_id, ""),
                door.direction,
                bool((device := devices.get(door.iot_id)) and device.online),
                "qr" in rights[door.iot_id],
            )
            for door in found.values()
        ]
        return sorted(rows, key=lambda row: (not row.online, row.place == "", row.name))

    @post("/doors/{iot_id:str}/open", status_code=200)
    async def open_door(
        self,
        community_id: FromPath[int],
        iot_id: FromPath[str],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        ids: NamedDependency[Ids],
        invoker: NamedDependency[Invoker],
    ) -> DoorOpened:
        """Open one of these doors from afar and wait for its own answer; it is kept like every opening."""
        scope = resident.scope(community_id)
        identity_id = resident.living(community_id).identity_id
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

    @post("/key", status_code=200)
    async def show_key(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        door_keys: NamedDependency[DoorKeys],
    ) -> MyKey:
        """The code to show to a door, for five minutes. Raises NoKey when the property gave none yet."""
        scope: Scope = resident.scope(community_id)
        identity_id = resident.living(community_id).identity_id
        now_ms = clock.now_ms()
        async with db.begin() as tx:
            code = await home_keys.best_code(
                scope, tx, community_id=community_id, identity_id=identity_id, now_ms=now_ms
            )
            text = await qr.encrypt_known_code(
                scope, tx, qr_code=code, community_id=community_id, expires_ms=now_ms + SHOWN_MS, keys=door_keys,
                now_ms=now_ms,
            )  # fmt: skip
        return MyKey(text, now_ms + SHOWN_MS)

    @get("/passes")
    async def my_passes(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        from_ms: Annotated[int, QueryParameter(name="from", description="UTC ms")] = 0,
    ) -> Page[MyPass]:
        """Where the resident passed or was refused, newest first; nobody else's."""
        scope = resident.scope(community_id)
        where = passes.PassFilter(
            community_id=community_id,
            identity_id=resident.living(community_id).identity_id,
            from_ms=from_ms,
        )
        found = await passes.list_passes(scope, db, where=where, page=page)
        rows = [
            MyPass(
                str(row.id), row.passed_ms, row.door_name, row.type, row.direction, row.code == 0, row.message
            )
            for row in found.data
        ]
        return Page.of(page, found.total, rows)


CONTROLLERS: tuple[type[Controller], ...] = (KeyRoutes,)
