"""A visit of one entry at a real box: gate and car are one way, counted alike at the box and on the platform."""

import pytest

from linli.domains.access.queries.ways import find
from linli.domains.access.service import doors
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.visitors import queries as visit_queries
from linli.domains.visitors.events import VisitChanged
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.rows import EXPECTED, STAFF, Visit
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.service.visits import Guest, Stay
from linli.edge.runtime.ways import way_of
from linli.kernel.http import Callers
from linli.rules.ways import LIFT, WAY_MS
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import USER, LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import held, plain

pytestmark = pytest.mark.engines("sqlite")
HOUR = 3_600_000


async def expected(site: LiftSite) -> tuple[Visit, str]:
    """A visit of one entry, and its code, once the box keeps it at the gate and in the car."""
    platform, estate, scope = site.platform, site.estate, site.scope
    now = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        new = doors.NewDoor(community_id=estate.community, name="1单元梯内", iot_id=site.lift)
        await doors.register_door(scope, tx, new=new, keys=platform.keys, now_ms=now)
        stay = Stay(
            community_id=estate.community,
            house_id=estate.houses[0],
            starts_ms=now - HOUR,
            ends_ms=now + HOUR,
            uses=1,
        )
        (visit_id,) = await visits.apply(
            scope, tx, stay, guests=[Guest(name="张访客")], source=STAFF, ids=platform.ids, now_ms=now
        )
    room = VisitorsRoom(
        platform.db, platform.clock, platform.ids, platform.keys, PassLinks(platform.secrets, ""),
        OutboxSms(platform.db, platform.secrets, platform.ids), callers=Callers((), platform.clock),
    )  # fmt: skip
    place = (scope.tenant, estate.community, estate.houses[0], visit_id, EXPECTED, STAFF, None)
    await room.passes.follow(VisitChanged(*place))
    visit = await visit_queries.visit(scope, platform.db, visit_id)
    code = visit.codes[-1]

    async def there() -> bool:
        await platform.worker.run_once()
        await platform.reconciler.run_once()
        kept = [await site.box.wishes.kept(name, ("qr",)) for name in ("door.unit", "lift.gateway")]
        return all(any(row.item.credential == code for row in rows) for rows in kept)

    await until(there)
    return visit, code


async def test_box_and_platform_count_one_entry_alike(site: LiftSite) -> None:
    await read(site)
    platform = site.platform
    gate, car = site.machines
    await site.linkage("RELEASE_ONLY", triggerIotId=site.lift)  # the gateway's own reader stands in its car
    await held(site)
    visit, code = await expected(site)
    site.box.line.cut()
    site.line_cut = True
    said = [await reader.scan(code) is not None for reader in (gate, car, gate, car)]
    assert said == [True, True, False, True]  # the gate again is a second use; down is free
    at_box = await site.box.store.read(lambda c: way_of(c, visit.way))
    assert (at_box.used, at_box.points) == (1, ("0", f"{LIFT}0"))
    site.line_cut = False
    site.box.line.mend()

    async def told() -> bool:
        row = (await find(platform.db, [visit.way])).get(visit.way)
        return row is not None and row.walked.points == at_box.points

    await until(told)
    row = (await find(platform.db, [visit.way]))[visit.way]
    assert (row.walked.used, row.left()) == (1, 0)


async def test_in_the_car_a_way_that_is_over_frees_the_exits_alone(site: LiftSite) -> None:
    """Of a visitor whom an application listed: through the reader, the box and the lift's own protocol."""
    await read(site)
    lift = site.machines[1].memory
    data_id = await site.linkage("RELEASE_ONLY", triggerIotId=site.lift)
    visit, code = await expected(site)
    who = {"identityId": visit.visitor_identity}
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, **who, userTargetList=[{"targetFloor": "12"}])
    await held(site)
    box, now = site.box, site.box.clock.now_ms()

    async def freed(count: int) -> list[str]:
        await until(lambda: len(lift.released) == count)
        return [plain(stop)[0] for stop in lift.released[-1].floor_room_list or ()]

    await site.machines[1].scan(code)
    assert await freed(1) == ["12"]
    await box.store.write(
        lambda c: c.execute("UPDATE way_passes SET at_ms = ?", (now - 2 * WAY_MS,)).rowcount
    )
    await site.machines[1].scan(code)
    assert await freed(2) == ["1"]
