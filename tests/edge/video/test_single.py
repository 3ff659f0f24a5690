"""One gateway with its cameras, from the component to 云端连接 and 本地连接. Spec D 1.1, 5.1-5.5."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from linli.edge.services.console.door import new_code
from linli.edge.video.simulator import SimulatedCamera, ipc, nvr
from linli.kernel.clock import SystemClock
from tests.edge.video.site import PASSWORD, Page, VideoSite, until

pytestmark = pytest.mark.engines("sqlite")
PLACES = {33: "14#东电梯", 34: "4# 3单元西电梯"}


def of_camera(camera: Any, name: str, kind: str = "ipc", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "kind": kind, "protocol": "hikvision", "ip": "127.0.0.1", "port": camera.port,
        "user": camera.user, "password": camera.password, **more,
    }  # fmt: skip


@pytest.mark.covers("VID-01")
async def test_the_component_is_seen_to_run_and_opens_its_page(site: VideoSite) -> None:
    assert (await site.shown("video_access"))["state"] == ""
    await site.install("video_access")
    row = await site.shown("video_access")
    assert (row["state"], row["version"]) == ("running", "1.0.0")

    assert site.box.lan is not None
    port = site.box.lan.video_page.port
    page = Page(f"http://127.0.0.1:{port}")
    assert (await page.get("hello"))["first"] == "video"
    assert (await page.log_in("admin")).status_code == 403
    assert (await page.log_in(new_code(site.box.home / "console"), "a good password")).status_code == 200
    assert (await page.get("video"))["running"] is True

    await site.component("video_access", "POST", "stop")
    assert (await site.shown("video_access"))["state"] == "stopped"
    assert site.box.lan.video_page.port == 0


async def through_the_tunnel(site: VideoSite) -> Page:
    """更多远程服务 → HTTP-LH-8080, in the integrator's browser."""
    body = {"kind": "video", "reason": "添加摄像头", "minutes": 5}
    made = await site.call("POST", f"/edge/nodes/{site.node}/tunnels", body)
    base = f"http://127.0.0.1:{site.platform.http.port}"
    browsing = {"sec-fetch-mode": "navigate", "accept": "text/html"}
    answer = await site.browser.get(base + made["path"], headers=browsing)
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    shown = await site.browser.get(base + place, headers=browsing)
    assert "app.js" in shown.text
    return Page(base + place.removesuffix("/"))


@pytest.mark.covers("C083", "VID-12")
async def test_the_page_is_opened_directly_and_through_the_tunnel(site: VideoSite) -> None:
    """`admin`/`admin` opens neither (ADR 0112): the first log-in sets the password."""
    await site.install("video_access")
    direct = await site.page()
    assert (await direct.get("video"))["running"] is True
    far = await through_the_tunnel(site)
    assert (await far.get("hello"))["first"] == "video"
    assert (await far.log_in("admin")).status_code == 403
    assert (await far.log_in(PASSWORD)).status_code == 200
    added = await far.do(
        "video/add", name="SXJ-000001", kind="ipc", ip="127.0.0.1", port=9, user="u", password="p"
    )
    assert added["why"] == "unreachable"
    assert list(await direct.rows()) == ["SXJ-000001"]
    (visit,) = (await site.call("GET", f"/edge/nodes/{site.node}/tunnels"))["data"]
    assert (visit["kind"], visit["reason"]) == ("video", "添加摄像头")


@pytest.fixture
async def page(site: VideoSite) -> AsyncIterator[Page]:
    """The component runs, its gateway is in the cloud by its triple (上云配置)."""
    await site.install("video_access")
    page = await site.page()
    gateway = await site.device(await site.product("视频网关", "edge/camera"), "LV-AIBOX-001")
    triple = {name: gateway[name] for name in ("productKey", "deviceName", "deviceSecret")}
    await page.do("video/gateway", **triple)
    yield page
    await page.http.aclose()


@pytest.fixture
async def camera() -> AsyncIterator[SimulatedCamera]:
    made = ipc(SystemClock())
    await made.plug_in()
    yield made
    await made.unplug()


@pytest.fixture
async def recorder() -> AsyncIterator[SimulatedCamera]:
    made = nvr(SystemClock(), dict(PLACES))
    await made.plug_in()
    yield made
    await made.unplug()


