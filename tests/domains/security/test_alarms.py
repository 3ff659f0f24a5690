"""Alarms and captures of an adapter become records with pictures, once each. Source: spec H 3.5.9, F 2.3, 3.4."""

import base64
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from linli.domains.security.models import alarms as alarm_table
from linli.domains.security.rows import Alarm
from linli.edge.events.kit import Adapter
from linli.edge.events.simulated import SimulatedBrand
from linli.kernel.db import Query, in_scope
from linli.protocols.event_api import Refused
from tests.domains.security.conftest import Site, jpeg, soon
from tests.domains.security.test_adapters import WEEK, cameras, file

pytestmark = pytest.mark.engines("sqlite")

AT = 1631798285
"""2021-09-16 21:18:05 in Shanghai."""
FACE = {"similarity": 0.65, "groupId": "12", "faceId": "1", "gender": 1, "glass": 1, "mask": 0, "pitch": 15, "yow": 15,
        "roll": 15, "faceQuality": 95}  # fmt: skip
"""Spec H 9 G15."""


_ALARMS = Query(select(alarm_table).where(in_scope(alarm_table)).order_by(alarm_table.c.alarm_id), Alarm)


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def event(kind: int, details: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """Of the camera behind the recorder, as G15 has it."""
    target: dict[str, Any] = {
        "objPicBase64": b64(jpeg(b"target")), "objPicType": "JPG",
        "letfTopX": 100, "leftTopY": 100, "rightBottomX": 400, "rightBottomY": 400,
    }  # fmt: skip
    if details is not None:
        target["objectExtInfo"] = details
    message_row = {
        "ip": "192.168.1.4", "channel": 1, "deviceType": 3, "eventType": kind, "eventTime": AT, "eventId": 123,
        "eventStatus": 0, "confidence": 240, "scenePicBase64": b64(jpeg(b"scene")), "scenePicType": "JPG",
        "objectInfo": target,
    }  # fmt: skip
    return {**message_row, **changed}


async def ready(site: Site) -> tuple[SimulatedBrand, Adapter]:
    await cameras(site)
    await site.new_box()
    brand = SimulatedBrand("HIK")
    return brand, await site.new_adapter(brand)


async def alarms(site: Site, count: int) -> list[Alarm]:
    """Newest last."""
    result: list[Alarm] = []

    async def there() -> bool:
        nonlocal result
        result = await _ALARMS.all(site.platform.db, site.owner)
        return len(result) >= count

    await soon(there)
    return result


async def fetched(site: Site, url: str) -> bytes:
    answer = await site.client.get(url)
    assert answer.status_code == 200
    return answer.content


@pytest.mark.covers("H-45", "H-53", "F-011", "F-012", "C032")
async def test_a_recognised_person_is_told_with_all_that_was_seen(site: Site) -> None:
    brand, adapter = await ready(site)
    group = (await site.on("cam-2", "faceGroupCreate", groupName="黑名单", groupType=1)).data["groupId"]
    url = await file(site, jpeg(b"face:alice"))
    face = (await site.on("cam-2", "faceCreate", groupId=group, facePicUrl=url, name="张三")).data["faceId"]
    (((_, remote), kept),) = brand.groups.items()
    details = {**FACE, "groupId": remote, "faceId": next(iter(kept.faces)), "gender": 100,
               "facePicBase64": b64(jpeg(b"face:alice")), "facePicType": "JPG"}  # fmt: skip
    await adapter.report_alarm(event(1, details))
    await adapter.report_alarm(event(1, {**details, "similarity": 0.9}))
    entry, two = await alarms(site, 2)
    assert (entry.event_id, two.event_id) == ("123", "123"), "each target of an event is a report of its own"
    records = await site.records("securityAlarmEvent")
    assert len(records) == 2
    record = next(row for row in records if "0.65" in row["objectInfo"])
    assert (record["eventType"], record["eventTime"], record["eventId"]) == (
        "1",
        "2021-09-16 21:18:05",
        "123",
    )
    assert (record["deviceName"], record["eventStatus"], record["confidence"]) == ("cam-2", "0", 240)
    assert await fetched(site, record["picSceneUrl"]) == jpeg(b"scene")
    (target,) = msgspec.json.decode(record["objectInfo"])
    assert {name: target[name] for name in ("letfTopX", "leftTopY", "rightBottomX", "rightBottomY")} == {
        "letfTopX": "100", "leftTopY": 100, "rightBottomX": "400", "rightBottomY": "400"
    }  # fmt: skip
    assert await fetched(site, target["objPicUrl"]) == jpeg(b"target")
    block = msgspec.json.decode(target["objectExtInfo"])
    assert await fetched(site, block.pop("facePicUrl")) == jpeg(b"face:alice")
    assert block == {**FACE, "groupId": group, "faceId": face, "gender": 255}


@pytest.mark.covers("F-013", "F-014", "F-015")
async def test_what_is_seen_is_told_for_each_kind(site: Site) -> None:
    _, adapter = await ready(site)
    blocks: dict[int, dict[str, Any]] = {
        2: {"targetType": 100},
        6: {"plateColor": 5, "plateNum": "浙A12345D", "vehicleColor": 13},
        7: {"alarmContion": 1, "tempValue": 81.5, "tempUnit": 1},
        8: {"tempMax": 38.2, "tempUnit": 1},
        10: {"type": 1.0},
        11: {"type": 2},
    }
    plain = (3, 4, 5, 9, 12, 13, 100, 1001)
    for number, block in blocks.items():
        await adapter.report_alarm(event(number, block, eventId=f"e{number}"))
    for number in plain:
        await adapter.report_alarm(event(number, eventId=f"e{number}", eventStatus=1))
    result = {row.event_type: row for row in await alarms(site, len(blocks) + len(plain))}
    assert sorted(result) == sorted([*blocks, *plain])
    for number, block in blocks.items():
        assert result[number].facts == block
    rows = {row["eventType"]: row for row in await site.records("securityAlarmEvent")}
    reply = {number: msgspec.json.decode(rows[str(number)]["extInfo"]) for number in blocks}
    assert reply == {**blocks, 2: {"targetType": 255}, 10: {"type": 1}}
    assert rows["3"]["eventStatus"] == "1"

    for number, block in blocks.items():
        for name in block:
            if name == "plateNum":
                continue
            with pytest.raises(Refused) as refused:
                await adapter.report_alarm(event(number, {k: v for k, v in block.items() if k != name}))
            assert (refused.value.code, name in refused.value.message) == (804, True)


async def test_reports_that_cannot_be_are_refused_with_their_field(site: Site) -> None:
    _, adapter = await ready(site)
    wrong: list[tuple[dict[str, Any], int, str]] = [
        (event(1, {**FACE, "similarity": 1.1}), 804, "similarity"),
        (event(1, {**FACE, "pitch": 91}), 804, "pitch"),
        (event(3, confidence=256), 804, "confidence"),
        (event(3, eventStatus=3), 804, "eventStatus"),
        (event(14), 804, "eventType"),
        (event(3, scenePicBase64="%%%"), 804, "scenePicBase64"),
        (event(3, scenePicType="GIF"), 804, "scenePicType"),
        (event(3, scenePicBase64=b64(b"BMthis"), scenePicType="PNG"), 804, "scenePicBase64"),
        (event(3, ip="192.168.1.99"), 807, ""),
        (event(3, channel=None), 804, "channel"),
    ]
    for message_row, code, field in wrong:
        with pytest.raises(Refused) as refused:
            await adapter.report_alarm(message_row)
        assert (refused.value.code, field in refused.value.message) == (code, True), (
            field,
            refused.value.message,
        )
    port = site.events.port
    async with httpx.AsyncClient(
        trust_env=False, base_url=f"http://127.0.0.1:{port}/edgeSecurityEvent"
    ) as client:
        for body in (b"{", b"[]", b'{"a":' * 200 + b"1" + b"}" * 200, b"\xff"):
            answer = await client.post("/reportAlarmEvent", content=body)
            assert (answer.status_code, answer.json()["code"]) == (200, 806)
        assert (await client.post("/reportAlarmEvent", json=event(3))).json()["code"] == 802
        assert (await client.post("/reportAlarmEvent", json={**event(3), "token": "x"})).json()["code"] == 801
        large = await client.post("/reportAlarmEvent", content=b" " * (13 * 1024 * 1024))
        assert large.status_code == 413
    assert await site.records("securityAlarmEvent") == []


@pytest.mark.covers("H-55", "F-018")
async def test_captures_are_told_once_also_after_the_line_was_cut(site: Site) -> None:
    _, adapter = await ready(site)
    days = [{"weekDay": "SUNDAY", "captureTime": ["10:00"]}]
    device = {"productKey": site.product_key, "deviceName": "cam-1"}
    assert (
        await site.call(
            "setPicCaptureTask", taskId="roof", deviceList=[device], startDate="2010-01-01",
            endDate="2099-01-01", captureWeekDay=days, status=1,
        )
    ).ok  # fmt: skip
    (remote,) = adapter._kept.plans
    cloud = site.events._cloud
    await cloud.close()  # the line to the cloud is down: what the adapter was answered is on the disk
    picture = {"ip": "192.168.1.2", "deviceType": 2, "picType": "JPG"}
    await adapter.report_capture(
        {**picture, "taskId": remote, "captureTime": AT, "picBase64": b64(jpeg(b"one"))}
    )
    await adapter.report_capture({**picture, "captureTime": AT + 60, "picBase64": b64(jpeg(b"two"))})
    assert site.events.reports.backlog == 2
    assert await site.records("securityCapture") == []
    assert site.box is not None
    home = site.box.home
    await site.box.stop()
    site._stops.remove(site.box.stop)
    await site.wake(home)

    async def there() -> bool:
        return len(await site.records("securityCapture")) == 2

    await soon(there)
    entry, two = sorted(await site.records("securityCapture"), key=lambda row: row["captureTime"])
    assert (entry["taskId"], entry["captureTime"], entry["deviceName"]) == ("roof", AT, "cam-1")
    assert "taskId" not in two or not two["taskId"]
    assert await fetched(site, entry["picUrl"]) == jpeg(b"one")
    assert await fetched(site, two["picUrl"]) == jpeg(b"two")

    async def empty() -> bool:
        return bool(site.events.reports.backlog == 0)

    await soon(empty)


async def test_a_stop_leaves_nothing_to_handle(site: Site) -> None:
    _, adapter = await ready(site)
    assert (await site.on("cam-1", "setAlarmRule", eventType=2, alarmRule=WEEK)).ok
    await adapter.report_alarm(event(2, {"targetType": 1}, eventId="start", eventStatus=1))
    await adapter.report_alarm(event(2, {"targetType": 1}, eventId="start", eventStatus=2))
    start, stop = await alarms(site, 2)
    assert (start.status, start.state, stop.status, stop.state) == (1, "open", 2, "handled")
