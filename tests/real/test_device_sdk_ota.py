"""Firmware over the air on a device we did not write: `aliyun-iot-linkkit`, unmodified; the platform runs as a process.

The firmware is uploaded and the campaign begun through the console's routes, the file is downloaded from the platform's
own file server by the SDK, and, broken off, by HTTP Range.
"""

import hashlib
import json
import queue
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from linkkit import linkkit

from linli.sim import models
from tests.real.line import LINES, Line, serving
from tests.real.platform import Installation, running

pytestmark = pytest.mark.xdist_group("firmware on the sdk")

PASSWORD = "correct horse battery"
IMAGES = {version: (f"image {version} ".encode() * 40_000) for version in ("1.0", "2.0", "3.0", "4.0")}


class Notice(NamedTuple):
    kind: int
    """1: told unasked; 2: the answer to a query."""
    version: str
    size: int
    url: str
    sign_method: str
    sign: str
    module: str


class SdkDevice:
    """The vendor's SDK with the callbacks that an application sets."""

    def __init__(self, line: Line, triple: dict[str, str], tsl: Path) -> None:
        self.notices: queue.Queue[Notice] = queue.Queue()
        self._ready = threading.Event()
        self.triple = triple
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1", product_key=triple["productKey"], device_name=triple["deviceName"],
            device_secret=triple["deviceSecret"],
        )  # fmt: skip
        line.put_to(self.kit)
        self.kit.on_thing_enable = lambda user: self._ready.set()
        self.kit.on_ota_message_arrived = self._arrived
        self.kit.thing_setup(str(tsl))
        self.kit.connect_async()
        assert self._ready.wait(60), "the device SDK did not come online"

    def _arrived(
        self, kind: int, version: str, size: int, url: str, method: str, sign: str, module: str, extra: str
    ) -> None:
        self.notices.put(Notice(kind, version, size, url, method, sign, module))

    def notice(self) -> Notice:
        return self.notices.get(timeout=60)

    def inform(self, version: str) -> None:
        self.kit.ota_report_version(
            None, version
        )  # says "failed" always: it compares paho's pair with a number

    def query(self) -> None:
        self.kit.query_ota_firmware()

    def progress(self, step: int, desc: str = "") -> None:
        """The SDK has no call for it; its application publishes the topic."""
        topic = f"/ota/device/progress/{self.triple['productKey']}/{self.triple['deviceName']}"
        body = json.dumps({"id": 7, "params": {"step": str(step), "desc": desc}})
        code, _ = self.kit.publish_topic(topic, body, 1)
        assert code == 0

    def download(self, told: Notice, into: Path) -> bytes:
        code = self.kit.download_ota_firmware(told.url, str(into), told.sign_method, told.sign)
        assert code == linkkit.LinkKit.ErrorCode.SUCCESS, code
        return into.read_bytes()

    def close(self) -> None:
        self.kit.destruct()


