"""Visitors upstairs get down: by the reader there and by their page, to the exits alone, a while after the visit too."""

from typing import Any

import httpx
import pytest

from linli.domains.access.service import qr
from linli.domains.elevators.service.visitor_lifts import HostLifts
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.visitors import queries as visit_queries
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.rows import API
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.service.visits import Guest, Stay
from linli.kernel.http import Callers, HttpServer
from linli.rules.lifts import DOWN_AFTER_MS, exit_floors
from linli.things.queries.devices import find_devices
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import DEVICE, LiftSite
from tests.domains.elevators.test_emergencies import cars, declared, results
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import held, plain, under_way

sqlite = pytest.mark.engines("sqlite")
MINUTE, HOUR = 60_000, 3_600_000


@pytest.mark.parametrize(
    ("home", "floors", "starts", "exits"),
    [
        ("", ["B1", "G", "1", "10"], ["1"], ["1"]),
        ("", ["B1", "G", "1", "10"], ["G", "10"], ["G"]),
        ("1", ["B1", "G", "1", "10"], ["B1", "10"], ["1", "B1"]),
        ("10", ["B1", "1", "10", "11"], ["1"], ["10", "1"]),
        ("", [], ["1", "7"], ["1"]),
        ("", ["一层", "二层"], ["一层"], []),
        ("", [], [], []),
    ],
)
def test_where_a_lift_lets_people_out(
    home: str, floors: list[str], starts: list[str], exits: list[str]
) -> None:
    assert exit_floors(home, floors, starts) == exits


async def rule(site: LiftSite, door: str, floor: str) -> None:
    desk = site.estate.desk
    choices = await desk.get("/edge/passage-rules/choices", params={"gatewayId": site.gateway_id})
    ids = {row["deviceName"]: row["id"] for row in choices.json()["devices"]}
    form = {
        "gatewayId": str(site.gateway_id), "name": f"{floor} 层", "doorId": ids[door],
        "liftId": ids["lift.gateway"], "startFloor": floor, "release": True, "floors": {"101": "10"},
    }  # fmt: skip
    assert (await desk.post("/edge/passage-rules", json=form)).status_code == 201


async def visit(site: LiftSite, *, starts_ms: int, ends_ms: int) -> tuple[int, str]:
    """To the owner's house, with a code that both readers take all day."""
    platform, estate = site.platform, site.estate
    now, before = platform.clock.now_ms(), starts_ms
    stay = Stay(
        community_id=estate.community, house_id=estate.houses[0], starts_ms=starts_ms, ends_ms=ends_ms
    )
    async with platform.db.begin() as tx:
        (visit_id,) = await visits.apply(
            site.scope, tx, stay, guests=[Guest(name="张访客")], source=API, ids=platform.ids, now_ms=before
        )
        row = await visit_queries.visit(site.scope, tx, visit_id)
        await qr.bind_code(
            site.scope, tx, qr_code=row.qr_code, identity_id=row.visitor_identity,
            iot_ids=[site.door, site.lift], right=qr.QrRight(now, now + 24 * HOUR), keys=platform.keys,
            now_ms=now,
        )  # fmt: skip

    async def there() -> bool:
        await platform.worker.run_once()
        await platform.reconciler.run_once()
        kept = [await site.box.wishes.kept(name, ("qr",)) for name in ("door.unit", "lift.gateway")]
        return all(any(each.item.credential == row.qr_code for each in rows) for rows in kept)

    await until(there)
    return visit_id, row.qr_code


def freed(site: LiftSite) -> list[list[str]]:
    return [
        [plain(stop)[0] for stop in order.floor_room_list or ()] for order in site.machines[1].memory.released
    ]


@sqlite
async def test_the_reader_upstairs_brings_visitors_down_and_never_up_after_the_end(site: LiftSite) -> None:
    await read(site)
    upstairs = site.machines[1]
    await rule(site, "door.unit", "1")
    await rule(site, "lift.gateway", "10")
    now = site.platform.clock.now_ms()
    _, here = await visit(site, starts_ms=now - HOUR, ends_ms=now + HOUR)
    _, over = await visit(site, starts_ms=now - 2 * HOUR, ends_ms=now - 10 * MINUTE)
    _, long_over = await visit(site, starts_ms=now - 2 * HOUR, ends_ms=now - DOWN_AFTER_MS - MINUTE)
    await held(site)
    assert site.box.passage.rules.lifts["lift.gateway"].exits == ["1"]
    site.box.line.cut()
    site.line_cut = True
    await upstairs.scan(here)
    await until(lambda: freed(site) == [["10", "1"]])  # the host's floor as ever, and the way out
    await upstairs.scan(over)
    await until(lambda: len(freed(site)) == 2)
    assert freed(site)[1] == ["1"]
    for code, reader in ((long_over, upstairs), (over, site.machines[0])):  # nowhere, and not up
        called = len(upstairs.memory.calls)
        await reader.scan(code)
        await until(lambda called=called: len(upstairs.memory.calls) == called + 1)
        await until(lambda: not under_way())
    assert len(freed(site)) == 2

    refused = {"message": "", "type": "qrCode", "content": over, "extInfo": "{}"}
    for code, floors in ((102, 3), (104, 4)):  # a reader that refuses the code still calls the lift
        await site.box.reports.event("lift.gateway", "passEvent", {**refused, "code": code})
        await until(lambda floors=floors: len(freed(site)) == floors)
    assert freed(site)[2:] == [["1"], ["1"]]
    for name, code in (("lift.gateway", 103), ("door.unit", 102)):
        await site.box.reports.event(name, "passEvent", {**refused, "code": code})
    await until(lambda: not under_way())
    assert len(freed(site)) == 4
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0)


