"""A company's first hour in the console, step by step, as its people and the operator take it."""

import re
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.drop_downs import choose
from tests.browser.visit import Visit
from tests.domains.communities.builders import POI_CSV
from tests.real.platform import Installation

PASSWORD = "correct horse battery"
HEADERS = {"x-linli-request": "1"}
PHONE, MEMBER = "13866660001", "13866660002"
COMPANY, COMMUNITY = "绿源物业", "桂花城"


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


def import_places(installation: Installation, folder: Path) -> None:
    """The catalogue of places that communities are claimed from, as its operator brings it in."""
    (folder / "pois.csv").write_text(POI_CSV, encoding="utf-8")
    installation.admin("import-poi", str(folder / "pois.csv"))


def publish_agreement(operator: Visit) -> None:
    page = operator.page
    operator.go("/reviews?tab=agreements")
    page.get_by_label("Title", exact=True).fill("服务协议")
    page.get_by_label("Text", exact=True).fill("一、服务内容\n\n二、双方责任")
    page.get_by_role("button", name="Publish a new version").click()
    expect(page.get_by_text("服务协议, version 1")).to_be_visible()


def read_message(operator: Visit, phone: str, wanted: str) -> str:
    """What the newest message to a phone has of a pattern's first group: the operator passes messages on by hand."""
    operator.go("/sms-outbox")
    row = operator.page.get_by_role("row", name=re.compile(phone)).filter(has_text=re.compile(wanted)).first
    match = re.search(wanted, row.inner_text())
    assert match
    return match[1]


def read_code(operator: Visit, phone: str = PHONE) -> str:
    return read_message(operator, phone, r"(\d{6}) is your")


def register(page: Page, operator: Visit) -> None:
    page.get_by_role("link", name="No account? Register").click()
    page.fill("#reg-phone", PHONE)  # the sign-in page has none: it is gone once there is one
    page.get_by_role("button", name="Send code").click()
    expect(page.get_by_role("button", name=re.compile("Wait"))).to_be_visible()
    page.fill("#reg-code", read_code(operator))
    page.fill("#reg-name", "钱芳")
    page.fill("#reg-password", PASSWORD)
    expect(page.get_by_role("button", name="Register")).to_be_disabled()
    page.get_by_text("I have read and accept this", exact=True).click()
    page.get_by_role("button", name="Register").click()


def found_company(page: Page) -> None:
    """The organisation with a first member, and its contract form."""
    page.get_by_label("Organisation's name", exact=True).fill(COMPANY)
    page.get_by_label("Name", exact=True).fill("孙杰")
    page.get_by_label("Phone", exact=True).fill(MEMBER)
    page.get_by_role("button", name="Found organisation").click()
    page.get_by_role("link", name="Fill it in").click()
    page.get_by_label("Contact person", exact=True).fill("钱芳")
    page.get_by_label("Company name", exact=True).fill("绿源物业服务有限公司")
    page.get_by_label("Company phone", exact=True).fill("0571-88886666")
    page.get_by_label("Company e-mail", exact=True).fill("office@lvyuan.example")
    page.get_by_role("button", name="Send the contract form").click()
    expect(page.get_by_text("Contract in")).to_be_visible()


def claim_community(visit: Visit) -> None:
    """Apply for the community, with the proof that it is the company's."""
    page = visit.page
    visit.go("/communities")
    page.get_by_role("button", name="Apply for a community").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("City", exact=True).fill("杭州")
    choose(page.locator("#apply-poi"), re.compile("紫荆花路1号"), words=COMMUNITY)
    expect(panel.locator("#apply-name")).to_have_value(COMMUNITY)
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
    expect(page.get_by_text(COMMUNITY).first).to_be_visible()


def create_community(visit: Visit) -> None:
    """By its name, on an installation that reviews none."""
    page = visit.page
    visit.go("/communities")
    page.get_by_role("button", name="New community").first.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name", exact=True).fill(COMMUNITY)
    panel.get_by_role("button", name="Create").click()
    expect(panel).to_be_hidden()
    expect(page.get_by_role("link", name=COMMUNITY)).to_be_visible()


def approve_community(operator: Visit) -> None:
    operator.go("/reviews")
    operator.page.get_by_role("button", name="Approve").click()
    expect(operator.page.get_by_role("button", name="Approve")).to_have_count(0)