@pytest.mark.covers("VID-02", "VID-03", "VID-05", "VID-06")
async def test_products_and_a_gateway_are_made_as_the_manual_says(site: VideoSite) -> None:
    wanted = {
        "视频网关": ("edge/camera", True, "边缘计算/摄像头边缘节点"),
        "普通摄像头": ("life/home/camera", False, "智能生活/家居安防/摄像头"),
        "违停球相机": ("life/home/camera", False, "智能生活/家居安防/摄像头"),
        "人脸抓拍机": ("life/home/camera", False, "智能生活/家居安防/摄像头"),
        "周界相机": ("life/home/camera", False, "智能生活/家居安防/摄像头"),
        "普通NVR": ("life/home/nvr", False, "智能生活/家居安防/网络硬盘录像机"),
        "智能分析NVR": ("life/home/nvr", False, "智能生活/家居安防/网络硬盘录像机"),
        "人脸识别NVR": ("life/home/nvr", False, "智能生活/家居安防/网络硬盘录像机"),
    }
    keys = {}
    for name, (code, gateway, category) in wanted.items():
        keys[name] = await site.product(name, code)
        shown = await site.call("GET", f"/products/{keys[name]}")
        assert (shown["name"], shown["gateway"], shown["category"]) == (name, gateway, category)
    other = await site.colleague("13866660002")
    shared = {row["productKey"]: row for row in (await other.get("/products")).json()}
    assert shared.keys() >= set(keys.values()), "the company's accounts share its products"
    from_there = {"productKey": keys["视频网关"], "deviceName": "LV-AIBOX-002"}
    assert (await other.post("/devices", json=from_there)).status_code == 201
    await other.aclose()
    made = await site.device(keys["视频网关"], "LV-AIBOX-001")
    assert (made["deviceName"], len(made["deviceSecret"])) == ("LV-AIBOX-001", 32)


@pytest.mark.covers("VID-13", "VID-15", "VID-16", "VID-17", "VID-19")
async def test_a_camera_gets_its_identity_by_name_and_is_online_at_both_ends(
    site: VideoSite, page: Page, camera: SimulatedCamera
) -> None:
    await site.becomes("LV-AIBOX-001", "online")
    right = site.box.video.instances[0].gateway
    assert right is not None
    triple = {"productKey": right.product_key, "deviceName": right.device_name, "deviceSecret": "wrong"}
    await page.do("video/gateway", **triple)
    await site.becomes("LV-AIBOX-001", "offline")

    async def refused() -> bool:
        (instance,) = (await page.get("video"))["instances"]
        return "refused" in instance["why"] and not instance["online"]

    await until(refused)
    await page.do("video/gateway", **{**triple, "deviceSecret": right.device_secret})
    await site.becomes("LV-AIBOX-001", "online")

    (instance,) = (await page.get("video"))["instances"]
    assert (instance["deviceName"], instance["online"], instance["used"]) == ("LV-AIBOX-001", True, 0)

    form = of_camera(camera, "SXJ-001274", remark='"CategoryCode":"community/security/frcamera"')
    tried = await page.do("video/test", **form)
    assert (tried["maker"], tried["cameras"]) == ("Hikvision", 1)
    assert (await page.do("video/add", **form))["why"] == ""
    row = (await page.rows())["SXJ-001274"]
    assert (row["model"], row["localOnline"], row["cloudOnline"], row["deviceName"]) == (
        "community/security/frcamera", True, False, "",
    )  # fmt: skip

    csv = await site.batch(await site.product("普通摄像头", "life/home/camera"), "SXJ-001274", "SXJ-001275")
    assert await page.do("video/certificates", csv=csv) == {"count": 2, "matched": 1}
    row = (await page.both_online("SXJ-001274"))["SXJ-001274"]
    assert row["deviceName"] == "SXJ-001274"
    await site.becomes("SXJ-001274", "online")

    await camera.unplug()
    await page.do("video/look")
    await site.becomes("SXJ-001274", "offline")
    row = (await page.rows())["SXJ-001274"]
    assert (row["localOnline"], row["cloudOnline"]) == (False, False)
    assert "cannot be reached" in row["why"]
    await camera.plug_in()
    await page.do("video/look")
    await page.both_online("SXJ-001274")
    await site.becomes("SXJ-001274", "online")
    iot_id = (await site.named("SXJ-001274"))["iotId"]

    async def tagged() -> bool:
        tags = (await site.call("GET", f"/devices/{iot_id}"))["tags"]
        return "community/security/frcamera" in str(tags)

    await until(tagged)

    await site.sleep_and_wake()
    page = await site.page()
    await page.both_online("SXJ-001274")

    camera.password = "another-2027"
    await page.do("video/look")
    await site.becomes("SXJ-001274", "offline")
    assert "refuses the log-in" in (await page.rows())["SXJ-001274"]["why"]
    where = {"no": row["no"], "ip": "127.0.0.1", "port": camera.port, "user": camera.user}
    await page.do("video/change", **where, password="another-2027")
    await page.both_online("SXJ-001274")
    assert (await page.refused("video/change", **{**where, "ip": "x"}))[0] == "ip"


