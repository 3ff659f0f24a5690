"""The present residents of the sample community and their credentials, read from the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from linli.app.platform import Platform
from linli.demo import devices, sample
from linli.demo.place import Place
from linli.domains.access.queries import permissions
from linli.domains.communities.queries import spaces
from linli.domains.people.queries import residents
from linli.kernel.pages import PageRequest
from linli.things.queries.devices import DeviceRow

_STEP: Final = 500


@dataclass(slots=True)
class Neighbour:
    """One resident, at their first house."""

    identity_id: str
    name: str
    age: int
    relation: int
    building: str
    unit: str
    house: str
    house_id: int
    cards: dict[str, set[str]] = field(default_factory=dict)
    """Card number → iotIds of its doors."""
    codes: dict[str, set[str]] = field(default_factory=dict)
    """QR code → iotIds of its doors."""

    def card_for(self, iot_id: str) -> str:
        """One that opens this door, else any; empty: none at all."""
        return next(
            (card for card, doors in self.cards.items() if iot_id in doors), next(iter(self.cards), "")
        )

    def code_for(self, iot_id: str) -> str:
        """Likewise of the codes."""
        return next(
            (code for code, doors in self.codes.items() if iot_id in doors), next(iter(self.codes), "")
        )

    @property
    def floor(self) -> int:
        return int(self.house[:2]) if self.house[:2].isdigit() else 1


@dataclass(slots=True)
class Town:
    people: list[Neighbour]
    doors: dict[str, DeviceRow]
    """The sample's doors by device name."""
    lifts: dict[str, DeviceRow]
    """By building."""

    def door(self, device_name: str) -> str:
        """Its iotId; empty when it was removed."""
        row = self.doors.get(device_name)
        return row.iot_id if row else ""

    def of_role(self, role: str) -> list[str]:
        """iotIds of the doors of a role."""
        names = [door.device_name for door in sample.doors() if door.role == role]
        return [row.iot_id for name in names if (row := self.doors.get(name))]

    def unit_door(self, person: Neighbour) -> str:
        return self.door(f"unit-{person.building}-{person.unit}")

    def lift(self, person: Neighbour) -> str:
        """iotId of the lift of one's building; empty when it was removed."""
        row = self.lifts.get(person.building)
        return row.iot_id if row else ""


async def look(platform: Platform, site: Place, behind: Sequence[str] = ()) -> Town:
    """All residents, with their credentials. `behind`: iotIds of doors behind the box."""
    doors = await devices.rows_of(
        platform.db, site, devices.DOOR, [door.device_name for door in sample.doors()]
    )
    lifts = await devices.rows_of(
        platform.db, site, devices.LIFT, [lift.device_name for lift in sample.lifts()]
    )
    town = Town(
        await _people(platform, site),
        {row.device_name: row for row in doors},
        {sample.building_of(row.device_name): row for row in lifts},
    )
    holders = {person.identity_id: person for person in town.people}
    own = [row.iot_id for row in (*town.doors.values(), *town.lifts.values())]
    await _read_cards(platform, site, [*own, *behind], holders)
    await _read_codes(platform, site, holders)
    return town


async def _people(platform: Platform, site: Place) -> list[Neighbour]:
    root = site.community.root_space_id
    if root is None:
        return []
    whole = await spaces.subtree(site.tenant, platform.db, await spaces.space(site.tenant, platform.db, root))
    by_id = {space.space_id: space for space in whole}
    people: dict[str, Neighbour] = {}
    number = 1
    while True:
        page = await residents.page(
            site.tenant,
            platform.db,
            site.community.community_id,
            PageRequest(number, _STEP),
            order="-created",
        )
        for row in page.data:
            house = by_id.get(row.house_id)
            unit = by_id.get(house.parent_id or 0) if house else None
            building = by_id.get(unit.parent_id or 0) if unit else None
            if house is None or unit is None or building is None:
                continue
            people.setdefault(
                row.identity_id,
                Neighbour(
                    identity_id=row.identity_id,
                    name=row.name,
                    age=row.age or 40,
                    relation=row.type,
                    building=building.name,
                    unit=unit.name,
                    house=house.name,
                    house_id=house.space_id,
                ),
            )
        if number * _STEP >= page.total:
            return sorted(
                people.values(),
                key=lambda neighbour: (neighbour.building, neighbour.unit, neighbour.house, neighbour.name),
            )
        number += 1


async def _read_cards(
    platform: Platform, site: Place, iot_ids: list[str], holders: dict[str, Neighbour]
) -> None:
    for iot_id in iot_ids:
        number = 1
        while True:
            page = await permissions.cards_of_door(
                site.tenant, platform.db, iot_id=iot_id, page=PageRequest(number, _STEP)
            )
            for card in page.data:
                if holder := holders.get(card.identity_id):
                    holder.cards.setdefault(card.card_id, set()).add(iot_id)
            if number * _STEP >= page.total:
                break
            number += 1


async def _read_codes(platform: Platform, site: Place, holders: dict[str, Neighbour]) -> None:
    number = 1
    while True:
        page = await permissions.list_qr_permissions(
            site.app,
            platform.db,
            page=PageRequest(number, _STEP),
            community_id=site.community.community_id,
        )
        for row in page.data:
            if holder := holders.get(row.identity_id):
                holder.codes.setdefault(row.qr_code, set()).add(row.iot_id)
        if number * _STEP >= page.total:
            return
        number += 1
