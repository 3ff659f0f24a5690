"""The main job, on clients we did not write: from `create-project` to the pass record at a webhook.

The integrator uses `alibabacloud-iot-api-gateway`, the door `aliyun-iot-linkkit` (paho-mqtt 1.6), both unmodified; only
the host is changed. The platform runs as a process.
"""

import base64
import io
import json
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from linli.sim import models
from tests.real.door import SdkDoor
from tests.real.line import Line
from tests.real.partner import Partner
from tests.real.platform import Installation, running
from tests.real.webhook import Webhook

SHANGHAI = ZoneInfo("Asia/Shanghai")
POIS = 'id,name,cityname,address,location\nB0FFF0EG44,九龙站宾馆,杭州市,金龙楼(九龙城道),"120.091789,30.281922"\n'


def png(width: int = 400, height: int = 300) -> bytes:
    """A small picture, standing for a scanned certificate."""
    rows = b"".join(b"\x00" + b"\xd0\xd8\xe0" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def wall(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture(scope="module")
def linli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("real") / "data") as installation:
        yield installation


class Job:
    """The steps, each with what it leaves for the next."""

    def __init__(self, linli: Installation, folder: Path) -> None:
        self.linli = linli
        self.folder = folder
        self.tsl = folder / "smart_door.json"
        self.tsl.write_text(models.tsl("smart_door"), "utf-8")

    def set_up(self) -> None:
        """Operator: a tenant, a project with its key, the door's product, one door known by its serial number."""
        admin = self.linli.admin
        self.tenant = admin("create-tenant", f"物业 {uuid.uuid4().hex[:6]}")["tenantId"]
        made = admin("create-project", "门禁集成", "--tenant", self.tenant)
        self.project = made["projectId"]
        self.partner = Partner(f"127.0.0.1:{self.linli.http_port}", made["appKey"], made["appSecret"])
        product = admin("create-product", "多功能门禁", "--tenant", self.tenant, "--tsl", str(self.tsl))
        self.triple = admin(
            "create-device", product["productKey"], "--name", "lobby-01", "--project", self.project
        )
        pois = self.folder / "pois.csv"
        pois.write_text(POIS, "utf-8")
        admin("import-poi", str(pois))

    def claim_community(self) -> None:
        """Integrator: find the POI, upload a certificate, apply; operator: approve."""
        partner = self.partner
        [poi] = partner.ok(
            "/solution/community/paas/poid/query",
            "1.0.1",
            {"keywords": "九龙", "city": "杭州", "citylimit": True},
        )
        ticket = partner.ok("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"})
        key = f"{ticket['dir']}/certificate.png"
        form = {
            "key": key, "policy": ticket["policy"], "OSSAccessKeyId": ticket["accessId"],
            "success_action_status": "200", "callback": "", "signature": ticket["signature"],
        }  # fmt: skip
        sent = httpx.post(f"http://{ticket['host']}", data=form, files={"file": io.BytesIO(png())})
        assert sent.status_code == 200, sent.text
        saved = partner.ok(
            "/solution/community/oss/file/save", "1.0.0", {"tmpOssKey": key, "bizCode": "COMMUNITY_FILE"}
        )
        apply = {
            "poid": poi["id"], "name": "桂花城", "address": poi["address"], "serviceStartTime": "2026-01-01",
            "serviceEndTime": "2036-01-01", "certificateUploadId": saved["uploadId"],
        }  # fmt: skip
        self.community = partner.ok("/solution/community/paas/community/apply", "1.0.3", apply)["communityId"]
        token = partner.call("/solution/community/paas/token/get", "1.0.0", {"communityId": self.community})
        assert token.code != 200, "a community under review has no token"
        self.linli.admin("approve-community", str(self.community))
        detail = partner.ok(
            "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": str(self.community)}
        )
        assert (detail["applyStatus"], detail["name"]) == (2, "桂花城")
        self.root, self.scope_id = detail["spaceId"], detail["projectId"]
        partner.cloud_token = self._token()

    def _token(self, seconds: float = 5) -> str:
        """A grant made by the command line reaches the running gateway within three seconds."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.partner.call(
                "/solution/community/paas/token/get", "1.0.0", {"communityId": self.community}
            )
            if answer.code == 200:
                return str(answer.data["cloudToken"])
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)

    def build_spaces(self) -> None:
        """Integrator: building, unit, house, and a resident in it."""
        parent = self.root
        for kind, name in (("building", "1幢"), ("unit", "1单元"), ("house", "101")):
            made = self.partner.ok(
                "/solution/community/paas/space/sub/create", "1.0.1",
                {"name": name, "parentId": parent, "typeCode": kind},
            )  # fmt: skip
            parent = made["spaceId"]
        self.house = parent
        member = {
            "houseSpaceId": self.house,
            "name": "王先生",
            "phoneNum": "19900000001",
            "type": 1,
            "sex": 1,
        }
        saved = self.partner.ok("/solution/community/paas/house/member/save", "1.0.5", member)
        self.person = saved["identityId"] if isinstance(saved, dict) else saved

    def add_door(self) -> None:
        """Integrator: the device joins project and community; the device itself: connects."""
        identity = {
            "type": "PK_AND_DN",
            "productKey": self.triple["productKey"],
            "deviceName": "lobby-01",
            "iotId": "",
        }
        self.partner.ok(
            "/solution/community/paas/device/add",
            "1.0.2",
            {"deviceIdentity": identity, "nickName": "1幢大堂"},
        )
        owner = self.partner.ok(
            "/solution/community/paas/device/community/get", "1.0.3", {"deviceIdentity": identity}
        )
        assert owner["communityId"] == self.community
        self.door = SdkDoor(Line.to(self.linli), self.triple, self.tsl)
        self.door.wait_ready()

    def give_right(self) -> str:
        """Integrator: a QR code for the resident, bound to the door; returns the text to show."""
        partner, iot_id = self.partner, self.triple["iotId"]
        partner.ok(
            "/entrance/paas/user/modify",
            "1.0.0",
            {"identityId": self.person, "name": "王先生", "extInfo": {}},
        )
        code = partner.ok("/homelink/common/qrcode/generate", "1.0.1", {"identityId": self.person})
        assert len(code) == 16
        until = datetime.now(SHANGHAI) + timedelta(hours=2)
        [row] = partner.ok(
            "/entrance/paas/perm/qrcode/config", "1.0.1",
            {"qrCode": code, "iotIds": [iot_id], "identityId": self.person, "expiryTime": wall(until),
             "maxScanTimes": 5, "maxScanScope": "SHARE"},
        )  # fmt: skip
        assert (row["code"], row["iotId"]) == (200, iot_id)
        text = partner.ok(
            "/entrance/paas/perm/qrcode/encrypt",
            "1.0.0",
            {"qrCode": code, "expiryTime": wall(until), "identityId": self.person},
        )
        self.code, self.text = code, text["data"] if isinstance(text, dict) else text
        assert len(base64.b64decode(self.text)) == 64
        return self.text

    def wait_held(self, seconds: float = 60) -> None:
        """The right holds on the device itself."""
        deadline = time.monotonic() + seconds
        while self.code not in self.door.permissions.qr or self.door.public_key is None:
            assert time.monotonic() < deadline, "the permission did not reach the door"
            time.sleep(0.02)


@pytest.mark.covers("B003", "B004", "B005", "B009", "B010", "B013", "B015", "B063", "B065", "B070", "B072", "B095",
                    "DOOR-01", "DOOR-02", "EP-18", "EP-20")  # fmt: skip
def test_from_an_empty_platform_to_a_pass_at_the_webhook(linli: Installation, tmp_path: Path) -> None:
    job = Job(linli, tmp_path)
    webhook = Webhook()
    job.set_up()
    try:
        linli.admin("create-webhook", job.partner.app_key, webhook.url)
        job.claim_community()
        job.build_spaces()
        changed = webhook.wait_for(lambda body: body.get("communityId") == job.community and "ids" in body)
        assert changed.json["type"] == "insert"
        job.add_door()
        job.give_right()
        job.wait_held()

        before = time.monotonic()
        assert job.door.scan(job.text).opens
        pushed = webhook.wait_for(lambda body: body.get("modelId") == "iot_entrance_event_model")
        assert pushed.at - before < 1.0, "the pass took over a second from the door to the subscriber"
        row = _row(job, pushed.json["dataIds"])
        assert (row["identityId"], row["name"], row["type"], row["iotId"]) == (
            job.person, "王先生", "QRCODE", job.triple["iotId"],
        )  # fmt: skip
        assert json.loads(row["eventExtInfo"]) == {"code": 0, "message": "success", "remainScanTimes": 4}

        unknown = job.door.scan(job.text[:-6] + "AAAA==")
        assert (unknown.code, unknown.message) == (103, "QR code does not exist")
        refused = webhook.wait_for(lambda body: body.get("modelId") == "iot_entrance_event_model")
        row = _row(job, refused.json["dataIds"])
        assert (row["identityId"], row["name"]) == ("", "")
        assert json.loads(row["eventExtInfo"])["code"] == 103

        opened = job.door.opened
        answer = job.partner.call(
            "/cloud/thing/service/invoke", "1.0.2",
            {"iotId": job.triple["iotId"], "identifier": "remoteOpen", "args": {},
             "productKey": job.triple["productKey"], "deviceName": "lobby-01"},
        )  # fmt: skip
        assert answer.code == 200, answer
        assert job.door.opened == opened + 1
    finally:
        webhook.close()
        if hasattr(job, "door"):
            job.door.close()


def _row(job: Job, ids: list[int]) -> dict[str, object]:
    """The record behind a push, read over the API as an integrator does."""
    found = job.partner.ok(
        "/data/model/data/query",
        "0.0.3",
        {"modelId": "iot_entrance_event_model", "scopeId": job.scope_id, "pageNum": 1, "pageSize": 50,
         "conditions": [{"fieldName": "id", "operate": "in", "value": ids}]},
    )  # fmt: skip
    rows = found["items"] if "items" in found else found["data"]
    assert len(rows) == 1, found
    return dict(rows[0])
