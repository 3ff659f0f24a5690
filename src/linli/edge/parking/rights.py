"""What a plate may do at a lane of this box: what the cloud gives, and what the domain service was told here."""

from typing import Final, NamedTuple

from linli.edge.parking import given
from linli.edge.parking.work import Work
from linli.protocols.parking_site import Barrier, Lot
from linli.rules.parking_entry import Right, RightKind

VISITOR: Final = "visitor"
_KINDS: Final[dict[str, RightKind]] = {
    "whitelist": "whitelist",
    "blacklist": "blacklist",
    "ordinary": "ordinary",
    VISITOR: "ordinary",
}


class Holder(NamedTuple):
    """`spaces` None: its holder may come with any number of cars."""

    spaces: int | None = None
    others_inside: int = 0


def places_of(work: Work, lot: Lot, barrier: Barrier) -> frozenset[str]:
    """Names of every place that a barrier stands for: of this box, and of the cloud's spaces."""
    around = work.site.around(lot.parking_lot_id, barrier.area_id)
    places = {"lot", f"barrier {barrier.barrier_id}", *(f"area {area}" for area in around)}
    cloud_lot = work.given.lot(lot)
    if cloud_lot is not None:
        inner = [barrier.space_id, *(work.site.areas[lot.parking_lot_id][area].space_id for area in around)]
        places |= {f"space {space}" for space in (*cloud_lot.around, *inner) if space}
    return frozenset(places)


def of_plate(work: Work, lot: Lot, plate: str, *, visitors: bool = True) -> list[Right]:
    """`plate` cleaned. `visitors`: also what it has as a visitor's car."""
    where = (lot.parking_lot_id, str(plate))
    permissions = work.all(
        "SELECT kind, place, starts_ms, ends_ms FROM parking_permissions WHERE lot = ? AND plate = ?", *where
    )
    listed = work.all(
        "SELECT kind, area, starts_ms, ends_ms FROM parking_lists WHERE lot = ? AND plate = ?", *where
    )
    rows = [
        Right("ordinary", plate, f"{kind} {place}", starts, ends) for kind, place, starts, ends in permissions
    ]
    rows += [
        Right(_KINDS[kind], plate, f"area {area}" if area else "lot", starts, ends)
        for kind, area, starts, ends in listed
    ]
    if lot.space_id:
        rows += [
            Right(_KINDS[kind], plate, f"space {space}", starts, ends)
            for kind, space, starts, ends in given.rows_of(work.db, str(plate))
            if kind in _KINDS and (visitors or kind != VISITOR)
        ]
    return rows


def holder_of(work: Work, lot: Lot, plate: str) -> Holder:
    """How many spaces the owner of a car has in this lot, and how many of their other cars stand on them."""
    vehicle = work.vehicle(lot, plate)
    if vehicle is None or not vehicle.user_id:
        return Holder()
    (spaces,) = work.row(
        "SELECT count(*) FROM parking_spaces WHERE lot = ? AND owner_id = ?",
        lot.parking_lot_id,
        vehicle.user_id,
    ) or (0,)
    if not spaces:
        return Holder()
    (others,) = work.row(
        "SELECT count(*) FROM parking_stays AS s JOIN parking_vehicles AS v ON v.lot = s.lot AND v.plate = s.plate"
        " WHERE s.lot = ? AND s.out_ms IS NULL AND s.as_guest = 0 AND v.user_id = ? AND s.plate <> ?",
        lot.parking_lot_id,
        vehicle.user_id,
        str(plate),
    ) or (0,)
    return Holder(int(spaces), int(others))
