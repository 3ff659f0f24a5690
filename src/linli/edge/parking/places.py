"""Lots, areas, barriers and spaces as callers ask for them. Source: spec F 3.5 1.1-1.3, 2.1-4.2."""

from typing import Any, Final

from linli.edge.parking.params import read_plate
from linli.edge.parking.refusals import (
    NO_AREA,
    NO_BARRIER,
    NO_LOT,
    NO_SPACE,
    SPACE_UNKNOWN,
    ParkingRefused,
)
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Area, Barrier, Lot, Space

SPACE_KINDS: Final = ("private", "public", "consume", "guest", "selfdefined")
OPEN, CLOSE, KEEP_OPEN = "open", "close", "keepOpen"
OPEN_MS: Final = 10_000
"""After which a barrier that was opened once counts as closed: it closes by itself behind the car."""
FOR_EVER_MS: Final = 2**53
_SPACE: Final = "user_name, kind, sold, property, owner_phone, owner_name, owner_id, plate"
_COUNT_LOT: Final = "SELECT count(*) FROM parking_stays WHERE lot = ? AND out_ms IS NULL"


def free_in_lot(work: Work, lot: Lot) -> int:
    (inside,) = work.row(_COUNT_LOT, lot.parking_lot_id) or (0,)
    return max(0, lot.total_count - int(inside))


def free_in_area(work: Work, lot: Lot, area: Area) -> int:
    names = work.site.within(lot.parking_lot_id, area.area_id)
    marks = ", ".join("?" * len(names))
    (inside,) = work.row(f"{_COUNT_LOT} AND area IN ({marks})", lot.parking_lot_id, *names) or (0,)
    return max(0, area.total_count - int(inside))


def lots(work: Work) -> Any:
    if not work.site.lots:
        raise ParkingRefused(NO_LOT)
    return [
        {
            "name": lot.name,
            "parkingLotId": lot.parking_lot_id,
            "totalCount": lot.total_count,
            "unParkedCount": free_in_lot(work, lot),
        }
        for lot in work.site.lots.values()
    ]


def first_areas(work: Work) -> Any:
    roots = work.site.roots(work.lot().parking_lot_id)
    if not roots:
        raise ParkingRefused(NO_AREA)
    return [area.area_id for area in roots]


def barriers_of_lot(work: Work) -> Any:
    return _listed(work.lot().barriers)


def area(work: Work) -> Any:
    lot = work.lot()
    here = work.area(lot)
    return {
        "name": here.name,
        "areaId": here.area_id,
        "parentAreaId": here.parent_area_id or lot.parking_lot_id,
        "subAreaList": [inner.area_id for inner in lot.areas if inner.parent_area_id == here.area_id],
        "unParkedCount": free_in_area(work, lot, here),
        "totalCount": here.total_count,
    }


def barriers_of_area(work: Work) -> Any:
    lot = work.lot()
    here = work.area(lot)
    return _listed([barrier for barrier in lot.barriers if barrier.area_id == here.area_id])


def _listed(barriers: list[Barrier]) -> Any:
    if not barriers:
        raise ParkingRefused(NO_BARRIER)
    return [
        {
            "barrierId": barrier.barrier_id,
            "barrierName": barrier.barrier_name,
            "barriereName": barrier.barrier_name,
            "direction": barrier.direction,
        }
        for barrier in barriers
    ]


def spaces_of_area(work: Work) -> Any:
    spaces = work.area(work.lot()).spaces
    if not spaces:
        raise ParkingRefused(NO_SPACE)
    return [space.parking_space_id for space in spaces]


def barrier(work: Work) -> Any:
    gate = work.barrier_of(work.lot(), work.params.text("barrierId"))
    row = work.row("SELECT open_until_ms FROM parking_barriers WHERE barrier = ?", gate.barrier_id)
    return {
        "areaId": gate.area_id,
        "barrierId": gate.barrier_id,
        "status": "open" if row and row[0] > work.now_ms else "close",
        "direction": gate.direction.lower(),
        "barrierName": gate.barrier_name,
    }


