"""How a box is, its logs, drivers and checks, asked over HTTP as the console's pages ask, of a box that works."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import bindparam, update

from linli.domains.access.events import DoorAttacked
from linli.domains.boxes.models import edge_node_beats
from linli.domains.boxes.remote import queries, rules
from linli.domains.boxes.remote.service import presence
from linli.domains.boxes.rules import SILENT_MS, Condition
from linli.domains.boxes.service import nodes
from linli.edge.doors.peers import Peers
from linli.edge.remote.duties import Duty
from linli.edge.runtime.door_addresses import Peering, Settling
from linli.kernel.db import INT, Command
from linli.protocols.edge_link import DriverHealth, Stranger
from linli.things.models import devices
from tests.domains.boxes.remote.conftest import Site
from tests.domains.boxes.remote.working_box import DRIVER
from tests.edge.framework.folders import DRIVER as CODE
from tests.edge.framework.folders import write_driver
from tests.engines import free_port

_by = bindparam("by", type_=INT)
_OLDER_BEATS = Command(update(edge_node_beats).values(at_ms=edge_node_beats.c.at_ms - _by), unscoped="a test")
_OLDER_PARTINGS = Command(
    update(devices).values(last_offline_ms=devices.c.last_offline_ms - _by), unscoped="a test"
)


@pytest.mark.parametrize(
    ("network", "gateway", "runtime", "layer", "online"),
    [
        (True, True, True, "", True), (False, False, None, "lan_or_wan", False),
        (False, True, None, "heartbeat", False), (True, False, True, "link", False),
        (True, True, False, "runtime", False), (None, True, None, "", True), (None, False, None, "unheard", False),
    ],
)  # fmt: skip
def test_three_conditions_make_a_box_online(
    network: bool | None, gateway: bool, runtime: bool | None, layer: str, online: bool
) -> None:
    condition = Condition(network, gateway, runtime)
    assert (condition.online, condition.layer) == (online, layer)


async def test_a_line_that_is_cut_blames_nothing_before_something_is_measured(site: Site) -> None:
    """Heartbeat, connection and clock as they are in the first two minutes."""
    platform = site.platform

    async def condition() -> dict[str, Any]:
        answer: dict[str, Any] = (await site.browser.get(f"{site.at}/condition")).json()
        return answer

    async def pass_by(seconds: int) -> None:
        """Let everything that was heard of the box be older."""
        async with platform.db.begin() as tx:
            await _OLDER_BEATS.run(tx, by=seconds * 1000)
            await _OLDER_PARTINGS.run(tx, by=seconds * 1000)

    await site.beat()
    await pass_by(50)
    late = await condition()
    assert (late["network"], late["gateway"], late["runtime"], late["online"]) == (None, True, None, True)
    await pass_by(51)
    assert (await condition())["layer"] == "heartbeat"  # the connection has not timed out yet
    await site.beat()
    await site.box.link.stop()
    async with asyncio.timeout(60):
        while (cut := await condition())["gateway"]:
            await asyncio.sleep(0.02)
    assert (cut["network"], cut["runtime"], cut["layer"], cut["online"]) == (None, None, "unheard", False)
    checked = (await site.browser.post(f"{site.at}/checks")).json()
    told = str((cut["text"], cut["todo"], checked))
    assert "firewall" not in told.lower()
    assert "100 seconds after the last heartbeat" in cut["todo"]
    (row,) = (await site.browser.get("/edge/boxes")).json()["data"]
    assert (row["layer"], row["stateText"]) == ("unheard", "connection ended, waiting for the next heartbeat")
    await pass_by(101)
    gone = await condition()
    assert (gone["network"], gone["runtime"], gone["layer"]) == (False, None, "lan_or_wan")
    await site.beat()  # the network is measured: it is only the connection
    link = await condition()
    assert (link["network"], link["layer"]) == (True, "link")
    assert "firewall" in link["todo"]


async def test_a_device_is_tried_by_the_box_before_it_is_saved(site: Site) -> None:
    path = f"/edge/protocols/{site.door.protocol_id}/reach"

    async def told(address: str, port: int) -> dict[str, tuple[str, str]]:
        answer = await site.browser.post(path, json={"address": address, "port": port})
        assert answer.status_code == 200, answer.text
        return {step["step"]: (step["level"], step["text"]) for step in answer.json()["steps"]}

    port = site.platform.http.port
    assert (await told("127.0.0.1", port))["device_port"] == ("ok", f"Port {port} connects")
    closed = free_port()
    refused = await site.browser.post(path, json={"address": "127.0.0.1", "port": closed})
    step = next(step for step in refused.json()["steps"] if step["step"] == "device_port")
    assert (step["level"], step["text"]) == ("error", f"The device refuses connections to port {closed}")
    assert step["advice"]
    for address, wrong_port, field in (("door.local", 80, "address"), ("127.0.0.1", 0, "port")):
        answer = await site.browser.post(path, json={"address": address, "port": wrong_port})
        assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_a_box_looks_for_doors_in_its_network(site: Site) -> None:
    path = f"/edge/protocols/{site.door.protocol_id}/search"

    async def search(network: str, port: int) -> httpx.Response:
        return await site.browser.post(path, json={"network": network, "port": port})

    port = site.platform.http.port
    answer = await search("127.0.0.1", port)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "network": "127.0.0.1/32", "port": port,
        "addresses": [{"address": "127.0.0.1", "deviceName": "dev:1"}],
    }  # fmt: skip
    assert (await search("127.0.0.1/32", free_port())).json()["addresses"] == []
    async with asyncio.timeout(60):  # two of a network's four addresses are hosts
        assert (await search("127.0.0.0/30", port)).json()["network"] == "127.0.0.0/30"
    for network in ("8.8.8.0/24", "10.0.0.0/16", "door.local", "::1"):
        refused = await search(network, 80)
        assert (refused.status_code, refused.json()["field"]) == (400, "network"), network
    nowhere = await search("", 80)  # it has not told its addresses
    assert (nowhere.status_code, nowhere.json()["field"]) == (400, "network")
    await site.beat(addresses=["127.0.0.9"])
    assert (await search("", free_port())).json()["network"] == "127.0.0.0/24"


@pytest.mark.covers("C072", "H-60", "H-61", "H-98")
async def test_heartbeats_make_figures_conditions_and_the_log(site: Site) -> None:
    async def condition() -> dict[str, object]:
        found: dict[str, object] = (await site.browser.get(f"{site.at}/condition")).json()
        return found

    before = await condition()
    assert (before["online"], before["network"], before["gateway"]) == (False, False, True)
    await site.beat(cpu=91.5, temperature=48.25)
    now = await condition()
    assert (now["online"], now["layer"], now["addresses"]) == (True, "", ["10.249.24.2"])
    await site.beat(
        booted_ms=1_700_000_900_000, version="0.2.0", drivers=[DriverHealth(id=DRIVER, state="waiting")]
    )
    broken = await condition()
    assert (broken["online"], broken["layer"]) == (False, "runtime")
    assert "driver" in str(broken["todo"])
    figures = (await site.browser.get(f"{site.at}/figures")).json()
    assert figures["cpu"][0] == 91.5
    assert figures["temperature"][0] == 48.25
    assert {"figure": "cpu", "unit": "%", "warn": rules.CPU_WARN} in figures["thresholds"]
    platform = site.platform
    async with platform.db.begin() as tx:
        later = platform.clock.now_ms() + SILENT_MS + 1000
        assert await presence.mark_silent(tx, ids=platform.ids, now_ms=later) == 1
        assert await presence.mark_silent(tx, ids=platform.ids, now_ms=later) == 0
    assert (await site.browser.get("/door-alarms")).json()["data"] == []  # the box is in no community
    history = (await site.browser.get(f"{site.at}/history")).json()["data"]
    assert [one["event"] for one in history] == ["offline", "updated", "booted", "online"]
    assert "0.1.0" in history[1]["text"]
    await presence.purge(platform.db, now_ms=platform.clock.now_ms() + 400 * 86_400_000)
    assert (await site.browser.get(f"{site.at}/history")).json()["total"] == 0
    assert await queries.figures(platform.db, site.node, from_ms=0, to_ms=2**52) == []


async def test_a_box_that_falls_silent_is_an_alarm_until_it_is_back(site: Site) -> None:
    platform = site.platform
    site.node = site.node._replace(community_id=1)
    await site.beat()
    async with platform.db.begin() as tx:
        later = platform.clock.now_ms() + SILENT_MS + 1000
        assert await presence.mark_silent(tx, ids=platform.ids, now_ms=later) == 1
    (alarm,) = (await site.browser.get("/door-alarms")).json()["data"]
    assert (alarm["kind"], alarm["overMs"], alarm["iotId"]) == (
        "box_offline",
        None,
        f"box:{site.node.node_id}",
    )
    await site.beat()
    (alarm,) = (await site.browser.get("/door-alarms")).json()["data"]
    assert alarm["overMs"] is not None


@pytest.mark.covers("H-62", "G-C41")
async def test_logs_of_a_device_are_read_and_downloaded(site: Site) -> None:
    site.box.logs.of(DRIVER, "dev:1").error("the door does not answer", code=7)
    sources = (await site.browser.get(f"{site.at}/logs/sources")).json()
    assert {"driver": DRIVER, "device": "dev:1"} in sources
    found = (await site.browser.get(f"{site.at}/logs", params={"device": "dev:1", "level": "error"})).json()
    assert [(one["text"], one["facts"]) for one in found["lines"]] == [
        ("the door does not answer", {"code": 7})
    ]
    newer = {"device": "dev:1", "afterMs": found["lines"][-1]["atMs"]}
    assert (await site.browser.get(f"{site.at}/logs", params=newer)).json()["lines"] == []
    file = await site.browser.get(f"{site.at}/logs/lines.jsonl", params={"q": "ANSWER"})
    assert file.text.count("\n") == 1
    assert "attachment" in file.headers["content-disposition"]
    wrong = await site.browser.get(f"{site.at}/logs", params={"level": "loud"})
    assert wrong.status_code == 400
    visits = (await site.browser.get(f"{site.at}/tunnels", params={"tools": "true"})).json()["data"]
    assert [(one["kind"], one["byName"]) for one in visits] == [("tools", "王伟")], (
        "one visit for all questions"
    )


@pytest.mark.covers("G-C41")
async def test_a_driver_is_debugged_and_replaced_from_the_console(site: Site) -> None:
    (now,) = (await site.browser.get(f"{site.at}/drivers")).json()
    assert (now["driver"], now["state"]) == (DRIVER, "running")
    assert now["codePath"].endswith(f"drivers/{DRIVER}")
    call = {"device": "dev:1", "service": "read", "params": {"a": 1}}
    answer = (await site.browser.post(f"{site.at}/drivers/call", json=call)).json()
    assert answer["answer"] == {"service": "read", "a": 1}
    newer = CODE.replace('return {"service": service', 'return {"newer": service')
    write_driver(site.box.home / "drivers", DRIVER, driver=newer, version="9.0.0")
    replaced = (await site.browser.post(f"{site.at}/drivers/{DRIVER}/replace")).json()
    assert (replaced["after"], replaced["state"]) == ("9.0.0", "running")
    assert (await site.browser.post(f"{site.at}/drivers/call", json=call)).json()["answer"] == {
        "newer": "read",
        "a": 1,
    }
    assert (await site.browser.post(f"{site.at}/drivers/{DRIVER}/restart")).json()["state"] == "running"
    write_driver(site.box.home / "drivers", DRIVER, driver="def create(:", version="9.1.0")
    refused = await site.browser.post(f"{site.at}/drivers/{DRIVER}/replace")
    assert (refused.status_code, refused.json()["code"]) == (409, "edge.box_refused")
    assert "invalid syntax" in refused.json()["message"]
    for body, status in (({**call, "device": "foreign"}, 404), ({**call, "service": ""}, 400)):
        assert (await site.browser.post(f"{site.at}/drivers/call", json=body)).status_code == status
    assert (await site.browser.post(f"{site.at}/drivers/none/restart")).status_code == 409


@pytest.mark.covers("C061", "H-59")
async def test_the_diagnosis_runs_on_the_box_and_its_file_is_given(site: Site) -> None:
    found = (await site.browser.post(f"{site.at}/diagnosis")).json()
    assert found["file"].startswith("diagnosis_result_")
    assert (site.box.home / "diagnosis" / found["file"]).read_text() == found["content"]
    steps = {one["step"]: one for one in found["steps"]}
    assert steps["cloud_http"]["level"] == steps["cloud_mqtt"]["level"] == "ok"
    assert found["errors"] == sum(one["level"] == "error" for one in found["steps"])


@pytest.mark.covers("H-60", "H-61", "H-62")
async def test_guided_checks_find_the_failing_layer(site: Site) -> None:
    async def device() -> dict[str, object]:
        found: dict[str, object] = (await site.browser.post(f"/devices/{site.door.iot_id}/edge-check")).json()
        return found

    await site.beat()
    box = (await site.browser.post(f"{site.at}/checks")).json()
    assert {"activation", "heartbeat", "gateway_device", "driver_beat", "box_answer", "cloud_http"} <= {
        one["step"] for one in box["steps"]
    }
    site.box.logs.of(DRIVER, "dev:1").warning("the door does not answer")
    found = await device()
    steps = {one["step"]: one for one in found["steps"]}  # type: ignore[attr-defined]
    assert found["layer"] == "device"
    assert (steps["device_ping"]["level"], steps["driver"]["level"]) == ("ok", "ok")
    assert steps["device_log"]["lines"][-1]["text"] == "the door does not answer"
    await site.box.supervisor.stop(DRIVER)
    found = await device()
    assert found["layer"] == "runtime"
    await site.box.link.stop()
    for _ in range(100):
        found = await device()
        if found["layer"] == "unheard":
            break
    assert found["layer"] == "unheard"
    await site.beat()
    found = await device()
    assert found["layer"] == "link"
    assert all("edge_" not in f"{one['title']}{one['text']}{one['advice']}" for one in found["steps"])  # type: ignore[attr-defined]


@pytest.mark.covers("H-64")
async def test_a_box_that_does_not_get_active_is_told_where_it_stands(site: Site) -> None:
    platform = site.platform
    async with platform.db.begin() as tx:
        node = await nodes.add(
            site.scope, tx, cluster_id=site.node.cluster_id, name="wangyuefu-02", serial_number="SN-2-0002",
            ids=platform.ids, secrets=platform.secrets, now_ms=platform.clock.now_ms(),
        )  # fmt: skip
    for percent, outcome in ((0, "waiting"), (34, "config"), (54, "starting")):
        async with platform.db.begin() as tx:
            await nodes.values_of(percent=percent).run(tx, site.scope, row=node.node_id, now=1)
        found = (await site.browser.post(f"/edge/nodes/{node.node_id}/checks")).json()
        assert found["layer"] == "not_active"
        (step,) = found["steps"]
        assert f"{percent}%" in step["text"]
        assert step["advice"], outcome
    refused = await site.browser.get(f"/edge/nodes/{node.node_id}/drivers")
    assert (refused.status_code, refused.json()["code"]) == (409, "edge.box_not_active")


async def test_the_list_tells_how_each_box_is(site: Site) -> None:
    await site.beat()
    (row,) = (await site.browser.get("/edge/boxes", params={"q": "WANGYUE"})).json()["data"]
    assert (row["name"], row["cluster"], row["stateText"]) == ("wangyuefu-01", "望月府小区", "online")
    assert (await site.browser.get("/edge/boxes", params={"q": "nowhere"})).json()["total"] == 0


async def test_both_languages(site: Site) -> None:
    await site.beat()
    for language, word in (("zh-CN", "心跳正常"), ("en", "heartbeats come")):
        answer = await site.browser.post(f"{site.at}/checks", headers={"accept-language": language})
        assert word in answer.text
        assert "edge_" not in answer.text.replace("edge_link", "")


async def test_nobody_and_nothing(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.browser.base_url, trust_env=False) as nobody:
        for path in ("condition", "figures", "history", "logs", "drivers", "tunnels"):
            assert (await nobody.get(f"{site.at}/{path}")).status_code == 401
    for path in ("condition", "figures", "history", "logs", "drivers", "tunnels"):
        assert (await site.browser.get(f"/edge/nodes/1/{path}")).status_code == 404


FORGED = Stranger(
    device="dev:1", ip="10.249.8.10", peer="10.249.8.77", outcome="refused", first_ms=1, last_ms=2, count=3
)


async def test_forged_calls_reach_the_boxs_page_its_log_and_whoever_listens(site: Site) -> None:
    heard: list[DoorAttacked] = []

    async def hear(tx: object, event: DoorAttacked) -> None:
        heard.append(event)

    site.platform.db.handlers.inline(DoorAttacked, hear)
    site.node = site.node._replace(community_id=1)
    await site.beat(strangers=[FORGED], unchecked=["0.0.0.0:10020"])
    await site.beat(strangers=[FORGED], unchecked=["0.0.0.0:10020"])  # the same news are no news
    now = (await site.browser.get(f"{site.at}/condition")).json()
    (seen,) = now["strangers"]
    assert (seen["device"], seen["peer"], seen["outcome"], seen["count"]) == (
        "dev:1", "10.249.8.77", "refused", 3,
    )  # fmt: skip
    assert "forges its calls" in seen["text"]
    assert "0.0.0.0:10020 takes doors' calls from any address" in now["warnings"][0]
    lines = [
        one
        for one in (await site.browser.get(f"{site.at}/history")).json()["data"]
        if one["event"] == "stranger"
    ]
    assert len(lines) == 1
    assert "10.249.8.77" in lines[0]["text"]
    assert [(one.what, one.door_name, one.peer, one.count) for one in heard] == [
        ("forged", "dev:1", "10.249.8.77", 3)
    ]
    more = msgspec.structs.replace(FORGED, count=900, last_ms=3)
    await site.beat(strangers=[more])
    assert len(heard) == 2


async def test_a_doors_new_address_is_confirmed_from_the_console(site: Site) -> None:
    peers = Peers(site.platform.clock)
    site.box.agent.more["peers.settle"] = Duty(Settling, Peering(None, peers).settle)  # type: ignore[arg-type]
    peers.note("dev:1", "10.249.8.10", "", "10.249.8.77", "refused")
    said = {"device": "dev:1", "peer": "10.249.8.77", "confirm": True}
    assert (await site.browser.post(f"{site.at}/strangers", json=said)).status_code == 204
    assert peers.may_call("10.249.8.10", "", "10.249.8.77")
    again = await site.browser.post(f"{site.at}/strangers", json=said)
    assert (again.status_code, again.json()["code"]) == (409, "edge.box_refused")
    wrong = await site.browser.post(f"{site.at}/strangers", json={**said, "peer": ""})
    assert wrong.status_code == 400
    peers.note("dev:1", "10.249.8.10", "", "10.249.8.77", "moved")
    refuse = {**said, "confirm": False}
    assert (await site.browser.post(f"{site.at}/strangers", json=refuse)).status_code == 204
    assert not peers.may_call("10.249.8.10", "", "10.249.8.77")


async def test_a_vendors_driver_that_runs_as_the_box_is_warned_of(site: Site) -> None:
    await site.beat(unconfined=["acme_controller"])
    (warning,) = (await site.browser.get(f"{site.at}/condition")).json()["warnings"]
    assert "acme_controller" in warning
    assert "CAP_SETUID" in warning
