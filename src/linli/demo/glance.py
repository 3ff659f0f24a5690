"""Data for the overview of the sample from the first minute: vehicles, doors on the map, curves of the weeks before."""

import contextlib
import math
import random
from typing import Final

from linli.app.platform import Platform
from linli.demo import devices, picture, sample, town
from linli.demo.place import Place
from linli.domains.communities.service import assets, uploads
from linli.domains.communities.service.assets import AssetNameTaken
from linli.domains.overview import calendar, queries, service
from linli.domains.overview.queries import PARKING, STORAGE
from linli.domains.overview.schemas import IN, OUT, PERSON, VEHICLE
from linli.domains.people.queries import vehicles as vehicle_queries
from linli.domains.people.service import vehicles
from linli.domains.people.service.vehicles import VehicleForm
from linli.kernel.db import Tx

_HOUR_MS: Final = 3_600_000
_DRIVING_AGE: Final = 18
_OWN_A_CAR: Final = 0.35
_REGIONS: Final = ("浙",) * 14 + ("沪", "沪", "苏", "苏", "皖", "赣", "京")
_MARKS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_BRANDS: Final = ("比亚迪", "大众", "丰田", "吉利", "特斯拉", "本田", "问界")
_COLOURS: Final = range(1, 6)
_PERSONS_A_DAY, _VEHICLES_A_DAY = 900, 260
_RUSH: Final = {IN: (18.5, 12.2), OUT: (7.7, 13.3)}
"""Hours of the day at which most come home, and leave."""
_HAS_A_STORE: Final = 0.4
_PLAN_METRES: Final = 320.0
_DEGREE_M: Final = 111_320
_SPOTS: Final = {
    "gate-south-in": (300, 424),
    "gate-south-out": (340, 424),
    "gate-north-in": (300, 16),
    "gate-north-out": (340, 16),
    "garage-walk": (170, 180),
    "club-house": (295, 406),
}


async def ensure(platform: Platform, site: Place) -> None:
    await _vehicles(platform, site)
    await _map(platform, site)
    await _weeks_before(platform, site)


def plate(rng: random.Random) -> str:
    """A plate of a province; every third is that of a new-energy vehicle."""
    region, city = rng.choice(_REGIONS), rng.choice("ABCD")
    if rng.random() < 1 / 3:
        return f"{region}{city}D{rng.choice(_MARKS)}{rng.randrange(10**4):04}"
    return f"{region}{city}" + "".join(rng.choice(_MARKS) for _ in range(5))


async def _vehicles(platform: Platform, site: Place) -> None:
    here = site.community.community_id
    if await vehicle_queries.by_region(site.tenant, platform.db, here):
        return
    rng = random.Random(sample.SEED + 7)
    there = await town.look(platform, site)

    async def work(tx: Tx) -> None:
        for person in there.people:
            if person.age < _DRIVING_AGE or rng.random() > _OWN_A_CAR:
                continue
            form = VehicleForm(plate=plate(rng), brand=rng.choice(_BRANDS), color=rng.choice(_COLOURS))
            await vehicles.add(
                site.tenant,
                tx,
                community_id=here,
                identity_id=person.identity_id,
                forms=[form],
                ids=platform.ids,
                now_ms=platform.clock.now_ms(),
            )
            await _assets(platform, site, person.house_id, rng, tx)

    await platform.db.run(work)


async def _assets(platform: Platform, site: Place, house_id: int, rng: random.Random, tx: Tx) -> None:
    """A parking space, and often a store."""
    now_ms, number = platform.clock.now_ms(), rng.randrange(1000)
    wished = [(PARKING, f"B1-{number:03}")]
    if rng.random() < _HAS_A_STORE:
        wished.append((STORAGE, f"S-{number:03}"))
    for type, name in wished:
        with contextlib.suppress(AssetNameTaken):
            await assets.add(
                site.tenant, tx, house_id=house_id, type=type, name=name, ids=platform.ids, now_ms=now_ms
            )


