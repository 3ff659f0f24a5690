"""A person debugs a device in the browser: simulator, properties of every type, services, live messages, traces, the log,
refusals, charts; and puts devices into groups and gives them certificates."""

import csv
import io
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, expect

from tests.browser.drop_downs import choose, choose_several
from tests.browser.sample import until
from tests.browser.visit import Visit

pytestmark = pytest.mark.slow


def field(identifier: str, name: str, kind: str, specs: Any) -> dict[str, Any]:
    return {
        "identifier": identifier, "name": name, "accessMode": "rw", "dataType": {"type": kind, "specs": specs}
    }  # fmt: skip


def number(identifier: str, name: str, low: int, high: int) -> dict[str, Any]:
    specs = {"min": str(low), "max": str(high), "step": "0.5", "unit": "°C", "unitName": "摄氏度"}
    return field(identifier, name, "double", specs)


MODEL = {
    "properties": [
        number("Setpoint", "Set point", 5, 35),
        field("Mode", "Mode", "enum", {"0": "off", "1": "heat", "2": "cool"}),
        field("Since", "Since", "date", {}),
        field("Place", "Place", "struct", [number("Inlet", "Inlet", -20, 80)]),
        field("Steps", "Steps", "array", {"size": "4", "item": {"type": "int"}}),
    ],
    "events": [
        {
            "identifier": "tooHot",
            "name": "Too hot",
            "type": "alert",
            "outputData": [number("At", "At", 0, 99)],
        }
    ],
    "services": [
        {
            "identifier": "calibrate",
            "name": "Calibrate",
            "callType": "sync",
            "inputData": [],
            "outputData": [],
        },
        {
            "identifier": "flush",
            "name": "Flush",
            "callType": "async",
            "inputData": [number("Until", "Until", 20, 70)],
            "outputData": [],
        },
    ],
}


@dataclass
class Boiler:
    product_key: str
    iot_id: str
    name: str


def get(visit: Visit, path: str) -> Any:
    return visit.fetch("GET", f"/console{path}")


def send(visit: Visit, path: str, body: Any, method: str = "POST") -> Any:
    return visit.fetch(method, f"/console{path}", body)


@pytest.fixture(scope="module")
def product_key(administrator: Visit) -> str:
    key: str = send(administrator, "/products", {"name": "Boilers"})["productKey"]
    draft = send(administrator, f"/products/{key}/model/draft", {"document": MODEL, "revision": 0}, "PUT")
    assert draft["faults"] == []
    send(administrator, f"/products/{key}/model/publish", {"revision": draft["revision"]})
    return key


@pytest.fixture
def boiler(administrator: Visit, product_key: str) -> Boiler:
    """Of this test alone."""
    name = f"boiler-{next(_numbers):02}"
    device = send(administrator, "/devices", {"productKey": product_key, "deviceName": name})
    return Boiler(product_key, device["iotId"], name)


_numbers = itertools.count(1)


def simulate(visit: Visit, iot_id: str, **settings: Any) -> None:
    """Have the simulator stand in for a device; it leaves 45 s after nobody looked any more."""
    if not get(visit, f"/devices/{iot_id}/simulator")["running"]:
        send(visit, f"/devices/{iot_id}/simulator", settings)
    until(lambda: get(visit, f"/devices/{iot_id}")["state"] == "online")


@pytest.fixture
def busy(boiler: Boiler, administrator: Visit) -> Boiler:
    """One with a past: it was set, called and said no, reported, and said what its model does not know."""
    wet = {"code": 5001, "message": "sensor is wet"}
    simulate(administrator, boiler.iot_id, answers={"calibrate": wet})
    at = f"/devices/{boiler.iot_id}"
    assert send(administrator, f"{at}/debug/call", {"kind": "set", "args": {"Setpoint": 21.5}})["ok"]
    assert not send(administrator, f"{at}/debug/call", {"kind": "service", "identifier": "calibrate"})["ok"]
    for values in ({"Setpoint": 20}, {"Setpont": 20}):
        send(administrator, f"{at}/simulator/acts", {"kind": "property", "values": values})
    until(lambda: newest(administrator, boiler, "Setpoint") == 20)
    return boiler


def newest(visit: Visit, boiler: Boiler, identifier: str) -> Any:
    """The value that a property has now."""
    values = get(visit, f"/devices/{boiler.iot_id}/properties")
    return next((row["value"] for row in values if row["identifier"] == identifier), None)


