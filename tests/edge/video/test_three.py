"""Three gateways on one box, worked from the cloud page 视频集成. Spec D 1.2, 5.2."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from linli.edge.video.simulator import SimulatedCamera, ipc, nvr
from linli.kernel.clock import SystemClock
from tests.edge.video.site import VideoSite, until

pytestmark = pytest.mark.engines("sqlite")


class Integration:
    """The cloud page of one instance."""

    def __init__(self, site: VideoSite, number: int) -> None:
        self.site = site
        self.path = f"/edge/clusters/{site.cluster}/video/{number}"

    async def shown(self) -> dict[str, Any]:
        return dict(await self.site.call("GET", self.path))

    async def rows(self) -> dict[str, dict[str, Any]]:
        return {row["name"]: row for row in (await self.shown())["devices"]}

    async def add(self, camera: SimulatedCamera, name: str, kind: str = "ipc", **more: Any) -> dict[str, Any]:
        answer = await self.try_adding(camera, name, kind, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def try_adding(
        self, camera: SimulatedCamera, name: str, kind: str = "ipc", **more: Any
    ) -> httpx.Response:
        form = {
            "name": name, "alias": f"{name} 大门", "kind": kind, "protocol": "onvif", "ip": "127.0.0.1",
            "model": "community/security/frnvr" if kind == "nvr" else "community/security/pmcamera",
            "port": camera.port, "user": camera.user, "password": camera.password, **more,
        }  # fmt: skip
        return await self.site.browser.post(f"{self.path}/devices", json=form)

    async def identify(self, no: int, name: str) -> None:
        body = {"deviceName": name, "model": "community/security/ipcamera"}
        await self.site.call("POST", f"{self.path}/devices/{no}/identity", body)

    async def delete(self, no: int) -> None:
        await self.site.call("DELETE", f"{self.path}/devices/{no}")

    async def both_online(self, *names: str) -> None:
        async def there() -> bool:
            rows = await self.rows()
            return all(rows[name]["cloudOnline"] and rows[name]["localOnline"] for name in names)

        await until(there)


@pytest.fixture
async def page(site: VideoSite) -> Integration:
    await site.install("video_access_three")
    return Integration(site, 0)


@pytest.fixture
async def cameras() -> AsyncIterator[list[SimulatedCamera]]:
    made = [ipc(SystemClock()), nvr(SystemClock(), {33: "14#东电梯", 34: "大堂"})]
    for camera in made:
        await camera.plug_in()
    yield made
    for camera in made:
        await camera.unplug()


@pytest.mark.covers("VID3-01", "VID3-02", "VID-21")
async def test_three_gateways_are_there_with_the_component(site: VideoSite, page: Integration) -> None:
    assert (await site.shown("video_access_three"))["state"] == "running"
    assert "video_access" not in (await site.shown("video_access_three"))["reason"]
    rows = await site.call("GET", "/edge/video-gateways")
    names = [row["deviceName"] for row in rows]
    assert [name[-1] for name in names] == ["0", "1", "2"]
    assert len({name[:-1] for name in names}) == 1
    assert names[0].startswith("LV-AIBOX-")
    for name in names:
        await site.becomes(name, "online")
    shown = await page.shown()
    assert (shown["connected"], shown["used"], shown["most"], shown["devices"]) == (True, 0, 256, [])

    install = f"/edge/clusters/{site.cluster}/components/video_access"
    await site.call("POST", f"{install}/ask", {"reason": "x"})
    await site.call("POST", f"/edge/component-requests/{site.cluster}/video_access", {"approved": True})
    refused = await site.browser.post(f"{install}/install", json={"params": {}})
    assert refused.status_code == 409, "one edition at a time"

    box = site.box.video
    before = [instance.started_ms for instance in box.instances.values()]
    await site.call("POST", f"{page.path.removesuffix('0')}1/restart")
    after = [instance.started_ms for instance in box.instances.values()]
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, True]
    assert box.instances[0].uplink is not None
    assert box.instances[0].uplink.up


@pytest.mark.covers("VID3-03", "VID3-04", "VID3-05")
async def test_cameras_are_added_in_the_cloud_and_get_their_devices(
    site: VideoSite, page: Integration, cameras: list[SimulatedCamera]
) -> None:
    camera, recorder = cameras
    assert await page.add(camera, "SXJ-001274") == {"no": 1, "cameras": 0, "reached": True}
    await page.both_online("SXJ-001274")
    await site.becomes("SXJ-001274", "online")
    device = await site.named("SXJ-001274")
    detail = await site.call("GET", f"/devices/{device['iotId']}")
    assert (detail["nickname"], detail["category"]) == ("SXJ-001274 大门", "智慧社区/视频安防/周界相机")

    assert (await page.add(recorder, "YPLXJ-000105", "nvr"))["cameras"] == 2
    rows = await page.rows()
    pulled = rows["YPLXJ-000105_34_大堂"]
    assert (pulled["kind"], pulled["deviceName"], pulled["localOnline"]) == ("channel", "", True)
    await page.identify(pulled["no"], "CPSBKZQ-000062.1")
    await page.both_online("YPLXJ-000105", "YPLXJ-000105_34_大堂")
    await site.becomes("CPSBKZQ-000062.1", "online")
    again = {"deviceName": "OTHER-01", "model": "community/security/ipcamera"}
    refused = await site.browser.post(f"{page.path}/devices/{pulled['no']}/identity", json=again)
    assert (refused.status_code, refused.json()["field"]) == (400, "deviceName")

    other = Integration(site, 1)
    assert await other.rows() == {}
    assert (await site.browser.delete(f"{other.path}/devices/1")).status_code == 404
    for change, field in (
        ({"name": "SXJ-001274"}, "name"),
        ({"name": "SXJ-000002"}, "ip"),
        ({"name": "SXJ-000002", "port": 9, "model": "community/car/lprc"}, "model"),
        ({"name": "SXJ-000002", "port": 9, "protocol": "gb"}, "protocol"),
    ):
        answer = await page.try_adding(camera, **change)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text


@pytest.mark.covers("VID3-06")
async def test_instances_fill_in_turn_and_a_recorder_stays_whole(site: VideoSite, page: Integration) -> None:
    large = nvr(SystemClock(), {number: f"{number}号" for number in range(1, 251)})
    small = nvr(SystemClock(), {1: "a", 2: "b", 3: "c", 4: "d", 5: "e"})
    camera = ipc(SystemClock())
    for each in (large, small, camera):
        await each.plug_in()
    second = Integration(site, 1)
    early = await second.try_adding(camera, "SXJ-000001")
    assert "fill linkvisual-0 first: it has 256 places left" in early.json()["message"]
    assert (await page.add(large, "YPLXJ-000001", "nvr"))["cameras"] == 250
    assert (await page.shown())["used"] == 251
    whole = await page.try_adding(small, "YPLXJ-000002", "nvr")
    assert "no room for 6: add it at linkvisual-1" in whole.json()["message"]
    assert (await second.add(small, "YPLXJ-000002", "nvr"))["cameras"] == 5
    for port in range(1, 6):
        await page.add(camera, f"SXJ-10000{port}", port=port)
    assert (await page.shown())["used"] == 256
    full = await page.try_adding(camera, "SXJ-000001")
    assert "no room for 1: add it at linkvisual-1" in full.json()["message"]
    await second.add(camera, "SXJ-000001")
    assert (await second.shown())["used"] == 7
    large.channels[251] = "251号"
    nvr_no = (await page.rows())["YPLXJ-000001"]["no"]
    more = await site.browser.post(f"{page.path}/devices/{nvr_no}/pull")
    assert "no room for 1 more cameras" in more.json()["message"]
    for each in (large, small, camera):
        await each.unplug()


@pytest.mark.covers("VID3-07", "VID3-08")
async def test_a_name_is_changed_and_cameras_are_pulled_by_adding_again(
    site: VideoSite, page: Integration, cameras: list[SimulatedCamera]
) -> None:
    camera, recorder = cameras
    added = await page.add(camera, "SXJ-001274")
    await site.becomes("SXJ-001274", "online")
    await page.delete(added["no"])
    await page.add(camera, "SXJ-009999")
    await page.both_online("SXJ-009999")
    await site.becomes("SXJ-009999", "online")
    await site.becomes("SXJ-001274", "offline")

    (project, *_) = await site.call("GET", "/devices/projects")
    body = {"projectId": project["projectId"]}
    await site.call("PUT", f"/edge/clusters/{site.cluster}/association", body)
    gateway = (await page.shown())["gateway"]["deviceName"]
    for name in (gateway, "SXJ-009999"):
        detail = await site.call("GET", f"/devices/{(await site.named(name))['iotId']}")
        assert detail["projectId"] == project["projectId"], f"{name} goes where its box goes"

    await recorder.unplug()
    added = await page.add(recorder, "YPLXJ-000105", "nvr")
    assert added == {"no": added["no"], "cameras": 0, "reached": False}
    await recorder.plug_in()
    await page.delete(added["no"])
    assert (await page.add(recorder, "YPLXJ-000105", "nvr"))["cameras"] == 2
    await page.both_online("YPLXJ-000105")
    await site.becomes("YPLXJ-000105", "online")
