"""A visitor's pass goes all the way: the lift that comes for it frees the host's floor, as long as the pass holds."""

import pytest

from linli.domains.access.service import qr
from linli.domains.visitors import queries as visit_queries
from linli.domains.visitors.rows import API
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Guest, Stay
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import held, plain, under_way

pytestmark = pytest.mark.engines("sqlite")
HOUR = 3_600_000


async def invite(site: LiftSite, *, from_ms: int) -> tuple[int, str]:
    """A visit to the owner's house, and its code at the door, once the box keeps it."""
    platform, estate = site.platform, site.estate
    now = platform.clock.now_ms()
    stay = Stay(
        community_id=estate.community, house_id=estate.houses[0], starts_ms=from_ms, ends_ms=from_ms + HOUR
    )
    async with platform.db.begin() as tx:
        guests = [Guest(name="张访客")]
        (visit_id,) = await visits.apply(
            site.scope, tx, stay, guests=guests, source=API, ids=platform.ids, now_ms=now
        )
        visit = await visit_queries.visit(site.scope, tx, visit_id)
        await qr.bind_code(
            site.scope, tx, qr_code=visit.qr_code, identity_id=visit.visitor_identity, iot_ids=[site.door],
            right=qr.QrRight(now, now + 24 * HOUR), keys=platform.keys, now_ms=now,
        )  # fmt: skip

    async def there() -> bool:
        await platform.worker.run_once()
        await platform.reconciler.run_once()
        rows = await site.box.wishes.kept("door.unit", ("qr",))
        return any(row.item.credential == visit.qr_code for row in rows)

    await until(there)
    return visit_id, visit.qr_code


async def test_a_visitor_is_taken_to_the_host_while_the_pass_holds(site: LiftSite) -> None:
    await read(site)
    desk, lift, platform = site.estate.desk, site.machines[1].memory, site.platform
    choices = await desk.get("/edge/passage-rules/choices", params={"gatewayId": site.gateway_id})
    ids = {row["deviceName"]: row["id"] for row in choices.json()["devices"]}
    form = {
        "gatewayId": str(site.gateway_id), "name": "到家", "doorId": ids["door.unit"],
        "liftId": ids["lift.gateway"], "startFloor": "1", "release": True, "floors": {"101": "10"},
    }  # fmt: skip
    assert (await desk.post("/edge/passage-rules", json=form)).status_code == 201
    now = platform.clock.now_ms()
    visit_id, code = await invite(site, from_ms=now)
    _, later = await invite(site, from_ms=now + HOUR)
    await held(site)
    rules = site.box.passage.rules.rules
    assert [len(rule.visitors) for rule in rules] == [2]
    door = site.machines[0]
    site.box.line.cut()
    site.line_cut = True
    await door.scan(code)
    await until(lambda: len(lift.released) == 1)
    assert [plain(stop) for stop in lift.released[0].floor_room_list or ()] == [("10", "101")]
    await door.scan(later)  # the door lets them in, and no floor is freed before the visit begins
    await until(lambda: len(lift.calls) == 2)
    await until(lambda: not under_way())
    assert len(lift.released) == 1
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0)

    async with platform.db.begin() as tx:  # taken back: its floor ends with it
        await visits.void(site.scope, tx, apply_id=visit_id, now_ms=platform.clock.now_ms())

    async def ended() -> bool:
        await platform.clock.advance(2_000)
        await platform.worker.run_once()
        return [len(rule.visitors) for rule in site.box.passage.rules.rules] == [1]

    await until(ended)
