"""Visits of each lot, one for each thing that is done to them, and how the methods name them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.visitors.rows import API
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay

APPLY = "/solution/community/house/visitor/apply"
HOUR = 3_600_000
NAMES = ("visit", "spare_visit", "voided_visit", "arrived_visit", "coming_visit")
TIMES = {"startTime": "2020-01-01 00:00:00", "endTime": "2099-01-01 00:00:00"}


async def add_visits(platform: Platform, lot: Any) -> None:
    owner, now_ms, ids = lot.project.owner, platform.clock.now_ms(), platform.ids
    stay = Stay(community_id=lot.community, house_id=lot.house, starts_ms=now_ms, ends_ms=now_ms + 24 * HOUR)
    async with platform.db.begin() as tx:
        for name in NAMES:
            (made,) = await visits.apply(
                owner, tx, stay, guests=[Guest(name=f"访客{lot.name}")], source=API, ids=ids,
                now_ms=now_ms,
            )  # fmt: skip
            setattr(lot, name, made)
        await visits.check_in(owner, tx, apply_id=lot.arrived_visit, now_ms=now_ms)
        for name in ("asked_visit", "refused_visit"):
            guest = Guest(name=f"来客{lot.name}", phone=f"1391234567{ord(lot.name) % 10}")
            made = await visits.ask(
                owner,
                tx,
                stay,
                guest=guest,
                host_name="",
                ids=ids,
                now_ms=now_ms,
            )
            setattr(lot, name, made)


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    page = {"pageNo": 1, "pageSize": 10}
    soon = {"startTime": "2026-01-01 00:00:00", "endTime": _soon()}
    return {
        (f"{APPLY}/add", "1.0.0"): [
            lambda x: {"houseId": x.house, **soon, "visitors": [{"name": f"新{x.name}", "type": "4"}]}
        ],
        (f"{APPLY}/cancel", "1.0.0"): [lambda x: {"applyId": str(x.spare_visit)}],
        (f"{APPLY}/confirm", "1.0.0"): [lambda x: {"applyId": str(x.visit)}],
        (f"{APPLY}/get", "1.0.0"): [lambda x: {"applyId": str(x.visit)}],
        (f"{APPLY}/query", "1.0.0"): [lambda x: {**TIMES, **page, "houseId": x.house}],
    }


def _soon() -> str:
    from tests.scope.town import wall

    return wall(9)
