"""The car parks of a box as they are set up: lots, areas in a tree, barriers, spaces, prices. Source: spec F 2.9."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

LOTS_MOST: Final = 50
_Id = Annotated[str, Meta(min_length=1, max_length=64)]
_Name = Annotated[str, Meta(max_length=64)]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_SpaceId = Annotated[str, Meta(pattern="^[0-9]{0,19}$")]
"""In the cloud's space tree; empty: none."""


class SiteBad(ValueError):
    """What is wrong with a site's document, with the place."""


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    pass


class Price(_Struct, frozen=True, kw_only=True):
    """The box's own price, of lots for which the cloud has no tariff. Whole fen.

    Each begun hour after the free minutes costs `hour_fen`, a day of 24 hours at most `day_fen`.
    """

    free_minutes: Annotated[int, Meta(ge=0, le=10_000)] = 30
    hour_fen: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    day_fen: Annotated[int, Meta(ge=0, le=9_999_900)] | None = None


class Space(_Struct, frozen=True, kw_only=True):
    parking_space_id: _Id
    name: _Name = ""
    type: Literal["private", "public", "consume", "guest", "selfdefined"] = "public"


class Area(_Struct, frozen=True, kw_only=True):
    area_id: _Id
    name: _Name = ""
    parent_area_id: str = ""
    """Of the area around it; empty for a root."""
    space_id: _SpaceId = ""
    total_count: _Count = 0
    spaces: list[Space] = []


class Barrier(_Struct, frozen=True, kw_only=True):
    barrier_id: _Id
    barrier_name: _Name = ""
    area_id: _Id
    """The area that one drives into, or out of."""
    direction: Literal["IN", "OUT"]
    device: str = ""
    """DeviceName of the lane's device on this box; empty: none of this box, so it cannot be operated."""
    space_id: _SpaceId = ""


class Lot(_Struct, frozen=True, kw_only=True):
    parking_lot_id: _Id
    name: _Name = ""
    total_count: _Count = 0
    space_id: _SpaceId = ""
    """Of the cloud's lot: its tariff, passes, lists and visitors count here."""
    price: Price = Price()
    hold_unpaid: bool = True
    """A car that owes stays before the barrier; false: it leaves, and the order stays open."""
    visitors_free: bool = True
    """What a visitor's car does not pay while its visit lasts."""
    emergency_plates: Annotated[list[_Name], Meta(max_length=200)] = []
    """Of cars that always pass, beside those known by the shape of their plates."""
    areas: list[Area] = []
    barriers: list[Barrier] = []


class _Document(_Struct, frozen=True, kw_only=True):
    lots: Annotated[list[Lot], Meta(max_length=LOTS_MOST)] = []


class Site:
    """Looked up by id. Raises SiteBad for a document that contradicts itself."""

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        lots = list(lots)
        self.lots = {lot.parking_lot_id: lot for lot in lots}
        if len(self.lots) != len(lots):
            raise SiteBad("lots: a parkingLotId stands twice")
        self.areas: dict[str, dict[str, Area]] = {}
        self.barriers: dict[str, tuple[Lot, Barrier]] = {}
        self.devices: dict[str, tuple[Lot, Barrier]] = {}
        for lot in lots:
            self._take(lot)

    def _take(self, lot: Lot) -> None:
        where = f"lot {lot.parking_lot_id}"
        areas = {area.area_id: area for area in lot.areas}
        if len(areas) != len(lot.areas):
            raise SiteBad(f"{where}: an areaId stands twice")
        self.areas[lot.parking_lot_id] = areas
        for area in lot.areas:
            if area.parent_area_id and area.parent_area_id not in areas:
                raise SiteBad(f"{where}: area {area.area_id} has an unknown parentAreaId")
            if not _has_root(area, areas):
                raise SiteBad(f"{where}: area {area.area_id} lies within itself")
        spaces = [space.parking_space_id for area in lot.areas for space in area.spaces]
        if len(set(spaces)) != len(spaces):
            raise SiteBad(f"{where}: a parkingSpaceId stands twice")
        for barrier in lot.barriers:
            if barrier.area_id not in areas:
                raise SiteBad(f"{where}: barrier {barrier.barrier_id} has an unknown areaId")
            if barrier.barrier_id in self.barriers:
                raise SiteBad(f"{where}: barrierId {barrier.barrier_id} stands twice on this site")
            self.barriers[barrier.barrier_id] = lot, barrier
            if barrier.device and barrier.device in self.devices:
                raise SiteBad(f"{where}: device {barrier.device} stands at two barriers")
            if barrier.device:
                self.devices[barrier.device] = lot, barrier

    def within(self, lot_id: str, area_id: str) -> list[str]:
        """The area and all areas in it."""
        areas = self.areas[lot_id]
        return [inner for inner in areas if area_id in self.around(lot_id, inner)]

    def around(self, lot_id: str, area_id: str) -> list[str]:
        """The area and those around it, the innermost first."""
        areas, chain = self.areas[lot_id], []
        at = area_id
        while at in areas and at not in chain:
            chain.append(at)
            at = areas[at].parent_area_id
        return chain

    def roots(self, lot_id: str) -> list[Area]:
        return [area for area in self.areas[lot_id].values() if not area.parent_area_id]


def _has_root(area: Area, areas: dict[str, Area]) -> bool:
    seen, at = set[str](), area
    while at.parent_area_id:
        if at.area_id in seen:
            return False
        seen.add(at.area_id)
        at = areas[at.parent_area_id]
    return True


def read_site(document: Any) -> Site:
    """From JSON text, bytes, or what was read of it. Raises SiteBad."""
    try:
        if isinstance(document, str | bytes):
            read = msgspec.json.decode(document, type=_Document)
        else:
            read = msgspec.convert(document, _Document)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SiteBad(str(error)) from None
    return Site(read.lots)