def rows_of(download: Download) -> list[dict[str, str]]:
    text = Path(download.path()).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_device_is_debugged_with_the_simulator(boiler: Boiler, administrator: Visit) -> None:
    page = administrator.page
    administrator.go(f"/products/{boiler.product_key}")
    page.get_by_role("button", name="Online debugging").click()
    choose(page.locator("#debug-device"), re.compile(re.escape(boiler.name)), words=boiler.name)
    expect(page.get_by_text("The device is not connected.")).to_be_visible()
    page.get_by_role("button", name="Start simulator").click()
    expect(page.get_by_text("Simulated", exact=True)).to_be_visible()
    expect(page.locator("#content").get_by_text("Online", exact=True)).to_be_visible()

    # Every type has its own field.
    choose_several(page.locator("#debug-properties"), "Set point", "Mode", "Since", "Place", "Steps")
    page.locator("#param-set-Setpoint").fill("21.5")
    choose(page.locator("#param-set-Mode"), "heat (1)")
    page.locator("#param-set-Since").fill("2026-11-24 08:00:00")
    page.locator("#param-set-Since").press("Enter")
    page.locator("#param-set-Place-Inlet").fill("40")
    for value in ("3", "4"):
        page.get_by_role("button", name="Add an element").click()
        page.locator("#param-set-Steps-0, #param-set-Steps-1").last.fill(value)
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The device took it")).to_be_visible()

    # The call went down, its reply and the device's report came up, decoded beside raw.
    stream = page.locator("section", has=page.get_by_role("heading", name="Messages"))
    stream.get_by_text("Down", exact=True).click()
    stream.get_by_role("button", name=re.compile("Set properties")).first.click()
    for text in ("21.5 °C", "heat (1)", "40 °C", "/thing/service/property/set", "200 success"):
        expect(stream.get_by_text(text).first).to_be_visible()
    stream.get_by_text("Up", exact=True).click()
    stream.get_by_role("button", name=re.compile("Property report")).first.click()
    expect(stream.get_by_text("/thing/event/property/post")).to_be_visible()
    administrator.picture("debugging")

    # Services, waited for and not.
    page.get_by_role("tab", name="Services").click()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_text("Answered in")).to_be_visible()
    page.get_by_role("option", name=re.compile("Flush")).click()
    page.locator("#param-Until").fill("60")
    page.get_by_text("Only send, do not wait").click()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_text("Sent; the answer shows")).to_be_visible()

    # A device that says no, and why.
    page.get_by_role("button", name="Behaviour").click()
    service = page.get_by_role("combobox", name="A service that answers otherwise")
    choose(service, "Calibrate")
    page.get_by_role("spinbutton", name="Code").fill("5001")
    page.get_by_role("textbox", name="Message", exact=True).fill("sensor is wet")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/simulator" in answer.url):
        page.get_by_role("button", name="Apply").click()
    page.get_by_role("option", name=re.compile("Calibrate")).first.click()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_text("Failed after")).to_be_visible()
    expect(page.get_by_text("sensor is wet").first).to_be_visible()
    assert administrator.take_faults() == []


def test_one_message_is_traced_up_and_down(busy: Boiler, administrator: Visit) -> None:
    page = administrator.page
    administrator.go(f"/devices/{busy.iot_id}/messages")
    page.get_by_role("button", name=re.compile("Property report")).first.click()
    page.get_by_role("link", name="Trace", exact=True).click()
    hops = page.get_by_test_id("hops")
    for step in ("Front received", "Checked", "On disk", "Acknowledged", "Handlers"):
        expect(hops.get_by_text(step, exact=True)).to_be_visible()
    expect(hops.get_by_text("200 success")).to_be_visible()
    administrator.picture("trace")

    administrator.go(f"/devices/{busy.iot_id}/messages")
    page.get_by_role("button", name=re.compile("Set properties")).first.click()
    page.get_by_role("link", name="Trace", exact=True).click()
    for step in ("Asked", "Routed", "Sent to the device", "Device replied"):
        expect(hops.get_by_text(step, exact=True)).to_be_visible()
    expect(hops.get_by_text("QoS 1")).to_be_visible()

    administrator.go("/trace?id=12345")
    expect(page.get_by_role("alert")).to_be_visible()
    assert administrator.take_faults() == []


