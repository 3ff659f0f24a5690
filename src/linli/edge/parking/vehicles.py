"""Vehicles of a lot, their locks, and when they came in. Source: spec F 3.5 5.1-5.9."""

from typing import Any

from linli.edge.parking import places
from linli.edge.parking.params import Plate
from linli.edge.parking.refusals import (
    NO_PLATES,
    NOT_LOCKED,
    PLATE_UNKNOWN,
    VEHICLE_EXISTS,
    ParkingRefused,
)
from linli.edge.parking.work import Vehicle, Work
from linli.protocols.parking_site import Lot

ADDED, CHANGED, DELETED = 0, 1, 2


def add(work: Work) -> Any:
    lot, plate, params = work.lot(), work.params.plate(), work.params
    if work.vehicle(lot, plate) is not None:
        raise ParkingRefused(VEHICLE_EXISTS)
    vehicle = Vehicle(
        plate,
        plate.shown,
        params.optional("userName") or "",
        params.optional("userPhone", most=32) or "",
        params.optional("userId") or "",
    )
    _write(work, lot, vehicle)
    tell(work, lot, vehicle, ADDED)
    return None


def delete(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    vehicle = work.registered(lot, plate)
    tell(work, lot, vehicle, DELETED)
    for table in ("vehicles", "locks", "permissions"):
        work.do(f"DELETE FROM parking_{table} WHERE lot = ? AND plate = ?", lot.parking_lot_id, plate)
    return None


def update(work: Work) -> Any:
    lot, plate, params = work.lot(), work.params.plate(), work.params
    before = work.registered(lot, plate)
    name, phone, number = (
        params.optional("userName"),
        params.optional("userPhone", most=32),
        params.optional("userId"),
    )
    after = before._replace(
        user_name=before.user_name if name is None else name,
        user_phone=before.user_phone if phone is None else phone,
        user_id=before.user_id if number is None else number,
    )
    _write(work, lot, after)
    if after != before:
        tell(work, lot, after, CHANGED)
    return None


def page(work: Work) -> Any:
    lot = work.lot()
    size, skip = work.params.page()
    rows = work.all(
        "SELECT shown FROM parking_vehicles WHERE lot = ? ORDER BY plate LIMIT ? OFFSET ?",
        lot.parking_lot_id,
        size,
        skip,
    )
    if not rows:
        raise ParkingRefused(NO_PLATES)
    return [shown for (shown,) in rows]


def get(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    vehicle = work.registered(lot, plate)
    return {
        "parkingLotId": lot.parking_lot_id,
        "userName": vehicle.user_name,
        "userPhone": vehicle.user_phone,
        "userId": vehicle.user_id,
        "plateNumber": vehicle.shown,
        "parkingSpaceId": places.space_of(work, lot, vehicle.shown),
    }


def lock(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    starts, ends = work.params.span("lockEffectiveDate", "lockExpiredDate")
    _here(work, lot, plate)
    work.do(
        "INSERT OR REPLACE INTO parking_locks VALUES (?, ?, ?, ?)", lot.parking_lot_id, plate, starts, ends
    )
    _tell_lock(work, lot, plate, starts, ends)
    return None


def get_lock(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    starts, ends = _lock(work, lot, plate)
    return {"lockEffectiveDate": work.show(starts), "lockExpiredDate": work.show(ends)}


def unlock(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    starts, _ = _lock(work, lot, plate)
    work.do("DELETE FROM parking_locks WHERE lot = ? AND plate = ?", lot.parking_lot_id, plate)
    _tell_lock(work, lot, plate, starts, work.now_ms)
    return None


def entry_time(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    row = work.row(
        "SELECT in_ms FROM parking_stays WHERE lot = ? AND plate = ? AND out_ms IS NULL",
        lot.parking_lot_id,
        plate,
    )
    if row is None:
        raise ParkingRefused(PLATE_UNKNOWN)
    return {"vehicleInTime": work.show(row[0])}


def locks(work: Work, lot: Lot, plate: str) -> tuple[tuple[int, int], ...]:
    return tuple(
        (starts, ends)
        for starts, ends in work.all(
            "SELECT starts_ms, ends_ms FROM parking_locks WHERE lot = ? AND plate = ?",
            lot.parking_lot_id,
            plate,
        )
    )


def tell(work: Work, lot: Lot, vehicle: Vehicle, operation: int) -> None:
    """The change of a vehicle, with the barriers that it may pass as they are now."""
    locked = any(starts <= work.now_ms <= ends for starts, ends in locks(work, lot, vehicle.plate))
    names = {barrier.barrier_id: barrier.barrier_name for barrier in lot.barriers}
    rows = work.all(
        "SELECT place, starts_ms, ends_ms FROM parking_permissions WHERE lot = ? AND plate = ? AND kind = 'barrier'"
        " ORDER BY place",
        lot.parking_lot_id,
        vehicle.plate,
    )
    allowed = [
        {
            "barrierId": place,
            "barrierName": names.get(place, ""),
            "StartExpireTime": work.show(starts),
            "EndExpireTime": work.show(ends),
        }
        for place, starts, ends in rows
    ]
    work.report(
        "iot_park_vehicle_update",
        {
            "userName": vehicle.user_name,
            "plateNumber": vehicle.shown,
            "typeOperation": operation,
            "userId": vehicle.user_id,
            "stateLocked": int(locked),
            "accessBarrierListFile": {"PermissionList": allowed},
            "parkingLotId": lot.parking_lot_id,
        },
    )


def changed(work: Work, lot: Lot, plate: str) -> None:
    """Its permissions are others now."""
    if (vehicle := work.vehicle(lot, plate)) is not None:
        tell(work, lot, vehicle, CHANGED)


def _here(work: Work, lot: Lot, plate: Plate) -> None:
    """A vehicle of the lot, or a guest's that stands inside. Raises ParkingRefused (502)."""
    inside = "SELECT 1 FROM parking_stays WHERE lot = ? AND plate = ? AND out_ms IS NULL"
    if work.vehicle(lot, plate) is None and work.row(inside, lot.parking_lot_id, plate) is None:
        raise ParkingRefused(PLATE_UNKNOWN)


def _lock(work: Work, lot: Lot, plate: Plate) -> tuple[int, int]:
    rows = locks(work, lot, plate)
    if not rows:
        _here(work, lot, plate)
        raise ParkingRefused(NOT_LOCKED)
    return rows[0]


def _write(work: Work, lot: Lot, vehicle: Vehicle) -> None:
    work.do(
        "INSERT OR REPLACE INTO parking_vehicles VALUES (?, ?, ?, ?, ?, ?)",
        lot.parking_lot_id,
        *map(str, vehicle),
    )


def _tell_lock(work: Work, lot: Lot, plate: Plate, starts: int, ends: int) -> None:
    work.report(
        "iot_park_vehicle_lock_update",
        {
            "lockStartExpireTime": work.show(starts),
            "lockEndExpireTime": work.show(ends),
            "plateNumber": plate.shown,
            "parkingLotId": lot.parking_lot_id,
        },
    )