class Desk:
    """The console of an installation that was just set up, as its pages call it."""

    def __init__(self, linli: Installation) -> None:
        self.linli = linli
        self.http = httpx.Client(
            base_url=f"{linli.url}/api/console", headers={"x-linli-request": "1"}, trust_env=False, timeout=60
        )
        code = (linli.folder / "setup-code").read_text().strip()
        form = {
            "tenantName": "和美物业", "name": "王伟", "login": "13800138000", "password": PASSWORD,
            "projectName": "演示", "code": code,
        }  # fmt: skip
        assert self.http.post("/setup", json=form).status_code == 201
        self.tenant = self.ok("GET", "/session")["tenants"][0]["id"]

    def ok(self, method: str, path: str, **more: Any) -> Any:
        answer = self.http.request(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def upload(self, product_key: str, version: str) -> str:
        query = {"productKey": product_key, "version": version, "exempt": "true", "signMethod": "Md5"}
        body = IMAGES[version]
        made = self.ok("POST", "/firmware", params=query, content=body)
        assert (made["size"], made["md5"]) == (len(body), hashlib.md5(body).hexdigest())
        return str(made["id"])

    def start(self, firmware_id: str, **rules: Any) -> str:
        form = {"firmwareId": int(firmware_id), "rules": rules}
        return str(self.ok("POST", "/firmware-campaigns", json=form)["id"])

    def upgrade(self, campaign: str) -> dict[str, Any]:
        found = self.ok("GET", f"/firmware-campaigns/{campaign}/devices")["data"]
        return dict(found[0]) if found else {}

    def wait(self, campaign: str, state: str) -> dict[str, Any]:
        return until(lambda: (row := self.upgrade(campaign)).get("state") == state and row)


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module", params=LINES)
def linli(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("ota") / "data", more=serving(request.param)) as installation:
        yield installation


@pytest.fixture(scope="module")
def desk(linli: Installation) -> Iterator[Desk]:
    made = Desk(linli)
    yield made
    made.http.close()


@pytest.fixture
def device(linli: Installation, desk: Desk, tmp_path: Path) -> Iterator[SdkDevice]:
    """An SDK device of a new product, running 1.0; the images are stored."""
    tsl = tmp_path / "door.json"
    tsl.write_text(models.tsl("smart_door"), "utf-8")
    product = linli.admin("create-product", "门禁", "--tenant", desk.tenant, "--tsl", str(tsl))
    triple = linli.admin("create-device", product["productKey"], "--name", "lobby-01")
    made = SdkDevice(Line.to(linli), triple, tsl)
    made.inform("1.0")
    yield made
    made.close()


def firmware(desk: Desk, device: SdkDevice, version: str) -> str:
    return desk.upload(device.triple["productKey"], version)


def test_notice_download_progress_and_the_new_version(desk: Desk, device: SdkDevice, tmp_path: Path) -> None:
    campaign = desk.start(firmware(desk, device, "2.0"))
    told = device.notice()
    body = IMAGES["2.0"]
    assert told._replace(url="") == Notice(
        1, "2.0", len(body), "", "Md5", hashlib.md5(body).hexdigest(), "default"
    )
    desk.wait(campaign, "notified")
    device.progress(30)
    assert desk.wait(campaign, "downloading")["progress"] == 30
    assert device.download(told, tmp_path / "image") == body
    device.progress(100)
    desk.wait(campaign, "installing")
    device.inform("2.0")
    done = desk.wait(campaign, "succeeded")
    assert (done["fromVersion"], done["currentVersion"]) == ("1.0", "2.0")
    until(lambda: desk.ok("GET", f"/firmware-campaigns/{campaign}")["state"] == "finished")
    device.inform("2.0")
    device.query()
    time.sleep(0.5)
    assert device.notices.empty(), "the same version again is no reason for a notice"


def test_a_query_is_answered_and_a_broken_download_goes_on(desk: Desk, device: SdkDevice) -> None:
    desk.start(firmware(desk, device, "2.0"))
    device.notice()
    device.query()
    told = device.notice()
    assert (told.kind, told.version) == (2, "2.0")
    body, held = IMAGES["2.0"], b""
    with urllib.request.urlopen(told.url, timeout=60) as answer:
        held = answer.read(100_000)  # and the connection breaks
    rest = urllib.request.Request(told.url, headers={"Range": f"bytes={len(held)}-"})
    with urllib.request.urlopen(rest, timeout=60) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Range"] == f"bytes {len(held)}-{len(body) - 1}/{len(body)}"
        held += answer.read()
    assert hashlib.md5(held).hexdigest() == told.sign


def test_failure_then_the_old_firmware_again(desk: Desk, device: SdkDevice, tmp_path: Path) -> None:
    firmware(desk, device, "1.0")
    campaign = desk.start(firmware(desk, device, "3.0"), restores=True)
    assert device.notice().version == "3.0"
    device.progress(100)
    device.progress(-4, "flash worn out")
    told = device.notice()
    assert told.version == "1.0"
    assert device.download(told, tmp_path / "old") == IMAGES["1.0"]
    device.inform("1.0")
    row = desk.wait(campaign, "rolled_back")
    assert (row["reason"], row["detail"]) == ("burn_failed", "flash worn out")


def test_a_device_that_was_away_and_a_restart_of_the_platform(
    linli: Installation, desk: Desk, device: SdkDevice, tmp_path: Path
) -> None:
    device.kit.disconnect()
    until(
        lambda: (
            desk.ok("GET", f"/devices?productKey={device.triple['productKey']}")["data"][0]["state"]
            == "offline"
        )
    )
    campaign = desk.start(firmware(desk, device, "4.0"))
    until(lambda: desk.upgrade(campaign))
    assert desk.upgrade(campaign)["state"] == "waiting"
    linli.kill()
    linli.start()
    device.kit.connect_async()
    assert device.notice().version == "4.0"
    device.inform("4.0")
    desk.wait(campaign, "succeeded")