@pytest.mark.covers("VID-14", "VID-18", "VID-09")
async def test_a_recorders_cameras_are_pulled_and_get_identities_by_hand(
    site: VideoSite, page: Page, recorder: SimulatedCamera
) -> None:
    """One of its cameras hangs on a second recorder too: `.1` and `.2`, a device for each link."""
    second = nvr(SystemClock(), {1: "车库入口"})
    await second.plug_in()
    added = await page.do("video/add", **of_camera(recorder, "YPLXJ-000105", "nvr"))
    assert (added["cameras"], added["why"]) == (2, "")
    await page.do("video/add", **of_camera(second, "YPLXJ-000106", "nvr"))
    rows = await page.rows()
    pulled = ["YPLXJ-000105_33_14#东电梯", "YPLXJ-000105_34_4# 3单元西电梯", "YPLXJ-000106_1_车库入口"]
    assert list(rows) == ["YPLXJ-000105", *pulled[:2], "YPLXJ-000106", pulled[2]]
    assert {rows[name]["deviceName"] for name in rows} == {""}

    product = await site.product("普通摄像头", "life/home/camera")
    links = ["CPSBKZQ-000062.1", "CPSBKZQ-000062.2", "CPSBKZQ-000063.1"]
    await page.do("video/certificates", csv=await site.batch(product, *links))
    nvrs = await site.batch(await site.product("普通NVR", "life/home/nvr"), "YPLXJ-000105")
    assert (await page.do("video/certificates", csv=nvrs))["matched"] == 0, "recorders always by hand"

    numbers = {name: row["no"] for name, row in rows.items()}
    await page.do("video/assign", no=numbers["YPLXJ-000105"], deviceName="YPLXJ-000105")
    await page.do("video/assign", no=numbers[pulled[1]], deviceName=links[2])
    # The sheet of the site counts this recorder's channels from 1; its own numbers begin at 33.
    sheet = "nvr,channel,camera\nYPLXJ-000105,1,CPSBKZQ-000062\nYPLXJ-000106,1,CPSBKZQ-000062\nYPLXJ-000106,2,X-000001\n"
    assert await page.do("video/links", csv=sheet) == {"matched": 2, "missing": []}
    by_name = {name: row["deviceName"] for name, row in (await page.rows()).items()}
    assert [by_name[name] for name in pulled] == [links[0], links[2], links[1]]
    assert (await page.refused("video/links", csv="nvr,channel,camera\na,b,c"))[0] == "csv"
    await page.both_online("YPLXJ-000105", *pulled)
    for identity in (*links, "YPLXJ-000105"):
        await site.becomes(identity, "online")

    assert await page.refused("video/assign", no=numbers["YPLXJ-000106"], deviceName="YPLXJ-000105") == (
        "deviceName", "YPLXJ-000105 is assigned to YPLXJ-000105",
    )  # fmt: skip
    assert (await page.refused("video/assign", no=numbers[pulled[0]], deviceName=links[1]))[0] == "no"
    assert (
        "no certificate"
        in (await page.refused("video/assign", no=numbers["YPLXJ-000106"], deviceName="X-1"))[1]
    )
    await page.do("video/unassign", no=numbers[pulled[1]])
    await site.becomes("CPSBKZQ-000063.1", "offline")
    assert {"deviceName": "CPSBKZQ-000063.1", "of": ""} in (await page.get("video/names"))["names"]
    await second.unplug()


@pytest.mark.covers("VID-20", "VID-21")
async def test_a_device_gets_another_name_and_one_instance_starts_again(
    site: VideoSite, page: Page, camera: SimulatedCamera
) -> None:
    product = await site.product("普通摄像头", "life/home/camera")
    await page.do("video/certificates", csv=await site.batch(product, "SXJ-001274"))
    no = (await page.do("video/add", **of_camera(camera, "SXJ-001274")))["no"]
    await page.both_online("SXJ-001274")

    await page.do("video/certificates", csv=await site.batch(product, "SXJ-009999"))
    await page.do("video/unassign", no=no)
    await page.do("video/assign", no=no, deviceName="SXJ-009999")
    before = (await page.get("video"))["instances"][0]["startedMs"]
    box_line = site.box.line
    await page.do("video/restart", instance=0)
    assert (await page.get("video"))["instances"][0]["startedMs"] > before
    assert box_line.up, "the box's own line is not touched"
    await page.both_online("SXJ-001274")
    await site.becomes("SXJ-009999", "online")
    await site.becomes("SXJ-001274", "offline")
    assert (await page.send("video/restart", instance=1)).status_code == 409


