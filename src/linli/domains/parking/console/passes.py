"""Console: what lanes reported, with pictures, and as a file."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Literal

from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.communities.queries import spaces
from linli.domains.parking.console.shapes import PassOfVehicle
from linli.domains.parking.queries.passes import PassFilter, list_passes
from linli.domains.parking.queries.readings import readings_of
from linli.domains.parking.reading_rows import PlateReading
from linli.domains.parking.readings.shapes import reading_row
from linli.domains.parking.rows import LanePass
from linli.domains.people.rights import Right
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.history import Kind
from linli.kernel.i18n import text
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules.plates import clean_plate

PICTURE_SECONDS: Final = 3600
EXPORTED: Final = "vehicle_passes"
HISTORY = (Kind(name=EXPORTED, see=Right.VEHICLES_SEE.value, manage=Right.VEHICLES_MANAGE.value),)
type Permission = Literal["ordinary", "temporary", "whitelist", "blacklist", "no_plate"]
type Opening = Literal["normal", "abnormal", "manual"]
_PERMISSIONS: Final[tuple[Permission, ...]] = ("ordinary", "temporary", "whitelist", "blacklist", "no_plate")
_OPENINGS: Final[tuple[Opening, ...]] = ("normal", "abnormal", "manual")
_COLUMNS: Final = (
    "time",
    "plate",
    "lane",
    "direction",
    "permission",
    "opening",
    "color",
    "brand",
    "reliability",
)

pass_routes = Routes("/communities/{community_id:int}/parking/passes", tags=("parking",))


class PassesAsked(Filter, frozen=True):
    """Passes of a community, as their list is asked for."""

    q: Annotated[str, Meta(description="Part of the plate.")] = ""
    lane_id: int | None = None
    direction: Literal["in", "out"] | None = None
    permission: Permission | None = None
    opening: Opening | None = None
    since_ms: Annotated[int, Meta(description="UTC ms")] = 0
    until_ms: Annotated[int, Meta(description="UTC ms")] = 1 << 52


@pass_routes.get(right=Right.VEHICLES_SEE.value)
async def list_vehicle_passes(
    community_id: int, scope: Scope, db: Database, page: PageRequest, objects: ObjectStore, asked: PassesAsked
) -> Page[PassOfVehicle]:
    """Newest first."""
    await spaces.require_root(scope, db, community_id)
    matches = await list_passes(scope, db, where=_filter(community_id, asked), page=page)
    read = await readings_of(scope, db, [row.id for row in matches.data])
    return Page.of(page, matches.total, [_row(row, objects, read.get(row.id)) for row in matches.data])


@pass_routes.get("/export.csv", right=Right.VEHICLES_SEE.value)
async def export_vehicle_passes(
    community_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    asked: PassesAsked,
    language: str | None = None,
) -> Stream:
    """All matching rows as CSV, in the site's time; the export is kept with the person."""
    await spaces.require_root(scope, db, community_id)
    where = _filter(community_id, asked)
    count = (await list_passes(scope, db, where=where, page=PageRequest(1, 1))).total
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            history.Record(EXPORTED, str(community_id), community_id),
            "exported",
            before={},
            after={"rows": count},
            now_ms=clock.now_ms(),
        )
    chosen = language or scope.language
    titles = [text(f"parking.column.{name}", chosen) for name in _COLUMNS]
    return csv_file("vehicle-passes", titles, _lines(scope, db, where, chosen))


def _filter(community_id: int, asked: PassesAsked) -> PassFilter:
    return PassFilter(
        community_id=community_id,
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
        lane_id=asked.lane_id,
        direction=None if asked.direction is None else int(asked.direction == "out"),
        permission=None if asked.permission is None else _PERMISSIONS.index(asked.permission),
        open_type=None if asked.opening is None else _OPENINGS.index(asked.opening),
        part=clean_plate(asked.q),
    )


async def _lines(
    scope: Scope, db: Reader, where: PassFilter, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    zone, number = await zone_of(db, where.community_id), 1
    while True:
        rows = (await list_passes(scope, db, where=where, page=PageRequest(number, AT_ONCE))).data
        yield [
            (
                write_time(row.passed_ms, zone),
                row.plate or text("parking.permission.no_plate", language),
                row.lane_name,
                text(f"parking.direction.{'out' if row.direction else 'in'}", language),
                text(f"parking.permission.{_PERMISSIONS[row.permission]}", language),
                text(f"parking.opening.{_OPENINGS[row.open_type]}", language),
                text(f"parking.car_color.{row.car_color}", language) if row.car_color else "",
                row.brand,
                "" if row.reliability is None else f"{row.reliability:.3f}",
            )
            for row in rows
        ]
        if len(rows) < AT_ONCE:
            return
        number += 1


def _row(row: LanePass, objects: ObjectStore, reading: PlateReading | None) -> PassOfVehicle:
    return PassOfVehicle(
        id=str(row.id),
        at_ms=row.passed_ms,
        lane_id=str(row.lane_id),
        lane=row.lane_name,
        direction="out" if row.direction else "in",
        plate=row.plate,
        read_as="" if row.plate else row.read_as,
        permission=_PERMISSIONS[row.permission],
        open_type=_OPENINGS[row.open_type],
        plate_color=row.plate_color,
        car_color=row.car_color,
        brand=row.brand,
        reliability=row.reliability,
        picture_url=objects.url(row.picture, expires_s=PICTURE_SECONDS) if row.picture else "",
        reading=None if reading is None else reading_row(reading),
    )
