"""Accounts, groups and rooms that nobody has to make: each house has a group, each member and each door an account.

Only while this server takes log-ins, and in communities with a door that can have an account. What an application made
(an account issued to a door, a room, the group of a house) is the application's, and nothing is derived beside it.
"""

from collections.abc import Sequence
from functools import partial
from itertools import batched
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete

from linli.calls.rows import APP, DOOR_STATION
from linli.domains.access.queries.doors import communities_with_doors
from linli.domains.access.rows import Door
from linli.domains.communities import space_rules
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.rows import Space
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.intercom.models import groups, house_groups, members, owners, rooms
from linli.domains.intercom.queries import doors as door_queries
from linli.domains.intercom.queries import owners as queries
from linli.domains.intercom.queries.numbers import account
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import DoorNumber, HouseGroup, Owner, Room, seal_about
from linli.domains.intercom.service.delivering import door_seal, want_number, want_rooms
from linli.domains.intercom.service.doors import save_number
from linli.domains.intercom.service.ending import end_accounts
from linli.domains.intercom.service.numbers import fresh_numbers, make_accounts
from linli.domains.people.person_rules import MOVED_IN
from linli.domains.people.queries import residents
from linli.kernel.db import Command, Database, Tx, any_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

CHUNK: Final = 100
"""Houses brought in line by one transaction."""

_drop_rooms = Command(
    delete(rooms).where(
        rooms.c.iot_id == bindparam("of_door"), any_of(rooms.c.room_key, "room_keys"), rooms.c.derived == 1
    ),
    unscoped="the door was read in scope",
)


class Place(NamedTuple):
    """A community whose intercom is derived."""

    tenant_id: str
    community_id: int
    project_id: str
    """The community's own: accounts call each other within it."""


def group_of_house(space_id: int) -> str:
    """The same again when a deleted house comes back; longer than a number, so that it is never taken for one."""
    return f"h{space_id:013d}"


def is_home(group_id: str) -> bool:
    """Whether a group is a house's own, of accounts that its members have by themselves."""
    return group_id[:1] == "h" and group_id[1:].isdecimal() and group_of_house(int(group_id[1:])) == group_id


