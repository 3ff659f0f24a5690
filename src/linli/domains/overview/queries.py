"""Reads of the overview: its own counts, and the figures of the rooms below."""

from bisect import bisect_right
from collections import defaultdict
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from linli.databus import queries as records
from linli.domains.communities.queries import figures as housing
from linli.domains.communities.queries import spaces
from linli.domains.faces.ports import Position
from linli.domains.overview.calendar import WEEKS_BEFORE, Weeks
from linli.domains.overview.handlers import HOUR_MS, PARK_RECORD
from linli.domains.overview.models import map_devices, map_plans, traffic_hours
from linli.domains.overview.schemas import (
    IN,
    OUT,
    PERSON,
    VEHICLE,
    Curve,
    Days,
    Housing,
    Population,
    Share,
    Traffic,
    VehiclePass,
)
from linli.domains.people.queries import figures as people
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

OWNER, RELATIVE, TENANT = 1, 2, 3
"""MEMBER_TYPE, spec B §2."""
PARKING, GARAGE, STORAGE = 1, 2, 3
"""ASSET_TYPE."""
_DAYS_BEFORE: Final = WEEKS_BEFORE * 7

_t = traffic_hours.c
_hours = Query(
    select(_t.hour, _t.kind, _t.direction, _t.passed, _t.refused).where(
        in_scope(traffic_hours),
        _t.community_id == bindparam("community_id", type_=INT),
        _t.hour >= bindparam("first", type_=INT),
        _t.hour < bindparam("last", type_=INT),
    )
)
_opened = Query(
    select(_t.hour)
    .where(
        in_scope(traffic_hours),
        _t.community_id == bindparam("community_id", type_=INT),
        _t.kind == PERSON,
        _t.passed > 0,
    )
    .limit(1)
)
_placed = Query(
    select(map_devices.c.iot_id, map_devices.c.lng, map_devices.c.lat).where(
        in_scope(map_devices), map_devices.c.community_id == bindparam("community_id", type_=INT)
    )
)
_where = Query(
    select(map_devices.c.iot_id, map_devices.c.lng, map_devices.c.lat).where(
        in_scope(map_devices), any_of(map_devices.c.iot_id, "iot_ids")
    )
)
_plan = Query(
    select(map_plans.c.upload_id, map_plans.c.width, map_plans.c.height, map_plans.c.metres).where(
        in_scope(map_plans), map_plans.c.community_id == bindparam("community_id", type_=INT)
    )
)


async def any_opening(scope: Scope, db: Reader, community_id: int) -> bool:
    """Whether a door of the community ever opened to somebody."""
    return await _opened.scalar(db, scope, community_id=community_id) is not None


async def population(scope: Scope, db: Reader, community_id: int) -> Population:
    """The persons of the community, counted over its rows."""
    ties = await people.count_by_tie(scope, db, community_id)
    by = {
        field: await people.count_by(scope, db, community_id, field)
        for field in ("sex", "degree", "marriage", "politics")
    }
    return Population(
        total=await people.count_registered(scope, db, community_id),
        permanent=ties.get(OWNER, 0) + ties.get(RELATIVE, 0),
        floating=ties.get(TENANT, 0),
        others=sum(count for type, count in ties.items() if type not in (OWNER, RELATIVE, TENANT)),
        by_sex=_shares(by["sex"]),
        by_age=_shares(
            await people.count_by_age(scope, db, community_id), [band for *_, band in people.AGES]
        ),
        by_degree=_shares(by["degree"]),
        by_marriage=_shares(by["marriage"]),
        by_politics=_shares(by["politics"]),
    )


async def housing_of(scope: Scope, db: Reader, community_id: int) -> Housing:
    """The spaces of the community in figures."""
    assets = await housing.count_assets(scope, db, community_id)
    by_layout = await housing.count_by_layout(scope, db, community_id)
    return Housing(
        houses=await housing.count_houses(scope, db, community_id),
        occupied=await people.count_lived_in(scope, db, community_id),
        parking_spaces=assets.get(PARKING, 0),
        garages=assets.get(GARAGE, 0),
        storage_rooms=assets.get(STORAGE, 0),
        by_type=_shares(await housing.count_by_type(scope, db, community_id)),
        by_layout=[Share(code, count) for code, count in by_layout.items()],
        by_status=_shares(await housing.count_by_status(scope, db, community_id)),
    )