def test_a_pass_is_traced_from_the_door_to_its_record(administrator: Visit) -> None:
    """In the living sample somebody always passes a door."""
    page = administrator.page
    doors = get(administrator, "/doors?pageSize=50")["data"]

    def passes() -> list[dict[str, Any]]:
        logs = (get(administrator, f"/devices/{door['iotId']}/log?kinds=event")["rows"] for door in doors)
        return [row for rows in logs for row in rows if row["what"] == "event"]

    administrator.go(f"/trace?id={until(passes)[-1]['traceId']}")
    hops = page.get_by_test_id("hops")
    expect(hops.get_by_text("access.", exact=False).first).to_be_visible()
    expect(hops.get_by_text("Record", exact=True).first).to_be_visible()
    administrator.picture("trace-pass")
    assert administrator.take_faults() == []


def test_a_refused_message_says_what_and_how_to_mend_it(boiler: Boiler, administrator: Visit) -> None:
    page = administrator.page
    simulate(administrator, boiler.iot_id)
    administrator.go(f"/refused-messages?iotId={boiler.iot_id}")
    expect(
        page.get_by_text("Nothing was refused").or_(page.get_by_text("Nothing fits")).first
    ).to_be_visible()
    act = {"kind": "property", "values": {"Setpont": 20}}
    send(administrator, f"/devices/{boiler.iot_id}/simulator/acts", act)
    page.get_by_role("button", name=re.compile(r"\d\d:\d\d")).first.click()  # it comes by itself
    panel = page.get_by_role("dialog", name="Refused message")
    expect(panel.get_by_text("Not in the thing model", exact=True)).to_be_visible()
    expect(panel.get_by_text("Setpont: is not in the thing model")).to_be_visible()
    expect(panel.get_by_text("correct its spelling in the firmware")).to_be_visible()
    administrator.picture("refused")
    panel.get_by_role("link", name="Trace").click()
    expect(page.get_by_test_id("hops").get_by_text("460 wrong parameters")).to_be_visible()
    assert administrator.take_faults() == []


