"""A gateway or box that is away is one entry with a cause, everywhere its doors are shown."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from linli.domains.access.rows import AlarmSource
from linli.domains.access.service.alarms import BOX_OFFLINE, raise_alarm
from linli.domains.access.service.keys import DoorKeys
from linli.domains.boxes.queries.clusters import NodesOfGateways
from linli.domains.boxes.service import clusters, nodes
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel.db import INT, Command, any_of
from linli.kernel.scope import Caller, Scope
from linli.things.models import devices
from linli.things.service.devices import assign_community
from tests.console.conftest import PASSWORD, Browser, administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.boxes.conftest import MODEL
from tests.domains.overview.test_console import desk  # noqa: F401 - a fixture

CUT_MS = 1_700_000_000_000
_d = devices.c
_line = Command(
    update(devices)
    .where(any_of(_d.iot_id, "iot_ids"))
    .values(active_ms=1, online=bindparam("is_on", type_=INT), last_offline_ms=CUT_MS),
    unscoped="a test cuts lines",
)


@dataclass
class Site:
    """Twenty doors behind a box, two behind another gateway, one by itself."""

    desk: Any
    node: Any
    gateway: str
    behind: list[str]
    other: list[str]
    alone: str

    async def line(self, on: bool, *iot_ids: str) -> None:
        async with self.desk.parts.db.begin() as tx:
            await _line.run(tx, iot_ids=list(iot_ids), is_on=int(on))

    async def ask(self, path: str, who: Any = None, **params: Any) -> Any:
        answer = await (who or self.desk.browser).get(path, params={"communityId": self.desk.id, **params})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def site(desk: Any) -> Site:  # noqa: F811
    parts = desk.parts  # noqa: F811
    parts.services.update({"boxes": NodesOfGateways(), "door_keys": DoorKeys(parts.secrets)})
    scope = await desk.tenant()
    made: dict[str, Any] = {"ids": parts.ids, "secrets": parts.secrets, "now_ms": parts.clock.now_ms()}
    async with parts.db.begin() as tx:
        cluster = await clusters.create(
            scope, tx, form=clusters.ClusterForm(name="望月府", model=MODEL), ids=parts.ids, now_ms=1
        )
        node = await nodes.add(
            scope, tx, cluster_id=cluster.cluster_id, name="wangyuefu-01", serial_number="SN-0001", **made
        )

    async def product(name: str, **more: Any) -> str:
        answer = await desk.browser.post("/products", json={"name": name, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["productKey"])

    async def door(number: int, product_key: str) -> str:
        wanted = {
            "communityId": desk.id,
            "sn": f"SN-{number}",
            "name": f"{number:02}号门",
            "productKey": product_key,
        }
        answer = await desk.browser.post("/doors", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["iotId"])

    machine = await product("门")
    iot_ids = [await door(number, machine) for number in range(23)]
    gateway = await desk.browser.post(
        "/devices", json={"productKey": await product("网关", gateway=True), "nickname": "北区网关"}
    )
    other = gateway.json()["iotId"]
    for parent, subs in ((node.iot_id, iot_ids[:20]), (other, iot_ids[20:22])):
        answer = await desk.browser.post(f"/devices/{parent}/subs", json={"iotIds": subs})
        assert answer.status_code == 200, answer.text
    site = Site(desk, node, other, iot_ids[:20], iot_ids[20:22], iot_ids[22])
    await site.line(True, node.iot_id, other, *iot_ids)
    return site


async def test_a_cut_line_is_one_entry_with_its_cause(site: Site) -> None:
    assert await site.ask("/door-outages") == []
    await site.line(False, site.node.iot_id, *site.behind, site.alone)
    (outage,) = await site.ask("/door-outages")
    cause = {
        "name": "wangyuefu-01", "iotId": site.node.iot_id, "boxId": str(site.node.node_id), "sinceMs": CUT_MS,
        "disabled": False,
    }  # fmt: skip
    assert outage == {"cause": cause, "doors": 20, "names": [f"{n:02}号门" for n in range(5)]}
    figures = await site.ask("/overview")
    assert (figures["doors"] - figures["doorsOnline"], figures["outages"]) == (21, [outage])
    rows = (await site.ask("/doors", pageSize=50))["data"]
    assert {row["iotId"]: row["cause"] for row in rows} == {
        **dict.fromkeys(site.behind, cause), **dict.fromkeys([*site.other, site.alone]),
    }  # fmt: skip
    assert (await site.ask("/doors", state="offline", pageSize=50))["data"][0]["cause"] == cause
    assert [row["iotId"] for row in (await site.ask("/doors", state="alone"))["data"]] == [site.alone]
    assert (await site.ask(f"/doors/{site.behind[0]}"))["cause"] == cause
    assert (await site.ask(f"/devices/{site.behind[0]}"))["cause"] == cause
    listed = (await site.ask("/devices", state="offline", pageSize=50))["data"]
    assert sum(row["cause"] == cause for row in listed) == 20
    subs = (await site.ask(f"/devices/{site.node.iot_id}/subs", pageSize=50))["data"]
    assert [row["cause"] for row in subs] == [cause] * 20

    await site.line(False, site.gateway, *site.other)  # another gateway, which is no box
    box, gateway = await site.ask("/door-outages")
    assert (box["doors"], gateway["doors"]) == (20, 2)
    assert (gateway["cause"]["name"], gateway["cause"]["boxId"]) == ("北区网关", None)
    at = f"/communities/{site.desk.id}/map"
    for iot_id in (site.behind[0], site.alone):
        answer = await site.desk.browser.put(f"{at}/devices/{iot_id}", json={"lng": 120.1, "lat": 30.1})
        assert answer.status_code < 300, answer.text
    placed = (await site.desk.browser.get(at)).json()["devices"]
    assert {row["iotId"]: row["cut"] for row in placed} == {site.behind[0]: True, site.alone: False}

    await site.line(True, site.node.iot_id, site.gateway, *site.other)
    assert await site.ask("/door-outages") == []  # its doors are not back yet, but not because of it
    assert (await site.ask(f"/doors/{site.behind[0]}"))["cause"] is None


async def test_the_alarm_of_a_box_tells_how_many_doors_it_takes(site: Site) -> None:
    scope = await site.desk.tenant()
    source = AlarmSource(f"box:{site.node.node_id}", scope.tenant, site.desk.id, "wangyuefu-01")
    async with site.desk.parts.db.begin() as tx:
        await raise_alarm(
            tx, door=source, kind=BOX_OFFLINE, alarm_id=7, at_ms=CUT_MS, received_ms=CUT_MS, lasts=True
        )
    await site.line(False, site.node.iot_id, *site.behind)
    (alarm,) = (await site.ask("/door-alarms"))["data"]
    assert (alarm["doorName"], alarm["doors"]) == ("wangyuefu-01", 20)
    await site.line(True, site.node.iot_id, *site.behind)
    (alarm,) = (await site.ask("/door-alarms"))["data"]
    assert alarm["doors"] == 0


async def test_who_may_not_see_the_box_reads_the_cause_without_its_name(site: Site) -> None:
    """The box belongs to the company and no community; a manager of one community sees its doors only."""
    desk = site.desk  # noqa: F811
    scope, now_ms = await desk.tenant(), desk.parts.clock.now_ms()
    await site.line(False, site.node.iot_id, *site.behind)
    async with desk.parts.db.begin() as tx:
        number = await accounts.create_account(
            tx, login="13900000001", password_hash=await accounts.hash_password(PASSWORD), proven=True,
            name="经理", ids=desk.parts.ids, now_ms=now_ms,
        )  # fmt: skip
        await accounts.grant_role(
            tx, account_id=number, role=Role.COMMUNITY_MANAGER, tenant_id=scope.tenant,
            community_id=desk.id, now_ms=now_ms,
        )  # fmt: skip
    async with Browser(desk.parts) as manager:
        assert (await manager.sign_in("13900000001")).status_code in (200, 201)
        blank = {"name": "", "iotId": None, "boxId": None, "sinceMs": CUT_MS, "disabled": False}
        (outage,) = await site.ask("/door-outages", manager)
        assert (outage["cause"], outage["doors"]) == (blank, 20)
        assert (await site.ask("/overview", manager))["outages"] == [outage]
        assert (await site.ask(f"/doors/{site.behind[0]}", manager))["cause"] == blank
        assert (await site.ask("/devices", manager, pageSize=50))["data"][-1]["cause"] == blank
        everywhere = Scope(scope.tenant, Caller("account", "1"))
        async with desk.parts.db.begin() as tx:  # the box of this very community is seen
            await assign_community(everywhere, tx, iot_id=site.node.iot_id, community_id=desk.id)
        (outage,) = await site.ask("/door-outages", manager)
        assert (outage["cause"]["name"], outage["cause"]["iotId"]) == ("wangyuefu-01", site.node.iot_id)
