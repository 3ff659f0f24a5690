"""Vehicles of each lot, and how methods and routes name them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.parking.fees import service as tariffs
from linli.domains.parking.fees.forms import ClassForm, PlanForm, PriceForm, SegmentForm, TariffForm
from linli.domains.people.service import vehicles
from linli.domains.people.service.vehicles import VehicleForm

VEHICLE = "/solution/community/household/user/vehicle"
NAMES = ("vehicle", "spare_vehicle", "dropped_vehicle", "removed_vehicle")
TARIFF = TariffForm(
    classes=[
        ClassForm(
            "",
            [PlanForm(["workday", "weekend", "holiday"], [SegmentForm("00:00", "24:00", PriceForm(60, 1))])],
        )
    ]
)


def plate(lot: Any, last: str) -> str:
    return f"浙{lot.name}{ord(lot.name):04d}{last}"


async def add_vehicles(platform: Platform, lot: Any) -> None:
    owner = lot.project.owner
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        for name in ("tariff", "spare_tariff"):
            number = await tariffs.create(
                owner, tx, community_id=lot.community, name=name, form=TARIFF, ids=platform.ids, now_ms=now_ms
            )
            setattr(lot, name, number)
        for number, name in enumerate(NAMES):
            form = VehicleForm(plate=plate(lot, str(number)))
            (made,) = await vehicles.add(
                owner, tx, community_id=lot.community, identity_id=lot.person, forms=[form],
                ids=platform.ids, now_ms=platform.clock.now_ms(),
            )  # fmt: skip
            setattr(lot, name, made)
        await vehicles.remove(
            owner,
            tx,
            community_id=lot.community,
            vehicle_ids=[lot.removed_vehicle],
            now_ms=platform.clock.now_ms(),
        )


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    return {
        (f"{VEHICLE}/add", "1.0.1"): [
            lambda x: {"identityId": x.person, "vehicleList": [{"plateNumber": plate(x, "7")}]}
        ],
        (f"{VEHICLE}/update", "1.0.1"): [lambda x: {"vehicleList": [{"id": x.vehicle, "brand": "比亚迪"}]}],
        (f"{VEHICLE}/query", "1.0.1"): [lambda x: {"identityId": x.person}],
        (f"{VEHICLE}/delete", "1.0.1"): [lambda x: {"vehicleList": [{"id": x.spare_vehicle}]}],
    }
