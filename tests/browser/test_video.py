"""Cameras at a site in Chromium: the gateways and their cloud page, and the box's own video page through the tunnel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from linli.edge.video.simulator import SimulatedCamera, ipc, nvr
from linli.kernel.clock import SystemClock
from tests.browser.phone import findings
from tests.browser.real_box import RealBox, real_box, set_up
from tests.browser.sample import installed
from tests.browser.visit import Visit, open_browser

pytestmark = pytest.mark.slow

PASSWORD = "a good password"


class Site:
    def __init__(self, visit: Visit, box: RealBox, cameras: list[SimulatedCamera]) -> None:
        self.visit, self.box, self.cameras = visit, box, cameras
        self.page: Page = visit.page


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("video")
    with (
        installed(folder / "data") as installation,
        open_browser(browser, installation.url) as visit,
    ):
        call = set_up(visit, installation)
        with real_box(visit, call, folder / "box") as box:
            cameras = [ipc(SystemClock()), nvr(SystemClock(), {33: "14#东电梯", 34: "大堂"})]
            for camera in cameras:
                box.do(camera.plug_in())
            box.do(box.box.pulse.once())
            (cluster,) = call("GET", "/edge/clusters")["data"]
            part = f"/edge/clusters/{cluster['id']}/components"
            for code in ("edge_cluster", "device_access"):
                call("POST", f"{part}/{code}/install", {"params": {}})
            box.do(box.box.deployer.refresh())
            box.do(box.box.pulse.once())
            call("POST", f"{part}/video_access_three/ask", {"reason": "安防"})
            call("POST", f"/edge/component-requests/{cluster['id']}/video_access_three", {"approved": True})
            params = {"node": "wangyuefu-01", "nicName": "lo", "nicIp": "127.0.0.1"}
            call("POST", f"{part}/video_access_three/install", {"params": params})
            box.do(box.box.deployer.refresh())
            box.do(box.box.pulse.once())
            yield Site(visit, box, cameras)
            for camera in cameras:
                box.do(camera.unplug())


@pytest.mark.covers("VID3-02")
def test_cameras_are_added_on_the_cloud_page_of_a_gateway(site: Site) -> None:
    page = site.page
    site.visit.go("/edge-gateways")
    expect(page.get_by_text("-0", exact=False).first).to_be_visible()
    site.visit.picture("video-gateways")
    assert findings(site.visit) == []
    page.locator("a.row-link", has_text="LV-AIBOX").first.click()
    expect(page.get_by_role("heading", name="Video integration")).to_be_visible()
    expect(page.get_by_text("No cameras yet")).to_be_visible()
    for camera, kind, name in zip(site.cameras, ("IPC", "NVR"), ("SXJ-001274", "YPLXJ-000105"), strict=True):
        page.get_by_role("button", name="Add device").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(kind, exact=True).click()
        dialog.get_by_label("Name (IoT code)", exact=True).fill(name)
        dialog.get_by_label("IP", exact=True).fill("127.0.0.1")
        dialog.get_by_label("Port", exact=True).fill(str(camera.port))
        dialog.get_by_label("User", exact=True).fill(camera.user)
        dialog.get_by_label("Password", exact=True).fill(camera.password)
        if kind == "NVR":
            site.visit.picture("video-add")
            assert findings(site.visit) == []
        dialog.get_by_role("button", name="Add device").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("row").filter(has_text=name).first).to_contain_text("Online", timeout=60_000)
    pulled = page.get_by_role("row").filter(has_text="YPLXJ-000105_34_大堂")
    pulled.get_by_role("button", name="Bring to the cloud").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("DeviceName", exact=True).fill("CPSBKZQ-000062.1")
    dialog.get_by_role("button", name="Bring to the cloud").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(pulled).to_contain_text("CPSBKZQ-000062.1")
    site.visit.picture("video-instance")
    assert findings(site.visit) == []
    page.get_by_role("button", name="Restart instance").click()
    page.get_by_role("dialog").get_by_role("button", name="Restart instance").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(pulled).to_contain_text("Online", timeout=60_000)
    assert site.visit.take_faults() == []


@pytest.mark.covers("VID-12")
def test_the_video_page_of_the_box_opens_from_the_remote_services(site: Site) -> None:
    page = site.page
    site.visit.go(f"/boxes/{site.box.node_id}/page")
    page.get_by_text("Video component (HTTP-LH-8080)").click()
    page.get_by_label("Reason", exact=True).fill("adding cameras")
    site.visit.picture("video-remote-service")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Connect").click()
    own = opened.value
    own.fill("[name=word]", site.box.code)
    own.fill("[name=new]", PASSWORD)
    own.click("button.first")
    own.wait_for_selector(".nav a[href='#/video'][aria-current]")
    own.get_by_text("SXJ-001274").first.wait_for()
    assert not own.get_by_text("Upload the certificate file").is_visible(), "the cloud gives identities here"
    site.visit.picture("video-box-page", of=own)
    own.get_by_role("row").filter(has_text="SXJ-001274").get_by_role("button", name="Picture").click()
    own.get_by_text("rtsp://127.0.0.1:554/").wait_for()
    own.get_by_role("button", name="Close").click()
    own.get_by_role("button", name="Add device").click()
    own.locator("[name=none], dialog input").first.wait_for()
    site.visit.picture("video-box-add", of=own)
    own.close()
    assert site.visit.take_faults() == []
