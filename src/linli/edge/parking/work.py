"""One call's view of the box's parking: the site, its tables in one transaction, and what follows after the commit."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from linli.edge.parking import outbox
from linli.edge.parking.given import Given
from linli.edge.parking.params import Params, Plate, show_time
from linli.edge.parking.refusals import (
    AREA_UNKNOWN,
    BARRIER_UNKNOWN,
    LOT_UNKNOWN,
    PLATE_UNKNOWN,
    ParkingRefused,
)
from linli.protocols.parking_site import Area, Barrier, Lot, Site


@dataclass
class Work:
    """Within a transaction: it may be read and written, but nothing outside is asked."""

    site: Site
    db: sqlite3.Connection
    params: Params
    now_ms: int
    zone: ZoneInfo
    number: Callable[[], str]
    """A new number of an order or a pass, never used before."""
    given: Given = field(default_factory=Given)
    """What the cloud says."""
    lift: list["Lift"] = field(default_factory=list["Lift"])
    """Barriers that are to be opened once this is kept."""
    asks: bool = False
    """Whether the cloud is to be asked for coupons once this is kept."""

    # the site

    def lot(self) -> Lot:
        """Raises ParkingRefused (102)."""
        lot = self.site.lots.get(self.params.text("parkingLotId"))
        if lot is None:
            raise ParkingRefused(LOT_UNKNOWN)
        return lot

    def area(self, lot: Lot) -> Area:
        return self.area_of(lot, self.params.text("areaId"))

    def area_of(self, lot: Lot, area_id: str) -> Area:
        """Raises ParkingRefused (202)."""
        area = self.site.areas[lot.parking_lot_id].get(area_id)
        if area is None:
            raise ParkingRefused(AREA_UNKNOWN, area_id)
        return area

    def barrier_of(self, lot: Lot, barrier_id: str) -> Barrier:
        """Raises ParkingRefused (302)."""
        place = self.site.barriers.get(barrier_id)
        if place is None or place[0].parking_lot_id != lot.parking_lot_id:
            raise ParkingRefused(BARRIER_UNKNOWN, barrier_id)
        return place[1]

    # rows

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, values).fetchall()

    def do(self, sql: str, *values: Any) -> int:
        """How many rows it reached."""
        return self.db.execute(sql, values).rowcount

    def registered(self, lot: Lot, plate: Plate) -> "Vehicle":
        """Raises ParkingRefused (502)."""
        vehicle = self.vehicle(lot, plate)
        if vehicle is None:
            raise ParkingRefused(PLATE_UNKNOWN)
        return vehicle

    def vehicle(self, lot: Lot, plate: str) -> "Vehicle | None":
        row = self.row(
            "SELECT plate, shown, user_name, user_phone, user_id FROM parking_vehicles WHERE lot = ? AND plate = ?",
            lot.parking_lot_id,
            plate,
        )
        return None if row is None else Vehicle(*row)

    # what is values

    def report(
        self, model: str, record: Mapping[str, Any], detail: msgspec.Struct | None = None, /, **files: str
    ) -> None:
        """A record, kept with this transaction and sent afterwards. `files`: paths in the file service."""
        values = {name: value for name, value in record.items() if value != ""}
        values.setdefault("eventTime", self.show(self.now_ms))
        more = msgspec.json.encode(detail).decode() if detail is not None else ""
        outbox.put(self.db, model, values, files, self.now_ms, more)

    def show(self, at_ms: int | None) -> str:
        return show_time(at_ms, self.zone)


class Lift(NamedTuple):
    """A barrier that is to open for a car that paid; `shown`: its plate."""

    barrier: str
    shown: str
    order: str
    fen: int


class Vehicle(NamedTuple):
    plate: str
    shown: str
    user_name: str
    user_phone: str
    user_id: str