def test_the_log_is_searched_followed_and_exported(busy: Boiler, administrator: Visit) -> None:
    page = administrator.page
    simulate(administrator, busy.iot_id)
    administrator.go(f"/devices/{busy.iot_id}")
    page.get_by_role("button", name="Device log").click()
    log = page.get_by_test_id("log")
    for kind in ("Connection", "Properties", "Call", "Reply", "Refused"):
        expect(log.get_by_text(kind, exact=True).first).to_be_visible()
    before = log.get_by_text("Event", exact=True).count()
    send(administrator, f"/devices/{busy.iot_id}/simulator/acts", {"kind": "event", "identifier": "tooHot"})
    expect(log.get_by_text("Event", exact=True)).to_have_count(before + 1)  # it comes by itself

    page.get_by_role("searchbox", name="Text, identifier or id").fill("sensor is wet")
    expect(log.get_by_role("button")).to_have_count(1)
    log.get_by_role("button").first.click()
    expect(page.get_by_role("link", name="Trace", exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    (row,) = rows_of(download.value)
    assert (row["kind"], row["identifier"], row["state"]) == ("down", "calibrate", "refused")
    page.get_by_role("searchbox", name="Text, identifier or id").fill("")
    choose_several(page.locator(".kinds input"), "Connection")
    expect(log.get_by_text("Call", exact=True)).to_have_count(0)
    expect(page).to_have_url(re.compile("kinds=status"))
    administrator.picture("device-log")
    administrator.go(f"/device-log/{busy.iot_id}?from=1000&to=2000")
    expect(page.get_by_text("No lines fit")).to_be_visible()
    assert administrator.take_faults() == []


def test_courses_are_drawn_zoomed_listed_and_exported(busy: Boiler, administrator: Visit) -> None:
    page, act = administrator.page, f"/devices/{busy.iot_id}/simulator/acts"
    simulate(administrator, busy.iot_id)
    for value in (18.5, 19, 21.5, 20):
        values = {"Setpoint": value, "Mode": int(value) % 3}
        send(administrator, act, {"kind": "property", "values": values})
        until(lambda value=value: newest(administrator, busy, "Setpoint") == value)
    administrator.go("/charts")
    expect(page.get_by_text("No property chosen yet")).to_be_visible()
    choose(page.locator("#chart-device"), re.compile(re.escape(busy.name)), words=busy.name)
    choose(page.locator("#chart-property"), "Set point")
    page.get_by_role("button", name="Add", exact=True).click()
    choose(page.locator("#chart-property"), "Mode")
    page.get_by_role("button", name="Add", exact=True).click()
    plot = page.get_by_role("img", name="Charts")
    expect(plot.locator("canvas")).to_be_visible()
    expect(page.get_by_text("Asia/Shanghai")).to_be_visible()
    page.get_by_text("1 hour", exact=True).click()
    expect(page).to_have_url(re.compile("span=hour"))
    administrator.picture("charts")
    plot.focus()
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Back to now")).to_be_visible()
    expect(page).to_have_url(re.compile("from=\\d+"))
    administrator.still()  # it is drawn anew
    box = until(plot.locator(".u-over").bounding_box)
    assert box is not None
    zoomed = page.url
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.keyboard.press("+")
    page.wait_for_url(lambda url: url != zoomed)
    administrator.still()  # other values came during the drag, which goes on
    zoomed = page.url
    page.mouse.move(box["x"] + 250, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url(lambda url: url != zoomed)
    page.get_by_role("button", name="Back to now").click()
    page.get_by_text("As a table").click()
    expect(page.get_by_role("cell", name="21.5", exact=True).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    rows = rows_of(download.value)
    assert {"18.5", "19.0", "21.5", "20.0"} <= {row["value"] for row in rows if row["property"] == "Setpoint"}
    assert {row["unit"] for row in rows if row["property"] == "Setpoint"} == {"°C"}
    assert administrator.take_faults() == []


def test_devices_are_grouped_by_hand_and_by_condition(boiler: Boiler, administrator: Visit) -> None:
    page = administrator.page
    administrator.go("/device-groups")
    page.get_by_role("button", name="New group").first.click()
    page.locator("#group-name").fill("North side")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="North side")).to_be_visible()
    choose(page.locator("#group-device"), re.compile(re.escape(boiler.name)), words=boiler.name)
    page.get_by_role("button", name="Put in").click()
    expect(page.locator("a.row-link", has_text=boiler.name)).to_be_visible()
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text("No members")).to_be_visible()

    administrator.go("/device-groups")
    page.get_by_role("button", name="New group").first.click()
    page.locator("#group-name").fill("All boilers")
    page.get_by_text("By condition", exact=True).last.click()
    choose_several(page.locator("#group-products"), "Boilers")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("a.row-link", has_text=boiler.name)).to_be_visible()
    administrator.picture("device-group")
    page.get_by_role("button", name="Delete group").click()
    page.get_by_role("dialog", name="Delete group").get_by_role("button", name="Delete group").click()
    page.wait_for_url("**/device-groups")
    expect(page.get_by_text("North side")).to_be_visible()
    expect(page.get_by_text("All boilers")).to_have_count(0)
    administrator.picture("device-groups")
    assert administrator.take_faults() == []


def test_a_certificate_is_issued_and_revoked(administrator: Visit) -> None:
    page = administrator.page
    key = send(administrator, "/products", {"name": "Sealed boilers"})["productKey"]
    device = send(administrator, "/devices", {"productKey": key, "deviceName": "sealed-01"})["iotId"]
    administrator.go(f"/products/{key}/settings")
    ways = page.locator("form", has_text="How devices prove themselves")
    ways.get_by_text("With a certificate only").click()
    expect(ways.get_by_text("will not be able to connect")).to_be_visible()
    ways.get_by_role("button", name="Save").click()
    expect(ways.get_by_text("Nothing has changed")).to_be_visible()  # saved: it rests while it saves, too
    ways.get_by_text("Either", exact=True).click()
    ways.get_by_role("button", name="Save").click()
    expect(ways.get_by_text("Nothing has changed")).to_be_visible()  # saved: it rests while it saves, too
    administrator.go(f"/devices/{device}/certificates")
    expect(page.get_by_text("No certificates")).to_be_visible()
    page.get_by_role("button", name="Issue certificate").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save private key").click()
    assert b"PRIVATE KEY" in Path(download.value.path()).read_bytes()
    expect(page.get_by_text("Valid", exact=True).last).to_be_visible()
    administrator.picture("certificates")
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog", name="Revoke").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    assert administrator.take_faults() == []
