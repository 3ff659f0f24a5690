"""Black and white lists, for a lot or some of its areas. Source: spec F 2.9, 3.5 7.1-7.4."""

from typing import Any, Final

from linli.edge.parking.params import in_order, read_plate
from linli.edge.parking.refusals import LISTED, NO_PLATES, NOT_LISTED, ParkingRefused
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Lot

KINDS: Final = ("whitelist", "blacklist")
_ROW: Final = "SELECT shown, area, kind, starts_ms, ends_ms FROM parking_lists WHERE lot = ?"
ADDED, DELETED = 0, 1


def add(work: Work) -> Any:
    """All plates in all areas, or nothing if one of them is on a list there already."""
    lot, params = work.lot(), work.params
    plates = [read_plate(text, "plateNumber") for text in params.texts("plateNumber")]
    areas = _areas(work, lot)
    kind = params.choice("type", among=KINDS) or params.text("type")
    starts, ends = params.optional_time("effectiveDate"), params.optional_time("expiryDate")
    in_order(starts, ends)
    for plate in plates:
        for area in areas:
            taken = work.do(
                "INSERT INTO parking_lists VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                lot.parking_lot_id,
                area,
                str(plate),
                plate.shown,
                kind,
                starts,
                ends,
            )
            if not taken:
                raise ParkingRefused(LISTED, plate.shown)
            _tell(work, lot, kind, plate.shown, area, ADDED)
    return None


def remove(work: Work) -> Any:
    lot, plate = work.lot(), work.params.plate()
    removed = False
    for area in _areas(work, lot):
        where = (lot.parking_lot_id, area, plate)
        row = work.row("SELECT kind FROM parking_lists WHERE lot = ? AND area = ? AND plate = ?", *where)
        if row is None:
            continue
        removed = True
        work.do("DELETE FROM parking_lists WHERE lot = ? AND area = ? AND plate = ?", *where)
        _tell(work, lot, row[0], plate.shown, area, DELETED)
    if not removed:
        raise ParkingRefused(NOT_LISTED)
    return None


def get(work: Work) -> Any:
    """With an area: its own entry before the lot's; without: the lot's before those of areas."""
    lot, plate = work.lot(), work.params.plate()
    area = work.params.optional("areaId") or ""
    if area:
        work.area_of(lot, area)
    row = work.row(
        f"{_ROW} AND plate = ? AND (? = '' OR area IN (?, '')) ORDER BY area = ? DESC, area",
        lot.parking_lot_id,
        plate,
        area,
        area,
        area,
    )
    if row is None:
        raise ParkingRefused(NOT_LISTED)
    return _shown(work, row)


def page(work: Work) -> Any:
    lot, params = work.lot(), work.params
    area = params.optional("areaId") or ""
    if area:
        work.area_of(lot, area)
    kind = params.choice("type", among=KINDS) or ""
    size, skip = params.page()
    rows = work.all(
        f"{_ROW} AND (? = '' OR area = ?) AND (? = '' OR kind = ?) ORDER BY plate, area LIMIT ? OFFSET ?",
        lot.parking_lot_id,
        area,
        area,
        kind,
        kind,
        size,
        skip,
    )
    if not rows:
        raise ParkingRefused(NO_PLATES)
    return [_shown(work, row) for row in rows]


def _areas(work: Work, lot: Lot) -> list[str]:
    """Empty text: the lot as a whole."""
    areas = work.params.optional_texts("areaId")
    for area in areas:
        work.area_of(lot, area)
    return areas or [""]


def _shown(work: Work, row: tuple[Any, ...]) -> dict[str, Any]:
    shown, area, kind, starts, ends = row
    return {
        "plateNumber": shown,
        "areaId": area,
        "type": kind,
        "effectiveDate": work.show(starts),
        "expiryDate": work.show(ends),
    }


def _tell(work: Work, lot: Lot, kind: str, shown: str, area: str, what: int) -> None:
    record = {"plateNumber": shown, "type": what, "areaId": area, "parkingLotId": lot.parking_lot_id}
    work.report(f"iot_park_{kind}_update", record)