class Derivation:
    """`here`: host and port that doors are told; None: the server is off, and nothing is derived."""

    def __init__(self, db: Database, ids: Ids, secrets: Secrets, here: tuple[str, str] | None) -> None:
        self._db = db
        self._ids = ids
        self._secrets = secrets
        self._here = here

    async def bring_all_in_line(self) -> None:
        """Every community; for a round from time to time."""
        if self._here is not None:
            for tenant_id, community_id in await communities_with_doors(self._db):
                await self.bring_in_line(tenant_id, community_id)

    async def bring_in_line(
        self, tenant_id: str, community_id: int, house_ids: Sequence[int] | None = None
    ) -> None:
        """Have a community's houses (all of them: None) and doors what they are to have. Done twice, it changes
        nothing."""
        scope = Scope.system(tenant_id, "intercom")
        place = await self._place(scope, community_id)
        if place is None or self._here is None:
            return
        doors = await queries.intercom_doors(scope, self._db, community_id)
        if not doors:
            return
        for chunk in batched(await self._houses(scope, community_id, house_ids), CHUNK, strict=False):
            await self._db.run(partial(self._serve_houses, place, chunk))
        for door in doors:
            await self._db.run(partial(self._serve_door, place, door))

    async def bring_door_in_line(self, tenant_id: str, community_id: int, iot_id: str) -> None:
        """The same for one door, of houses that are in line."""
        scope = Scope.system(tenant_id, "intercom")
        place = await self._place(scope, community_id)
        if place is None or self._here is None:
            return
        for door in await queries.intercom_doors(scope, self._db, community_id):
            if door.iot_id == iot_id:
                await self._db.run(partial(self._serve_door, place, door))

    async def _place(self, scope: Scope, community_id: int) -> Place | None:
        row = (await communities.by_id(scope, self._db, [community_id])).get(community_id)
        if row is None or row.service_state != RUNNING or not row.scope_id or row.root_space_id is None:
            return None
        return Place(row.tenant_id, community_id, row.scope_id)

    async def _houses(self, scope: Scope, community_id: int, house_ids: Sequence[int] | None) -> list[Space]:
        if house_ids is not None:
            rows = []
            for row in (await spaces.spaces_by_id(scope, self._db, list(house_ids))).values():
                if row.community_id == community_id:
                    rows += await spaces.subtree(scope, self._db, row)
        else:
            root = await spaces.require_root(scope, self._db, community_id)
            rows = await spaces.subtree(scope, self._db, await spaces.space(scope, self._db, root))
        houses = {row.space_id: row for row in rows if row.kind == space_rules.HOUSE}
        return [row for _, row in sorted(houses.items())]

    # houses

    async def _serve_houses(self, place: Place, houses: Sequence[Space], tx: Tx) -> None:
        scope, now = Scope.system(place.tenant_id, "intercom"), self._db.clock.now_ms()
        present = await queries.groups_of_houses(scope, tx, [house.space_id for house in houses])
        ours = [house for house in houses if (row := present.get(house.space_id)) is None or row.derived]
        names = await queries.rooms_of_houses(scope, tx, ours)
        await tx.upsert(
            groups,
            [
                {
                    "group_id": group_of_house(house.space_id),
                    "tenant_id": place.tenant_id,
                    "project_id": place.project_id,
                    "created_ms": now,
                }
                for house in ours
            ],
            keys=("group_id",),
        )
        changed = []
        for house in ours:
            row = HouseGroup(
                house.space_id,
                place.tenant_id,
                place.community_id,
                group_of_house(house.space_id),
                names.get(house.space_id) or "",
                now,
                1,
            )
            before = present.get(house.space_id)
            if before is None or before._replace(changed_ms=now) != row:
                changed.append(row._asdict())
        changing = ("tenant_id", "community_id", "group_id", "room_id", "changed_ms")
        if changed:
            await tx.upsert(house_groups, changed, keys=("space_id",), update=changing)
        await self._serve_members(scope, tx, place, [house.space_id for house in ours])

    async def _serve_members(self, scope: Scope, tx: Tx, place: Place, house_ids: list[int]) -> None:
        now = self._db.clock.now_ms()
        wanted = {
            f"home:{house}:{identity}": (house, identity)
            for house, _, identity, _, status in await residents.ties_of(scope, tx, house_ids)
            if status == MOVED_IN
        }
        there = {row.owner: row for row in await queries.owners_in(scope, tx, house_ids)}
        await end_accounts(
            tx,
            tenant_id=place.tenant_id,
            numbers=sorted(
                row.number for name, row in there.items() if row.identity_id and name not in wanted
            ),
            now_ms=now,
        )
        fresh = await self._own(
            scope,
            tx,
            place,
            [
                Owner(name, "", place.tenant_id, place.community_id, house, identity, "", now)
                for name, (house, identity) in wanted.items()
                if name not in there
            ],
            APP,
        )
        rows = [
            {
                "group_id": group_of_house(row.space_id),
                "number": row.number,
                "tenant_id": place.tenant_id,
                "project_id": place.project_id,
                "created_ms": now,
            }
            for row in fresh
            if row.space_id is not None
        ]
        if rows:
            await tx.upsert(members, rows, keys=("group_id", "number"))

    async def _own(self, scope: Scope, tx: Tx, place: Place, wishes: list[Owner], kind: int) -> list[Owner]:
        """Make accounts for owners that have none; those that were made here."""
        if not wishes:
            return []
        fresh = await fresh_numbers(tx, ids=self._ids, count=len(wishes))
        rows = [wish._replace(number=number) for wish, number in zip(wishes, fresh, strict=True)]
        await tx.upsert(owners, [row._asdict() for row in rows], keys=("owner",))
        kept = await queries.owners_by_name(scope, tx, [row.owner for row in rows])
        # Somebody else may have made the same meanwhile: then theirs counts.
        own = [row for row in rows if kept.get(row.owner) == row]
        await make_accounts(
            scope,
            tx,
            numbers=[row.number for row in own],
            project_id=place.project_id,
            kind=kind,
            ids=self._ids,
            secrets=self._secrets,
            now_ms=self._db.clock.now_ms(),
        )
        return own

    # doors

    async def _serve_door(self, place: Place, door: Door, tx: Tx) -> None:
        scope, now = Scope.system(place.tenant_id, "intercom"), self._db.clock.now_ms()
        present = await door_queries.rooms_of_door(scope, tx, iot_id=door.iot_id)
        issued = await door_queries.door_number(scope, tx, door.iot_id)
        name = f"door:{door.iot_id}"
        owner = (await queries.owners_by_name(scope, tx, [name])).get(name)
        of_application = any(not row.derived for row in present) or (
            issued is not None and (owner is None or owner.number != issued.number)
        )
        if not of_application:
            await self._serve_number(scope, tx, place, door, owner, issued)
        wanted = {} if of_application else await self._rooms(scope, tx, place, door)
        before = {row.room_key: row for row in present if row.derived}
        changed = [
            row._asdict()
            for key, row in wanted.items()
            if key not in before or before[key].group_id != row.group_id
        ]
        leaving = sorted(before.keys() - wanted.keys())
        if leaving:
            await _drop_rooms.run(tx, of_door=door.iot_id, room_keys=leaving)
        if changed:
            changing = ("tenant_id", "community_id", "room_id", "group_id", "changed_ms", "derived")
            await tx.upsert(rooms, changed, keys=("iot_id", "room_key"), update=changing)
        await want_rooms(scope, tx, iot_id=door.iot_id, community_id=place.community_id, now_ms=now)

    async def _serve_number(
        self, scope: Scope, tx: Tx, place: Place, door: Door, owner: Owner | None, issued: DoorNumber | None
    ) -> None:
        assert self._here is not None
        now = self._db.clock.now_ms()
        host, port = self._here
        if owner is None:
            wish = Owner(
                f"door:{door.iot_id}", "", place.tenant_id, place.community_id, None, "", door.iot_id, now
            )
            fresh = await self._own(scope, tx, place, [wish], DOOR_STATION)
            if not fresh:
                return  # somebody else is at it
            owner = fresh[0]
        if issued is None or (issued.host, issued.port) != (host, port):
            own = await account(scope, tx, owner.number)
            password = self._secrets.open(own.password, about=seal_about(own.number))
            row = DoorNumber(
                iot_id=door.iot_id,
                tenant_id=place.tenant_id,
                community_id=place.community_id,
                number=own.number,
                password=self._secrets.seal(password, about=door_seal(door.iot_id)),
                host=host,
                port=port,
                changed_ms=now,
            )
            await save_number(tx, row)
            await want_number(scope, tx, row=row, now_ms=now)

    async def _rooms(self, scope: Scope, tx: Tx, place: Place, door: Door) -> dict[str, Room]:
        """By key; of two houses with one room the older one has it."""
        now = self._db.clock.now_ms()
        houses = await queries.houses_of_door(scope, tx, door)
        groups_by_house = await queries.groups_of_houses(scope, tx, [house.space_id for house in houses])
        wanted: dict[str, Room] = {}
        for _, row in sorted(groups_by_house.items()):
            key = room_key(row.room_id) if row.derived else None
            if key is not None and len(wanted) < door_queries.MOST_ROOMS:
                fresh = Room(
                    door.iot_id, key, place.tenant_id, place.community_id, row.room_id, row.group_id, now, 1
                )
                wanted.setdefault(key, fresh)
        return wanted