async def traffic(scope: Scope, db: Reader, community_id: int, weeks: Weeks) -> Days:
    """Today, and this week beside the mean of the four weeks before. Weeks without any pass are left out of the mean."""
    binds = {"first": weeks.starts_ms[0] // HOUR_MS, "last": weeks.starts_ms[-1] // HOUR_MS + 1}
    passed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (_DAYS_BEFORE + 7))
    refused: dict[str, int] = defaultdict(int)
    for hour, kind, way, went, kept_out in await _hours.all(db, scope, community_id=community_id, **binds):
        day = bisect_right(weeks.starts_ms, hour * HOUR_MS) - 1
        if not 0 <= day < _DAYS_BEFORE + 7:
            continue
        passed[kind, way][day] += went
        if day == weeks.today:
            refused[kind] += kept_out
    weeks_by_kind = {kind: _weeks_with_passes(passed, kind) for kind in (PERSON, VEHICLE)}

    def of(kind: str) -> Traffic:
        today = {way: passed[kind, way][weeks.today] for way in (IN, OUT, "")}
        return Traffic(
            today=sum(today.values()),
            today_in=today[IN],
            today_out=today[OUT],
            refused_today=refused[kind],
            entering=_curve(passed[kind, IN], weeks_by_kind[kind], weeks.today),
            leaving=_curve(passed[kind, OUT], weeks_by_kind[kind], weeks.today),
        )

    return Days(
        monday_ms=weeks.monday_ms,
        weeks_known=len(weeks_by_kind[PERSON]),
        persons=of(PERSON),
        vehicles=of(VEHICLE),
        vehicle_weeks_known=len(weeks_by_kind[VEHICLE]),
    )


async def vehicle_passes(scope: Scope, db: Reader, community_id: int, *, limit: int) -> list[VehiclePass]:
    """The last vehicles at the barriers, newest first."""
    matches = await records.find_records(
        scope, db, model_id=PARK_RECORD, terms=(), page=PageRequest(1, limit), community_id=community_id
    )
    rows: list[tuple[Any, dict[str, Any]]] = [(row, msgspec.json.decode(row.body)) for row in matches]
    lanes = {int(lane) for _, body in rows if (lane := str(body.get("channelSpaceId", ""))).isdigit()}
    names = await spaces.names(scope, db, sorted(lanes))
    return [
        VehiclePass(
            id=str(row.id),
            at_ms=row.created_ms,
            plate=str(body.get("plateNumber", "")),
            direction={0: IN, 1: OUT}.get(body.get("direction", -1), ""),
            lane=names.get(int(lane), "") if (lane := str(body.get("channelSpaceId", ""))).isdigit() else "",
        )
        for row, body in rows
    ]


async def placed_devices(scope: Scope, db: Reader, community_id: int) -> dict[str, tuple[float, float]]:
    """iotId -> (lng, lat)."""
    return {
        iot_id: (lng, lat) for iot_id, lng, lat in await _placed.all(db, scope, community_id=community_id)
    }


async def plan_of(scope: Scope, db: Reader, community_id: int) -> tuple[str, int, int, float] | None:
    """(uploadId, width and height in pixels, width of the ground in metres), or None."""
    row = await _plan.one(db, scope, community_id=community_id)
    return None if row is None else (row[0], row[1], row[2], row[3])


def _weeks_with_passes(passed: dict[tuple[str, str], list[int]], kind: str) -> list[int]:
    sums = [0] * WEEKS_BEFORE
    for (of_kind, _), days in passed.items():
        if of_kind == kind:
            for week in range(WEEKS_BEFORE):
                sums[week] += sum(days[week * 7 : week * 7 + 7])
    return [week for week, total in enumerate(sums) if total]


def _curve(days: list[int], weeks: list[int], today: int) -> Curve:
    this_week = [days[_DAYS_BEFORE + n] if _DAYS_BEFORE + n <= today else None for n in range(7)]
    mean = [sum(days[week * 7 + n] for week in weeks) / len(weeks) if weeks else 0.0 for n in range(7)]
    return Curve(this_week, mean)


def _shares(counts: dict[str, int], order: list[str] | None = None) -> list[Share]:
    """In the order of their codes; unknown ones last."""
    codes = order if order is not None else sorted((code for code in counts if code), key=int)
    return [
        *(Share(code, counts.get(code, 0)) for code in codes),
        *([Share("", counts[""])] if counts.get("") else []),
    ]


class MapPlaces:
    """Implements `faces.ports.DevicePlaces` over the map."""

    async def positions(self, scope: Scope, db: Reader, *, iot_ids: list[str]) -> dict[str, Position]:
        if not iot_ids:
            return {}
        rows = await _where.all(db, scope, iot_ids=iot_ids)
        return {iot_id: Position(lng, lat) for iot_id, lng, lat in rows}
