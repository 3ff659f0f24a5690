"""Permissions of vehicles at barriers and for areas. Source: spec F 3.5 6.1-6.10."""

from typing import Any, Final, NamedTuple

from linli.edge.parking import vehicles
from linli.edge.parking.params import Plate
from linli.edge.parking.refusals import (
    NO_BARRIER,
    NO_PERMISSION,
    NONE_AT_BARRIER,
    NONE_IN_AREA,
    ParkingRefused,
)
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Lot


class _Kind(NamedTuple):
    name: str
    key: str
    """Of one place on the wire."""
    keys: str
    """Of several."""
    none: int


BARRIER: Final = _Kind("barrier", "barrierId", "barrierList", NONE_AT_BARRIER)
AREA: Final = _Kind("area", "areaId", "areaIds", NONE_IN_AREA)
_ROW: Final = "SELECT shown, place, starts_ms, ends_ms FROM parking_permissions WHERE lot = ? AND kind = ?"


def add_at_barriers(work: Work) -> Any:
    return _add(work, BARRIER)


def add_in_areas(work: Work) -> Any:
    return _add(work, AREA)


def _add(work: Work, kind: _Kind) -> Any:
    """One that is there already gets the new validity."""
    lot, plate, params = work.lot(), work.params.plate(), work.params
    starts, ends = params.span("effectiveDate", "expiryDate")
    places = params.texts(kind.keys)
    for place in places:
        _check(work, lot, kind, place)
        if kind is AREA:
            within = work.site.within(lot.parking_lot_id, place)
            if not any(barrier.area_id in within for barrier in lot.barriers):
                raise ParkingRefused(NO_BARRIER, place)
    work.registered(lot, plate)
    for place in places:
        work.do(
            "INSERT OR REPLACE INTO parking_permissions VALUES (?, ?, ?, ?, ?, ?, ?)",
            lot.parking_lot_id,
            kind.name,
            place,
            str(plate),
            plate.shown,
            starts,
            ends,
        )
    vehicles.changed(work, lot, plate)
    return None


def get_at_barriers(work: Work) -> Any:
    return _get(work, BARRIER)


def get_in_areas(work: Work) -> Any:
    """One area: that object, as both the table and the example have it; several: a list (spec F 11, 31)."""
    rows = _get(work, AREA)
    return rows[0] if len(rows) == 1 else rows


def _get(work: Work, kind: _Kind) -> list[dict[str, Any]]:
    lot, plate = work.lot(), work.params.plate()
    rows = work.all(f"{_ROW} AND plate = ? ORDER BY place", lot.parking_lot_id, kind.name, plate)
    if not rows:
        work.registered(lot, plate)
        raise ParkingRefused(NO_PERMISSION)
    return [_shown(work, kind, row) for row in rows]


def update_at_barriers(work: Work) -> Any:
    return _update(work, BARRIER)


def update_in_areas(work: Work) -> Any:
    return _update(work, AREA)


def _update(work: Work, kind: _Kind) -> Any:
    """The validity of all of a plate."""
    lot, plate = work.lot(), work.params.plate()
    starts, ends = work.params.span("effectiveDate", "expiryDate")
    work.registered(lot, plate)
    reached = work.do(
        "UPDATE parking_permissions SET starts_ms = ?, ends_ms = ? WHERE lot = ? AND kind = ? AND plate = ?",
        starts,
        ends,
        lot.parking_lot_id,
        kind.name,
        plate,
    )
    _reached(work, lot, plate, reached)
    return None


def delete_at_barrier(work: Work) -> Any:
    return _delete(work, BARRIER)


def delete_in_area(work: Work) -> Any:
    return _delete(work, AREA)


def _delete(work: Work, kind: _Kind) -> Any:
    lot, plate = work.lot(), work.params.plate()
    place = work.params.text(kind.key)
    _check(work, lot, kind, place)
    work.registered(lot, plate)
    reached = work.do(
        "DELETE FROM parking_permissions WHERE lot = ? AND kind = ? AND place = ? AND plate = ?",
        lot.parking_lot_id,
        kind.name,
        place,
        plate,
    )
    _reached(work, lot, plate, reached)
    return ""


def _reached(work: Work, lot: Lot, plate: Plate, rows: int) -> None:
    if not rows:
        raise ParkingRefused(NO_PERMISSION)
    vehicles.changed(work, lot, plate)


def page_of_area(work: Work) -> Any:
    return _page(work, AREA)


def page_of_barrier(work: Work) -> Any:
    return _page(work, BARRIER)


def _page(work: Work, kind: _Kind) -> Any:
    lot = work.lot()
    place = work.params.optional(kind.key)
    if place:
        _check(work, lot, kind, place)
    size, skip = work.params.page()
    rows = work.all(
        f"{_ROW} AND (? = '' OR place = ?) ORDER BY place, plate LIMIT ? OFFSET ?",
        lot.parking_lot_id,
        kind.name,
        place or "",
        place or "",
        size,
        skip,
    )
    if not rows:
        raise ParkingRefused(kind.none)
    return [{**_shown(work, kind, row), "parkingLotId": lot.parking_lot_id} for row in rows]


def _check(work: Work, lot: Lot, kind: _Kind, place: str) -> None:
    if kind is BARRIER:
        work.barrier_of(lot, place)
    else:
        work.area_of(lot, place)


def _shown(work: Work, kind: _Kind, row: tuple[Any, ...]) -> dict[str, Any]:
    shown, place, starts, ends = row
    return {
        "plateNumber": shown,
        "effectiveDate": work.show(starts),
        "expiryDate": work.show(ends),
        kind.key: place,
    }
