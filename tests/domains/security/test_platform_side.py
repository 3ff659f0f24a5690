"""Cameras without an adapter: the platform's own models, pictures over HTTP, plans. Source: spec F 3.2, 5.3-5.5."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select

from linli.domains.security.due_times import armed_at, next_due
from linli.domains.security.models import cameras as camera_table
from linli.domains.security.models import plan_cameras
from linli.domains.security.queries import happened
from linli.domains.security.rows import PlanCamera
from linli.kernel.db import Query, in_scope
from tests.domains.security.conftest import HERE, Site, jpeg, soon
from tests.domains.security.test_adapters import WEEK, file

ZONE = ZoneInfo("Asia/Shanghai")
ALWAYS = [
    {"weekDay": day, "timeSlot": [{"time": "00:00-23:59", "interval": 600}]}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
]
_CAMERAS = Query(
    select(plan_cameras).where(in_scope(plan_cameras)).order_by(plan_cameras.c.iot_id), PlanCamera
)


@asynccontextmanager
async def snapshot_server(picture: bytes, *, digest: bool = False) -> AsyncIterator[tuple[int, list[str]]]:
    """A camera's snapshot over HTTP; with `digest` it wants a log-in."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        if digest and "authorization: digest" not in head.lower():
            writer.write(
                b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="cam", nonce="n", qop="auth"\r\n'
                b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )
        else:
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
                % (len(picture), picture)
            )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        server.close()


async def shows(site: Site, name: str, url: str) -> None:
    """The address of a camera's snapshot."""
    iot_id = site.cameras[name]
    sealed = site.platform.secrets.seal(url, about=f"snapshot:{iot_id}")
    row: dict[str, Any] = {
        "iot_id": iot_id, "tenant_id": site.owner.tenant, "community_id": site.community, "snapshot_url": sealed
    }  # fmt: skip
    async with site.platform.db.begin() as tx:
        await tx.upsert(camera_table, [row], keys=("iot_id",), update=("snapshot_url",))


@pytest.mark.engines("sqlite")
async def test_a_person_in_a_picture_is_recognised_and_found_again(seeing: Site) -> None:
    site = seeing
    await site.new_camera("cam-1", brand="ONVIF", protocol=3)
    group = (await site.on("cam-1", "faceGroupCreate", groupName="黑名单", groupType=1)).data["groupId"]
    url = await file(site, jpeg(b"face:alice"))
    face = (await site.on("cam-1", "faceCreate", groupId=group, facePicUrl=url, name="爱丽丝")).data["faceId"]
    blurred = await site.on(
        "cam-1", "faceCreate", groupId=group, facePicUrl=await file(site, jpeg(b"face:bob;blur"))
    )
    assert blurred.code == 804, "no picture to compare by"
    assert (await site.on("cam-1", "faceGroupDetail", groupId=group)).data["groupFaceNum"] == 1
    armed = [{**day, "bindGroup": [{"groupId": group}]} for day in ALWAYS]
    assert (await site.on("cam-1", "setAlarmRule", eventType=1, alarmRule=armed)).ok
    assert (await site.on("cam-1", "getAlarmRule", eventType=1)).data == armed

    photographer, iot_id = site.platform.security.photographer, site.cameras["cam-1"]
    for who, scene in (("alice", b"1"), ("alice", b"2"), ("carol", b"3")):
        async with snapshot_server(jpeg(scene + f"face:{who}".encode())) as (port, _):
            await shows(site, "cam-1", f"http://{HERE}:{port}/snapshot")
            await photographer.take(site.owner, iot_id)

    async def is_told() -> bool:
        return (
            len(await site.records("securityAlarmEvent")) == 1
            and len(await site.records("securityCapture")) == 3
        )

    await soon(is_told)
    (record,) = await site.records("securityAlarmEvent")
    block = msgspec.json.decode(msgspec.json.decode(record["objectInfo"])[0]["objectExtInfo"])
    assert (record["eventType"], block["groupId"], block["faceId"]) == ("1", group, face)
    assert block["similarity"] > 0.9

    now = site.now // 1000
    asked = {
        "picBase64": base64.b64encode(jpeg(b"face:carol")).decode(), "picType": "JPG", "recordLimit": 10,
        "startTime": now - 3600, "endTime": now + 60, "minSimilarity": 0.8, "maxSimilarity": 1.0,
    }  # fmt: skip

    async def is_found() -> bool:
        answer = await site.call("getPicRecord", **asked)
        return bool(answer.ok and len(answer.data["recordList"]) == 1)

    await soon(is_found)
    (row,) = (await site.call("getPicRecord", **asked)).data["recordList"]
    assert base64.b64decode(row["smallPicBase64"]) == jpeg(b"3face:carol")
    target = site.platform.objects.url("t/up.jpg", expires_s=60, method="PUT", limit=1_000_000)
    assert (await site.call("scenePicRecordUpload", scenePicId=row["scenePicId"], uploadUrl=target)).ok
    assert await site.platform.objects.get("t/up.jpg") == jpeg(b"3face:carol")
    early = {**asked, "startTime": now - 7200, "endTime": now - 3600}
    assert (await site.call("getPicRecord", **early)).data["recordList"] == []


