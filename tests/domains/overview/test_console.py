"""The figures of a community are counts of its rows, and its devices stand on its map."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from linli.databus import scopes
from linli.databus.records import insert_record
from linli.domains.access.events import PassRecorded
from linli.domains.communities.events import CommunityApproved
from linli.domains.communities.queries import communities
from linli.domains.communities.service import assets, pois
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.overview import calendar, handlers
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents
from linli.kernel.events import emit
from linli.kernel.scope import Caller, Scope
from linli.ops import backup_log
from linli.things.service import devices, products
from tests.console.conftest import administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved, picture

TSL = msgspec.json.encode({
    "profile": {},
    "properties": [],
    "services": [],
    "events": [
        {"identifier": "doorOpenTimeout", "name": "门未关好", "type": "alert", "outputData": []},
        {"identifier": "passEvent", "name": "通行", "type": "info", "outputData": []},
    ],
}).decode()  # fmt: skip


class Desk:
    def __init__(self, parts, browser, community):  # noqa: F811
        self.parts, self.browser = parts, browser
        self.id, self.root = int(community["id"]), community["rootSpaceId"]

    async def tenant(self) -> Scope:
        everywhere = Scope(None, Caller("operator", "1"))
        async with self.parts.db.begin() as tx:
            found = await communities.community(everywhere, tx, self.id)
        return Scope(found.tenant_id, Caller("account", "1"))

    async def figures(self, subject: str):
        answer = await self.browser.get(f"/overview/{subject}", params={"communityId": self.id})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def map(self):
        return (await self.browser.get(f"/communities/{self.id}/map")).json()

    async def house(self, name: str) -> str:
        made = await self.browser.post(
            f"/communities/{self.id}/spaces", json={"parentId": self.root, "kind": "house", "name": name}
        )
        return made.json()["id"]

    async def passes(self, tenant: str, *, at_ms: int, direction: str, count: int = 1, code: int = 0):
        async with self.parts.db.begin() as tx:
            for n in range(count):
                await emit(
                    tx,
                    PassRecorded(
                        n, tenant, self.id, "door", "门", "CARD", code, "", "", "", direction, at_ms
                    ),
                )


@pytest.fixture
async def desk(parts, administrator):  # noqa: F811
    handlers.register(parts.db.handlers)
    parts.db.handlers.inline(CommunityApproved, scopes.on_approved)
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    return Desk(parts, administrator, await approved(administrator))


async def test_persons_by_what_they_are(desk):
    empty = await desk.figures("population")
    assert (empty["total"], empty["permanent"], empty["bySex"]) == (0, 0, [])
    house, other = await desk.house("101"), await desk.house("102")
    scope = (await desk.tenant()).narrowed(desk.id)
    for name, type, sex, age in (("甲", 1, 1, 40), ("乙", 2, 2, 38), ("丙", 3, 2, 25), ("丁", 7, None, None)):
        async with desk.parts.db.begin() as tx:
            await residents.move_in(
                scope, tx, house_id=int(house if type < 3 else other), type=type,
                profile=Profile(name=name, sex=sex, age=age), houses=SpaceHouses(), ids=desk.parts.ids,
                now_ms=desk.parts.clock.now_ms(),
            )  # fmt: skip
    told = await desk.figures("population")
    assert (told["total"], told["permanent"], told["floating"], told["others"]) == (4, 2, 1, 1)
    assert told["bySex"] == [
        {"code": "1", "count": 1},
        {"code": "2", "count": 2},
        {"code": "", "count": 1},
    ]
    assert {share["code"]: share["count"] for share in told["byAge"]} == {
        "0-6": 0, "7-17": 0, "18-34": 1, "35-59": 2, "60+": 0, "": 1,
    }  # fmt: skip


@pytest.mark.covers("CON-02")
async def test_houses_by_what_they_are(desk):
    first, second, third = [int(await desk.house(name)) for name in ("101", "102", "103")]
    scope, now = await desk.tenant(), desk.parts.clock.now_ms()
    for house, body in (
        (first, {"houseType": 1, "layout": "3/2/1", "houseStatus": 1}),
        (second, {"houseType": 1, "layout": "3/2/1", "houseStatus": 3}),
        (third, {"houseType": 4, "layout": "2/1/1"}),
    ):
        answer = await desk.browser.put(f"/communities/{desk.id}/houses/{house}", json=body)
        assert answer.status_code < 300, answer.text
    async with desk.parts.db.begin() as tx:
        for type, name in ((1, "A-01"), (1, "A-02"), (2, "G-01"), (2, "G-02"), (2, "G-03"), (3, "S-01")):
            await assets.add(
                scope.narrowed(desk.id),
                tx,
                house_id=first,
                type=type,
                name=name,
                ids=desk.parts.ids,
                now_ms=now,
            )
    await desk.browser.post(
        f"/communities/{desk.id}/residents", json={"houseId": str(first), "name": "甲", "type": 1}
    )
    told = await desk.figures("houses")
    assert (told["houses"], told["occupied"]) == (3, 1)
    assert (told["parkingSpaces"], told["garages"], told["storageRooms"]) == (2, 3, 1)
    assert told["byType"] == [{"code": "1", "count": 2}, {"code": "4", "count": 1}]
    assert told["byLayout"] == [{"code": "3/2/1", "count": 2}, {"code": "2/1/1", "count": 1}]
    assert [share["code"] for share in told["byStatus"]] == ["1", "3", ""]


async def test_this_week_beside_the_mean_of_the_four_before(desk):
    tenant = (await desk.tenant()).tenant
    now = desk.parts.clock.now_ms()
    weeks = calendar.weeks(now, "Asia/Shanghai")
    day = weeks.today
    await desk.passes(tenant, at_ms=weeks.starts_ms[weeks.today], direction="ENTRANCE", count=3)
    await desk.passes(tenant, at_ms=weeks.starts_ms[weeks.today], direction="EXIT", count=2)
    await desk.passes(tenant, at_ms=weeks.starts_ms[weeks.today], direction="ENTRANCE", code=103)
    for week, count in ((1, 4), (2, 2)):
        await desk.passes(tenant, at_ms=weeks.starts_ms[day - 7 * week], direction="ENTRANCE", count=count)
    told = await desk.figures("traffic")
    persons = told["persons"]
    assert (persons["today"], persons["todayIn"], persons["todayOut"], persons["refusedToday"]) == (
        5,
        3,
        2,
        1,
    )
    assert told["weeksKnown"] == 2
    weekday = day - 28
    assert persons["entering"]["thisWeek"][weekday] == 3
    assert persons["entering"]["mean"][weekday] == 3.0
    assert persons["entering"]["thisWeek"][weekday + 1 :] == [None] * (6 - weekday)
    assert told["vehicles"]["today"] == 0


async def test_vehicles_are_counted_from_their_records(desk):
    scope = (await desk.tenant()).narrowed(desk.id)
    async with desk.parts.db.begin() as tx:
        for plate, direction in (("浙A12345", 0), ("浙AD12345", 0), ("沪B00001", 1)):
            await insert_record(
                scope, tx, model_id="iot_park_record_v2_model", community_id=desk.id,
                row={"plateNumber": plate, "direction": direction, "openType": 0},
            )  # fmt: skip
    vehicles = (await desk.figures("traffic"))["vehicles"]
    assert (vehicles["today"], vehicles["todayIn"], vehicles["todayOut"]) == (3, 2, 1)
    last = await desk.figures("vehicle-passes")
    assert [(row["plate"], row["direction"]) for row in last] == [
        ("沪B00001", "out"), ("浙AD12345", "in"), ("浙A12345", "in"),
    ]  # fmt: skip


async def test_devices_stand_on_the_map(desk):
    scope = await desk.tenant()
    async with desk.parts.db.begin() as tx:
        product = await products.create_product(
            scope,
            tx,
            values=products.ProductValues(name="门禁", tsl=TSL, category_code="community/people/face"),
            ids=desk.parts.ids,
            secrets=desk.parts.secrets,
        )
        made = await devices.create_device(
            scope,
            tx,
            values=devices.DeviceValues(product_key=product.product_key, device_name="gate"),
            ids=desk.parts.ids,
            secrets=desk.parts.secrets,
        )
        await devices.assign_community(scope, tx, iot_id=made.iot_id, community_id=desk.id)
    at = f"/communities/{desk.id}/map/devices/{made.iot_id}"
    candidates = f"/communities/{desk.id}/map/candidates"
    (one,) = (await desk.browser.get(candidates, params={"kind": "door", "q": "gat"})).json()
    assert (one["iotId"], one["name"]) == (made.iot_id, "gate")
    assert (await desk.browser.get(candidates, params={"kind": "camera"})).json() == []
    assert (await desk.map())["devices"] == []
    assert (await desk.browser.put(at, json={"lng": 120.1, "lat": 30.2})).status_code == 204
    assert (await desk.browser.put(at, json={"lng": 120.2, "lat": 30.3})).status_code == 204
    (shown,) = (await desk.map())["devices"]
    assert (await desk.browser.get(candidates, params={"kind": "door"})).json() == []
    assert (shown["kind"], shown["lng"], shown["lat"], shown["alarm"]) == ("door", 120.2, 30.3, "")
    wrong = await desk.browser.put(at, json={"lng": 181, "lat": 30.3})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "lng")
    missing = await desk.browser.put(f"/communities/{desk.id}/map/devices/none", json={"lng": 1, "lat": 1})
    assert missing.status_code == 404
    assert (await desk.browser.delete(at)).status_code == 204
    assert (await desk.map())["devices"] == []


async def test_a_plan_of_its_own(desk):
    at = f"/communities/{desk.id}/map/plan"

    async def send(content: bytes, metres: float):
        file = {"file": ("plan.png", content, "image/png")}
        return await desk.browser.post(at, params={"metres": metres}, files=file)

    assert (await send(picture(), 350)).status_code == 204
    plan = (await desk.map())["plan"]
    assert (plan["metres"], plan["width"] > 0) == (350, True)
    for content, metres, field in ((picture(), 1, "metres"), (b"no picture", 9, "file")):
        refused = await send(content, metres)
        assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert (await desk.map())["plan"]["metres"] == 350
    assert (await desk.browser.delete(at)).status_code == 204
    assert (await desk.map())["plan"] is None


def test_weeks_begin_on_the_communitys_monday():
    zone = ZoneInfo("America/New_York")
    now = round(datetime(2026, 11, 4, 12, tzinfo=zone).timestamp() * 1000)
    found = calendar.weeks(now, "America/New_York")
    assert datetime.fromtimestamp(found.monday_ms / 1000, zone) == datetime(2026, 11, 2, tzinfo=zone)
    assert datetime.fromtimestamp(found.starts_ms[found.today] / 1000, zone) == datetime(
        2026, 11, 4, tzinfo=zone
    )
    assert len(found.starts_ms) == 36
    put_back = found.starts_ms[28] - found.starts_ms[27]
    assert put_back == 25 * 3_600_000


async def steps_of(browser, community: int | None = None) -> dict[str, bool]:  # noqa: F811
    query = {} if community is None else {"communityId": community}
    answer = await browser.get("/overview/first-steps", params=query)
    assert answer.status_code == 200, answer.text
    return {step["name"]: step["done"] for step in answer.json()}


async def test_the_first_day_is_read_off_the_data(parts, administrator):  # noqa: F811
    handlers.register(parts.db.handlers)
    empty = await steps_of(administrator)
    done = {name for name, is_done in empty.items() if is_done}
    assert (len(empty), done) == (17, {"company", "key"})  # no box, so no step about one
    made = await administrator.post("/community-creation", json={"name": "桂花城"})
    number = int(made.json()["id"])
    root = (await administrator.get(f"/communities/{number}")).json()["rootSpaceId"]
    desk = Desk(parts, administrator, {"id": number, "rootSpaceId": root})
    scope = (await desk.tenant()).narrowed(number)
    house = await desk.house("101")
    await administrator.post(
        f"/communities/{number}/residents", json={"houseId": house, "name": "吴先生", "type": 2}
    )
    async with parts.db.begin() as tx:
        values = products.ProductValues(name="门禁", tsl=TSL, category_code="community/people/face")
        await products.create_product(scope, tx, values=values, ids=parts.ids, secrets=parts.secrets)
    now = {name for name, is_done in (await steps_of(administrator, number)).items() if is_done}
    assert now == {*done, "community", "houses", "residents", "product"}
    backup_log.note(parts.settings.data_path, backup_log.BackupRun(1, True, "a.tar.gz", 9))
    await desk.passes(scope.tenant, at_ms=parts.clock.now_ms(), direction="ENTRANCE", code=7)
    assert not (await steps_of(administrator, number))["opened"]  # a refusal is no opening
    await desk.passes(scope.tenant, at_ms=parts.clock.now_ms(), direction="ENTRANCE")
    steps = await steps_of(administrator, number)
    assert (steps["opened"], steps["backup"], steps["credential"]) == (True, True, False)
    away = await steps_of(administrator, number + 1)
    assert not any(away[name] for name in ("community", "houses", "residents", "opened"))