@sqlite
async def test_a_visitors_page_calls_the_lift_down_while_they_are_inside(site: LiftSite) -> None:
    await read(site)
    await rule(site, "door.unit", "1")
    platform, lift = site.platform, site.machines[1].memory
    now = platform.clock.now_ms()
    visit_id, _ = await visit(site, starts_ms=now - MINUTE, ends_ms=now + HOUR)
    links = PassLinks(platform.secrets, "http://visitors.test")
    room = VisitorsRoom(
        platform.db, platform.clock, platform.ids, platform.keys, links,
        OutboxSms(platform.db, platform.secrets, platform.ids), callers=Callers((), platform.clock),
        lifts=HostLifts(platform.db, platform.clock, platform.things.invoker),
    )  # fmt: skip
    server = HttpServer(room.pages)
    await server.start()
    path = f"/v/{links.token(visit_id)}"
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:

        async def down(way: Any = 0) -> httpx.Response:
            return await client.post(f"{path}/down", data={"way": way}, timeout=60)

        assert "下楼" not in (await client.get(path)).text  # not inside yet
        assert (await down()).status_code == 404
        async with platform.db.begin() as tx:
            await visits.check_in(site.scope, tx, apply_id=visit_id, now_ms=now)
        assert "10 层 → 1 层" in (await client.get(path)).text
        for wrong in (1, -1, "", "x", "9" * 300, "0;1"):
            assert (await down(wrong)).status_code == 404, wrong
        assert lift.calls == []
        called = await down()
        assert (called.status_code, called.headers["location"]) == (303, f"{path}?called")
        assert [(call.start_floor, call.target_floor) for call in lift.calls] == [("10", "1")]
        assert "正在前来" in (await client.get(f"{path}?called")).text

        site.machines[1].faults.refuses = "controller off"
        said = await down()
        assert (said.status_code, "controller off" in said.text) == (409, True)
        site.machines[1].faults.refuses = ""
        out = {"out": True, "reason": "更换钢丝绳"}
        assert (await site.estate.desk.post(f"/lifts/{site.lift}/service", json=out)).status_code == 204
        said = await down()
        assert (said.status_code, "停用" in said.text) == (409, True)
        await site.estate.desk.post(f"/lifts/{site.lift}/service", json={"out": False})
        said = [await down() for _ in range(4)]
        assert said[-1].status_code == 429
        # over, and still upstairs: for half an hour
        for ended_ms, offered in ((10 * MINUTE, True), (DOWN_AFTER_MS, False)):
            late, _ = await visit(site, starts_ms=now - 2 * HOUR, ends_ms=now - ended_ms)
            async with platform.db.begin() as tx:
                await visits.check_in(site.scope, tx, apply_id=late, now_ms=now - HOUR)
            path = f"/v/{links.token(late)}"
            page = await client.get(path)
            assert ("半小时内" in page.text, "<svg" in page.text) == (offered, False)
            before = len(lift.calls)
            assert (await down()).status_code == (303 if offered else 404)
            assert len(lift.calls) == before + offered
    await server.stop(grace_seconds=1)
    kept = await site.estate.desk.get(
        f"{site.estate.path}/history", params={"kind": "lift", "target": site.lift}
    )
    assert any(row["action"] == "called" for row in kept.json()["data"])


@sqlite
async def test_a_home_floor_is_set_for_a_car_and_for_the_lift(site: LiftSite) -> None:
    desk, home = site.estate.desk, f"/lifts/{site.lift}/home"
    never = await desk.put(home, json={"floor": "1"})
    assert (never.status_code, never.json()["field"]) == (400, "floor")
    await read(site)
    for body, field in (
        ({"floor": "99"}, "floor"),
        ({"floor": "12", "car": "Y"}, "floor"),
        ({"floor": "1", "car": "Z"}, "car"),
        ({"floor": 1}, "floor"),
        ({}, "floor"),
    ):
        refused = await desk.put(home, json=body)
        assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text
    assert (await desk.put(home, json={"floor": "G", "car": "X"})).status_code == 204
    seen = (await desk.get(f"/lifts/{site.lift}")).json()
    assert (seen["homes"], seen["exits"]) == ([{"car": "X", "floor": "G"}], ["1"])
    place = {"communityId": site.estate.community}
    shown = (await desk.get("/lift-emergencies/preview", params=place)).json()
    assert [(car["car"], car["homeFloor"]) for car in shown] == [("X", "G"), ("Y", "1")]
    await declared(site)
    await results(site, X="sent", Y="sent")
    calls = site.machines[1].memory.calls
    assert [(call.elevator_id, call.start_floor) for call in calls] == [("X", "G"), ("Y", "1")]
    assert {car["homeFloor"] for car in (await cars(site)).values()} == {"G", "1"}
    assert (await desk.put(home, json={"floor": "", "car": "X"})).status_code == 204
    assert (await desk.get(f"/lifts/{site.lift}")).json()["homes"] == []


@sqlite
async def test_a_linkage_of_a_lift_never_read_is_changed_to_floors_that_it_has(site: LiftSite) -> None:
    """Spec E F2: the lift is asked for its floors first, as for a new linkage."""
    data_id = await site.linkage(triggerFloor="77")  # nothing is known of it yet
    await site.with_box()

    async def online() -> bool:
        devices = await find_devices(site.scope, site.platform.db, iot_ids=[site.lift])
        return [device.state for device in devices] == ["online"]

    await until(online)
    said = await site.call(f"{DEVICE}/update", "1.0.2", dataId=data_id, triggerFloor="78")
    assert (said["code"], "triggerFloor" in said["message"]) == (460, True), said
    await site.ok(f"{DEVICE}/update", "1.0.2", dataId=data_id, triggerFloor="G")