async def _map(platform: Platform, site: Place) -> None:
    """A plan of the ground with the doors where they are."""
    community = site.community
    here = community.community_id
    placed = await queries.placed_devices(site.tenant, platform.db, here)
    if placed or community.lng is None or community.lat is None:
        return
    lng, lat = community.lng, community.lat
    now_ms = platform.clock.now_ms()
    kept = await uploads.keep(
        site.tenant.narrowed(here),
        platform.db,
        platform.objects,
        new=uploads.NewUpload(
            content=picture.plan(), biz_code=uploads.DEFAULT, community_id=here, tmp_key="", field="plan"
        ),
        ids=platform.ids,
        now_ms=now_ms,
    )
    there = await town.look(platform, site)
    lifts = await devices.rows_of(
        platform.db, site, devices.LIFT, [lift.device_name for lift in sample.lifts()]
    )

    async def draw(tx: Tx) -> None:
        await service.set_plan(
            site.tenant, tx, community_id=here, upload=kept, metres=_PLAN_METRES, now_ms=now_ms
        )
        for name, row in (*there.doors.items(), *((lift.device_name, lift) for lift in lifts)):
            x, y = _on_earth(_spot(name), lng, lat)
            await service.place(
                site.tenant, tx, community_id=here, iot_id=row.iot_id, lng=x, lat=y, now_ms=now_ms
            )

    await platform.db.run(draw)


def _spot(name: str) -> tuple[int, int]:
    """Where a door or lift is on the plan, in pixels; one that the plan does not know stands at the crossing."""
    if name.startswith("lift-"):
        left, top, width, height = picture.BUILDINGS[(int(name[-2:]) - 1) % 3]
        return left + width // 2, top + height // 3
    if name.startswith("unit-"):
        _, building, unit = name.split("-")
        left, top, width, height = picture.BUILDINGS[(int(building) - 1) % 3]
        return left + round(width * (0.28 if unit == "01" else 0.72)), top + height
    return _SPOTS.get(name, (picture.PLAN_WIDTH // 2, picture.PLAN_HEIGHT // 2))


def _on_earth(spot: tuple[int, int], lng: float, lat: float) -> tuple[float, float]:
    """(lng, lat) of a pixel of the plan. The plan's middle is the community's."""
    metre = _PLAN_METRES / picture.PLAN_WIDTH
    east = (spot[0] - picture.PLAN_WIDTH / 2) * metre
    south = (spot[1] - picture.PLAN_HEIGHT / 2) * metre
    return lng + east / (_DEGREE_M * math.cos(math.radians(lat))), lat - south / _DEGREE_M


async def _weeks_before(platform: Platform, site: Place) -> None:
    """Four weeks and the days of this one, as the system that the property used before had them."""
    community = site.community
    weeks = calendar.weeks(platform.clock.now_ms(), community.time_zone)
    days = await queries.traffic(site.tenant, platform.db, community.community_id, weeks)
    if days.weeks_known:
        return
    rng = random.Random(sample.SEED + 8)
    counts = [
        (
            start + hour * _HOUR_MS,
            kind,
            way,
            round(a_day * _share(way, hour) * weekend * rng.uniform(0.85, 1.15)),
        )
        for number, start in enumerate(weeks.starts_ms[: weeks.today])
        for weekend in ((0.8 if number % 7 >= 5 else 1.0),)
        for kind, a_day in ((PERSON, _PERSONS_A_DAY), (VEHICLE, _VEHICLES_A_DAY))
        for way in (IN, OUT)
        for hour in range(6, 24)
    ]
    await platform.db.run(
        lambda tx: service.carry_over(site.tenant, tx, community_id=community.community_id, counts=counts)
    )


def _share(way: str, hour: int) -> float:
    """Of a day's passes in one direction, those of an hour."""
    rush, noon = _RUSH[way]
    weight = (
        0.2 + 2.4 * math.exp(-(((hour - rush) / 1.4) ** 2)) + 0.9 * math.exp(-(((hour - noon) / 1.2) ** 2))
    )
    return weight / 12.5