def operated(work: Work, barrier_id: str, command: str) -> None:
    """A command was carried out."""
    until = {OPEN: work.now_ms + OPEN_MS, KEEP_OPEN: FOR_EVER_MS}.get(command, 0)
    work.do("INSERT OR REPLACE INTO parking_barriers VALUES (?, ?)", barrier_id, until)


def update_space(work: Work) -> Any:
    lot, place = _space(work)
    params = work.params
    before = _kept(work, lot, place)
    given = {
        "user_name": params.optional("userName"),
        "kind": params.choice("parkingSpaceType", "type", among=SPACE_KINDS),
        "sold": params.switch("isSold"),
        "property": params.choice("property", among=("guard", "noguard")),
        "owner_phone": params.optional("ownerPhone", most=32),
        "owner_name": params.optional("ownerName", most=64),
        "owner_id": params.optional("ownerId"),
    }
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    _keep(work, lot, place, after)
    return None


def space(work: Work) -> Any:
    lot, place = _space(work)
    kept = _kept(work, lot, place)
    return {
        "parkingSpaceId": place.parking_space_id,
        "parkingLotId": lot.parking_lot_id,
        "name": place.name,
        "type": kept["kind"],
        "isSold": bool(kept["sold"]),
        "property": kept["property"],
        "ownerPhone": kept["owner_phone"],
        "ownerName": kept["owner_name"],
        "ownerId": kept["owner_id"],
        "isParking": kept["plate"] != "",
        "plateNumber": kept["plate"],
    }


def note_space(work: Work) -> None:
    """Raises ParkingRefused."""
    occupy(
        work,
        work.lot(),
        work.params.text("parkingSpaceId"),
        work.params.optional("plateNumber", most=32) or "",
    )


def occupy(work: Work, lot: Lot, space_id: str, plate: str) -> None:
    """A car stands on a space now, or none (`plate` empty); told if that is new. Raises ParkingRefused (402)."""
    for area in lot.areas:
        for place in area.spaces:
            if place.parking_space_id == space_id:
                kept = _kept(work, lot, place)
                shown = read_plate(plate, "plateNumber").shown if plate else ""
                if kept["plate"] == shown:
                    return
                _keep(work, lot, place, {**kept, "plate": shown})
                work.report(
                    "iot_park_parkinglot_update",
                    {
                        "stateParked": 1 if shown else 0,
                        "parkedNumber": shown or kept["plate"],
                        "parkingSpace": space_id,
                        "areaId": area.area_id,
                        "parkingLotId": lot.parking_lot_id,
                    },
                )
                return
    raise ParkingRefused(SPACE_UNKNOWN)


def space_of(work: Work, lot: Lot, shown: str) -> str:
    """The space on which a car stands; empty: none known."""
    row = work.row("SELECT space FROM parking_spaces WHERE lot = ? AND plate = ?", lot.parking_lot_id, shown)
    return str(row[0]) if row else ""


def _space(work: Work) -> tuple[Lot, Space]:
    lot = work.lot()
    here = work.area(lot)
    wanted = work.params.text("parkingSpaceId")
    place = next((each for each in here.spaces if each.parking_space_id == wanted), None)
    if place is None:
        raise ParkingRefused(SPACE_UNKNOWN)
    return lot, place


def _kept(work: Work, lot: Lot, place: Space) -> dict[str, Any]:
    row = work.row(
        f"SELECT {_SPACE} FROM parking_spaces WHERE lot = ? AND space = ?",
        lot.parking_lot_id,
        place.parking_space_id,
    )
    values = row or ("", place.type, 0, "noguard", "", "", "", "")
    return dict(zip(_SPACE.split(", "), values, strict=True))


def _keep(work: Work, lot: Lot, place: Space, values: dict[str, Any]) -> None:
    work.do(
        f"INSERT OR REPLACE INTO parking_spaces (lot, space, {_SPACE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        lot.parking_lot_id,
        place.parking_space_id,
        *(int(values[name]) if name == "sold" else values[name] for name in _SPACE.split(", ")),
    )