@pytest.mark.covers("VID-22")
async def test_cameras_that_were_not_pulled_are_repaired(
    site: VideoSite, page: Page, recorder: SimulatedCamera
) -> None:
    """The recorder was away when it was added: unbind, delete, add, assign; or one press on "pull again"."""
    csv = await site.batch(await site.product("普通NVR", "life/home/nvr"), "YPLXJ-000105")
    await page.do("video/certificates", csv=csv)
    form = of_camera(recorder, "YPLXJ-000105", "nvr")
    await recorder.unplug()
    added = await page.do("video/add", **form)
    assert (added["cameras"], added["why"]) == (0, "unreachable")
    await page.do("video/assign", no=added["no"], deviceName="YPLXJ-000105")
    await recorder.plug_in()
    await page.do("video/unassign", no=added["no"])
    assert await page.do("video/delete", no=added["no"]) == {"deleted": 1}
    tried = await page.do("video/test", **form)
    assert (tried["cameras"], tried["recordings"]) == (2, 2)
    added = await page.do("video/add", **form)
    assert added["cameras"] == 2
    await page.do("video/assign", no=added["no"], deviceName="YPLXJ-000105")
    await page.both_online("YPLXJ-000105")

    recorder.channels[35] = "后门"
    assert (await page.do("video/pull", no=added["no"]))["cameras"] == 1
    rows = await page.rows()
    assert rows["YPLXJ-000105_35_后门"]["localOnline"]
    recorder.faults.hidden = {33}
    await page.do("video/look")

    async def gone() -> bool:
        return not (await page.rows())["YPLXJ-000105_33_14#东电梯"]["localOnline"]

    await until(gone)


async def test_what_a_device_refuses_is_told(
    page: Page, camera: SimulatedCamera, recorder: SimulatedCamera
) -> None:
    good = of_camera(camera, "SXJ-000001")
    assert "refuses the log-in" in (await page.refused("video/test", **{**good, "password": "x"}))[1]
    camera.faults.closed = True
    assert (await page.do("video/test", **good))["cameras"] == 1, "its clock is asked with a log-in, too"
    camera.faults.closed = False
    camera.faults.old = True
    assert (await page.do("video/test", **good))["cameras"] == 1
    camera.faults.clock_off_ms = 86_400_000
    assert (await page.do("video/test", **good))["cameras"] == 1, "a clock that is off is allowed for"
    camera.faults.digest_alone = True
    assert (await page.do("video/test", **good))["cameras"] == 1
    assert "refuses the log-in" in (await page.refused("video/test", **{**good, "password": "x"}))[1]
    camera.faults.other_host = "192.0.2.7"
    added = await page.do("video/add", **good)
    picture = await page.http.post("/api/video/snapshot", json={"no": added["no"]})
    stream = await page.do("video/stream", no=added["no"])
    assert stream == {"address": "rtsp://127.0.0.1:554/Streaming/Profile_101?transport=unicast"}
    assert picture.content.startswith(b"\xff\xd8")
    camera.faults.broken = b"<html>no"
    assert "does not answer by ONVIF" in (await page.refused("video/test", **good))[1]
    nvr_form = of_camera(recorder, "YPLXJ-000105")
    assert (await page.refused("video/add", **nvr_form))[0] == "kind"
    assert (await page.refused("video/add", **{**good, "name": "SXJ-000002"}))[0] == "ip"
    assert (await page.refused("video/add", **{**nvr_form, "name": "SXJ-000001"}))[0] == "name"
    assert (await page.refused("video/add", **{**nvr_form, "protocol": "gb"}))[0] == "protocol"
    assert (await page.refused("video/add", **{**nvr_form, "kind": "nvr", "name": "a_bcd"}))[0] == "name"
    assert (await page.refused("video/add", **{**nvr_form, "ip": "camera"}))[0] == "ip"
    assert (await page.refused("video/certificates", csv="a,b"))[0] == "csv"
    shown = await page.get("video/devices")
    assert "cam-2026" not in str(shown), "a password is never shown"
