"""A door that is opened takes a picture, puts it where it was told for a short time, and reports it with the opening."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.sim.face_door import SimulatedFaceDoor
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.faces.home import TSL, picture


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path, tsl=TSL) as made:
        await made.switch()
        yield made


async def camera_door(estate: Estate, sn: str) -> tuple[str, SimulatedFaceDoor]:
    iot_id, door = await estate.new_door(sn, "大门", kind=SimulatedFaceDoor)
    assert isinstance(door, SimulatedFaceDoor)
    return iot_id, door


def opened(door: SimulatedFaceDoor, source: int, key: str, number: str = "", **more: str) -> None:
    extra = json.dumps({**more, "captureImg": key})
    door.link.queue_event("doorOpenEvent", {"sourceType": source, "number": number, "extInfo": extra})


async def content(url: str) -> bytes:
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(url)).content


@pytest.mark.covers("SIP-06")
async def test_the_picture_of_an_opening_stands_on_its_record(estate: Estate) -> None:
    iot_id, door = await camera_door(estate, "SN-1")
    _, other = await camera_door(estate, "SN-2")

    # From a call.
    snapshot = picture("in a call")
    opened(door, 0, await door.upload_capture(snapshot), "MNUtFSr9soldjp34IxYCBz", roomId="1-1-101")
    rows: list[dict[str, Any]] = []

    async def passes(count: int) -> bool:
        asked = {"communityId": estate.community, "iotId": iot_id}
        rows[:] = (await estate.desk.get("/passes", params=asked)).json()["data"]
        return len(rows) == count

    await until(lambda: passes(1))
    assert (rows[0]["kind"], rows[0]["room"], rows[0]["credential"]) == (
        "CALL", "1-1-101", "MNUtFSr9soldjp34IxYCBz",
    )  # fmt: skip
    assert await content(rows[0]["pictureUrl"]) == snapshot

    # Of an opening from afar: a door reports it as an ordinary one.
    answer = await estate.desk.post(f"/doors/{iot_id}/open", json={"reason": "快递"})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = {}

    async def seen() -> bool:
        shown.update((await estate.desk.get(f"/doors/{iot_id}")).json()["opens"][0])
        return bool(shown["pictureUrl"])

    theirs = await other.upload_capture(picture("of another door"))
    opened(door, -1, theirs)
    snapshot = picture("from afar")
    opened(door, -1, await door.upload_capture(snapshot))
    await until(seen)
    assert shown["reason"] == "快递"
    assert await content(shown["pictureUrl"]) == snapshot

    # What is another door's is shown nowhere; nor is what came too late.
    opened(door, 0, theirs, "MNUtFSr9soldjp34IxYCBz")
    await until(lambda: passes(2))
    assert rows[0]["pictureUrl"] == ""
    first = shown["pictureUrl"].partition("?")[0]
    opened(door, -1, await door.upload_capture(picture("once more")))
    opened(door, 0, "", "MNUtFSr9soldjp34IxYCBz")
    await until(lambda: passes(3))
    assert await seen()
    assert shown["pictureUrl"].partition("?")[0] == first