@pytest.mark.engines("sqlite")
async def test_a_plan_takes_its_pictures_and_one_bad_camera_stops_nobody(site: Site) -> None:
    names = ("good-1", "good-2", "bad-1")
    for name in names:
        await site.new_camera(name, brand="ONVIF", protocol=3)
    devices = [{"productKey": site.product_key, "deviceName": name} for name in names]
    plan = {"startDate": "2010-01-01", "endDate": "2099-01-01", "cron": ["* * * * *"], "status": 1}
    assert (await site.call("setPicCaptureTask", taskId="t1", deviceList=devices, **plan)).ok
    plan_read = (await site.call("getPicCaptureTask", taskId="t1")).data
    assert {row["deviceName"] for row in plan_read.pop("deviceList")} == set(names)
    assert plan_read == plan
    async with (
        snapshot_server(jpeg(b"plain")) as (port, _),
        snapshot_server(jpeg(b"digest"), digest=True) as (other, asked),
    ):
        await shows(site, "good-1", f"http://{HERE}:{port}/a.jpg")
        await shows(site, "good-2", f"http://admin:p%40ss@{HERE}:{other}/b.jpg")
        await shows(site, "bad-1", f"http://{HERE}:9/c.jpg")
        due = await happened.plan(site.owner, site.platform.db, 1)
        assert due is not None
        assert due.next_ms is not None
        await site.platform.security.photographer._round(site.owner, due)
    rows = {row.iot_id: row for row in await _CAMERAS.all(site.platform.db, site.owner)}
    states = {name: rows[site.cameras[name]].state for name in names}
    assert states == {"good-1": "taken", "good-2": "taken", "bad-1": "missed"}
    assert rows[site.cameras["bad-1"]].why
    assert "p@ss" not in "".join(asked)
    records = await site.records("securityCapture")
    assert {(row["deviceName"], row["taskId"]) for row in records} == {("good-1", "t1"), ("good-2", "t1")}
    assert (await site.call("removeCaptureTask", taskId="t1")).ok
    assert (await site.call("getPicCaptureTask", taskId="t1")).code == 804


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1000)


def test_slots_hold_to_their_last_minute() -> None:
    sunday = datetime(2026, 11, 29, 1, 59, tzinfo=ZONE)
    assert armed_at(WEEK, sunday) is not None
    assert armed_at(WEEK, sunday.replace(hour=4, minute=0)) is not None
    assert armed_at(WEEK, sunday.replace(hour=4, minute=1)) is None
    assert armed_at(WEEK, datetime(2026, 11, 30, 23, 59, tzinfo=ZONE)) is not None
    assert armed_at(WEEK, datetime(2026, 12, 1, 0, 0, tzinfo=ZONE)) is None


def test_plans_are_due_in_local_time_between_their_days() -> None:
    weekly = {"startDate": "2026-12-01", "endDate": "2026-12-08", "status": 1,
              "captureWeekDay": [{"weekDay": "TUESDAY", "captureTime": ["10:00", "12:00"]}]}  # fmt: skip
    assert next_due(weekly, at("2026-11-30T00:00"), "Asia/Shanghai") == at("2026-12-01T10:00")
    assert next_due(weekly, at("2026-12-01T10:00"), "Asia/Shanghai") == at("2026-12-01T12:00")
    assert next_due(weekly, at("2026-12-01T12:00"), "Asia/Shanghai") == at("2026-12-08T10:00")
    assert next_due(weekly, at("2026-12-08T12:00"), "Asia/Shanghai") is None
    assert next_due({**weekly, "status": 0}, 0, "Asia/Shanghai") is None
    quartz = {"startDate": "2026-12-01", "endDate": "2026-12-01", "status": 1, "cron": ["0 30 8-9 * * ?"]}
    assert next_due(quartz, at("2026-12-01T08:30"), "Asia/Shanghai") == at("2026-12-01T09:30")
