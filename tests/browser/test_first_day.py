"""A company's first day in the console: register, organisation, contract, agreement, claim, review, page, poster."""

import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drop_downs import choose, choose_several
from tests.browser.visit import Visit, open_browser
from tests.domains.communities.builders import POI_CSV
from tests.real.platform import Installation

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
HEADERS = {"x-linli-request": "1"}
PHONE = "13866660001"


def png(size: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x33\x66\xcc" * size for _ in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.fixture(autouse=True)
def _open_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a phone registers and founds: a company comes by itself here."""
    monkeypatch.setenv("LINLI_SIGN_IN_REGISTRATION", "open")


def set_up(operator: Visit, installation: Installation, tmp_path: Path) -> None:
    """The operator's installation with a catalogue of places."""
    (tmp_path / "pois.csv").write_text(POI_CSV, encoding="utf-8")
    installation.admin("import-poi", str(tmp_path / "pois.csv"))
    code = (installation.folder / "setup-code").read_text().strip()
    said = {"code": code, "tenantName": "平台", "name": "Op", "login": "op.one", "password": PASSWORD}
    answer = operator.page.request.post(
        f"{operator.base}/api/console/setup", data={**said, "projectName": ""}, headers=HEADERS
    )
    assert answer.ok, answer.text()


def publish(operator: Visit) -> None:
    page = operator.page
    operator.go("/reviews?tab=agreements")
    page.get_by_label("Title", exact=True).fill("服务协议")
    page.get_by_label("Text", exact=True).fill("一、服务内容\n\n二、双方责任")
    page.get_by_role("button", name="Publish a new version").click()
    expect(page.get_by_text("服务协议, version 1")).to_be_visible()


def read_code(operator: Visit) -> str:
    operator.go("/sms-outbox")
    row = operator.page.get_by_role("row", name=re.compile(PHONE)).first
    found = re.search(r"\d{6} is your", row.inner_text())
    assert found
    return found[0][:6]


def register(page: Page, operator: Visit) -> None:
    page.get_by_role("link", name="No account? Register").click()
    page.fill("#reg-phone", PHONE)  # the sign-in page has none: it is gone once there is one
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("button", name=re.compile("Wait"))).to_be_visible()
    page.fill("#reg-code", read_code(operator))
    page.fill("#reg-name", "钱芳")
    page.fill("#reg-password", PASSWORD)
    expect(page.get_by_role("button", name="Register")).to_be_disabled()
    page.get_by_text("I have read and accept this").click()
    page.get_by_role("button", name="Register").click()


@pytest.mark.covers("ONB-01", "ONB-02", "ONB-03", "ONB-04", "ONB-05", "ONB-08", "ONB-10", "ONB-16", "PM-05")
def test_from_the_sign_in_page_to_a_poster_at_the_gate(
    fresh: tuple[Visit, Installation], browser: Browser, tmp_path: Path
) -> None:
    operator, installation = fresh
    set_up(operator, installation, tmp_path)
    publish(operator)
    with open_browser(browser, operator.base) as visit:
        _first_day(visit, operator)


def _first_day(visit: Visit, operator: Visit) -> None:
    page = visit.page
    visit.go("/login")
    page.get_by_role("button", name="Scan to sign in").click()
    expect(page.get_by_alt_text("QR code to sign in")).to_be_visible()
    register(page, operator)

    page.get_by_label("Organisation's name", exact=True).fill("绿源物业")
    page.get_by_label("Name", exact=True).fill("孙杰")
    page.get_by_label("Phone", exact=True).fill("13866660002")
    page.get_by_role("button", name="Found organisation").click()
    page.get_by_role("link", name="Fill it in").click()
    page.get_by_label("Contact person", exact=True).fill("钱芳")
    page.get_by_label("Company name", exact=True).fill("绿源物业服务有限公司")
    page.get_by_label("Company phone", exact=True).fill("0571-88886666")
    page.get_by_label("Company e-mail", exact=True).fill("office@lvyuan.example")
    page.get_by_role("button", name="Send the contract form").click()
    expect(page.get_by_text("Contract in")).to_be_visible()

    visit.go("/communities")
    page.get_by_role("button", name="Apply for a community").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("City", exact=True).fill("杭州")
    choose(page.locator("#apply-poi"), re.compile("紫荆花路1号"), words="桂花城")
    expect(panel.locator("#apply-name")).to_have_value("桂花城")
    panel.get_by_label("Property phone", exact=True).fill("0571-88886666")
    send = panel.get_by_role("button", name="Send application")
    expect(send).to_be_disabled()
    panel.locator("input[type=file]").set_input_files(
        {"name": "proof.png", "mimeType": "image/png", "buffer": png(64)}
    )
    expect(panel.get_by_role("button", name="Remove")).to_be_visible()
    with page.expect_download() as download:
        panel.get_by_role("link", name=re.compile("Download the form")).click()
    assert "绿源物业服务有限公司" in Path(download.value.path()).read_text("utf-8")
    send.click()
    expect(panel).to_be_hidden()
    expect(page.get_by_text("桂花城").first).to_be_visible()

    operator.go("/reviews")
    operator.page.get_by_role("button", name="Approve").click()
    expect(operator.page.get_by_role("button", name="Approve")).to_have_count(0)
    assert operator.take_faults() == []

    visit.go("/communities")
    visit.follow(page.get_by_role("link", name="桂花城"), "桂花城")
    expect(page.get_by_alt_text("QR code of 桂花城")).to_be_visible()
    expect(page.get_by_text("Running")).to_be_visible()
    choose_several(page.get_by_role("combobox", name="Choose managers"), re.compile("孙杰"))
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_role("listitem").filter(has_text="孙杰").first).to_be_visible()
    page.get_by_role("link", name="Print poster").click()
    expect(page.get_by_text("Scan to enter")).to_be_visible()
    expect(page.get_by_text("Property office 0571-88886666")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.emulate_media(media="screen")

    visit.go("/organisation?tab=payee")
    expect(page.get_by_label("Unified social credit code", exact=True)).to_be_visible()
    visit.go("/organisation?tab=invite")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_alt_text("Invitation as a QR code")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    for path in (
        "/organisation?tab=contract",
        "/organisation?tab=payee",
        "/organisation?tab=data",
        "/communities",
    ):
        visit.go(path)
        page.get_by_role("heading", level=1).first.wait_for()
        visit.still()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 361, (path, wide)
    assert visit.take_faults() == []
