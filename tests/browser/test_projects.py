"""An integrator makes a project, has a capability reviewed, binds a device, reads the key and calls an API with it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit
from tests.real.partner import Partner
from tests.real.platform import Installation
from tests.real.test_main_job import POIS, Job

pytestmark = pytest.mark.slow


def add_device(visit: Visit, name: str) -> None:
    """A device of the tenant that no project has yet."""
    product = visit.fetch("GET", "/console/products")[0]["productKey"]
    visit.fetch("POST", "/console/devices", {"productKey": product, "deviceName": name})


@pytest.mark.covers("TOP-05", "B001", "B002", "B117", "H-19")
def test_an_integrator_starts(administrator: Visit, operator: Visit) -> None:
    page = administrator.page
    add_device(administrator, "CAM-0007")
    administrator.go("/projects")
    page.get_by_role("button", name="New project").first.click()
    panel = page.get_by_role("dialog", name="New project")
    panel.get_by_label("Project name", exact=True).fill("Wangjing")
    panel.get_by_label("Client", exact=True).fill("Harmony Estates")
    panel.get_by_text("Arming and surveillance").click()
    administrator.follow(panel.get_by_role("button", name="Save"), "Wangjing")
    page.get_by_role("tab", name="Capabilities").click()
    expect(page.get_by_text("Under review")).to_be_visible()

    operator.go("/capability-reviews")
    row = operator.page.get_by_role("row", name=re.compile("Wangjing"))
    row.get_by_role("button", name="Approve").click()
    expect(row).to_have_count(0)

    page.reload()
    page.get_by_role("button", name="Switch to integration").click()
    page.get_by_role("tab", name="Devices").click()
    page.get_by_text("Not bound", exact=True).click()
    pane = page.get_by_role("tabpanel", name="Devices")
    pane.locator(".list .el-checkbox", has_text="CAM-0007").click()
    pane.get_by_role("button", name="Bind 1 devices").click()
    pane.get_by_text("Bound", exact=True).click()
    expect(pane.locator(".list .el-checkbox")).to_have_count(1)
    expect(pane.locator(".list .el-checkbox")).to_contain_text("CAM-0007")

    page.get_by_role("button", name="Switch to development").click()
    page.get_by_role("tab", name="Keys").click()
    expect(page.get_by_text(re.compile("smartSecurityService|security", re.I)).first).to_be_visible()
    page.get_by_role("button", name="Show AppSecret").click()
    dialog = page.get_by_role("dialog", name="AppSecret")
    expect(dialog.get_by_text("AppKey")).to_be_visible()
    assert administrator.take_faults() == []
    assert operator.take_faults() == []


@pytest.mark.covers("B118")
def test_who_joins_the_platform_makes_communities_by_api_alone(
    fresh: tuple[Visit, Installation], tmp_path: Path
) -> None:
    """The company's page refuses from then on; the signed calls of its project apply, and the operator approves."""
    visit, installation = fresh
    page = visit.page
    code = (installation.folder / "setup-code").read_text().strip()
    answer = page.request.post(
        f"{visit.base}/api/console/setup",
        data={
            "code": code, "tenantName": "和美物业", "name": "Wang Wei", "login": "wang",
            "password": "correct horse battery", "projectName": "Partner",
        },
        headers={"x-linli-request": "1"},
    )  # fmt: skip
    key = answer.json()["key"]
    job = Job(installation, tmp_path)
    pois = tmp_path / "pois.csv"
    pois.write_text(POIS, "utf-8")
    installation.admin("import-poi", str(pois))

    visit.go(f"/projects/{key['projectId']}")
    page.get_by_role("button", name="Join the management platform").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("Join")).click()
    expect(page.get_by_text("communities are applied for by API only")).to_be_visible()

    visit.go("/communities")
    page.get_by_role("button", name="New community").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name", exact=True).fill("九龙花园")
    panel.get_by_role("button", name="Create").click()
    expect(panel.get_by_role("alert")).to_contain_text("apply for communities by API")

    job.partner = Partner(f"127.0.0.1:{installation.http_port}", key["appKey"], key["appSecret"])
    job.claim_community()
    visit.go("/communities")
    expect(page.get_by_text("桂花城").first).to_be_visible()
    assert visit.take_faults() == []
