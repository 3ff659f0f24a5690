"""Why a pass was refused: judged by the credential that was shown, as it was then, and apart from it how it is now."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.sim.door import SimulatedDoor
from tests.domains.access.estate import NEIGHBOUR_PHONE, Estate, open_estate
from tests.domains.access.platform import until

HOUR = 3_600_000


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


async def last_refusal(estate: Estate, count: int) -> dict[str, Any]:
    """The newest refused pass, once there are `count` of them."""
    rows: list[dict[str, Any]] = []

    async def there() -> bool:
        asked = {"communityId": estate.community, "result": "refused"}
        rows[:] = (await estate.desk.get("/passes", params=asked)).json()["data"]
        return len(rows) == count

    await until(there)
    return rows[0]


async def why(estate: Estate, row: dict[str, Any], language: str = "zh-CN") -> dict[str, Any]:
    answer = await estate.desk.get(
        f"/doors/{row['iotId']}/why", params={"passId": row["id"]}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["then"]["atMs"] == row["atMs"]
    for words in (told["then"]["words"], told["cause"]["words"]):
        assert words
        assert "entry." not in words
        assert "{" not in words
    return told


async def give(estate: Estate, iot_id: str, **credential: Any) -> dict[str, Any]:
    wish = {"personId": estate.owner, "reach": "doors", "iotIds": [iot_id]} | credential
    answer = await estate.desk.post(f"{estate.path}/credentials", json=wish)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def face(door: SimulatedDoor, code: int, user: str = "") -> None:
    extra = msgspec.json.encode({"userID": user} if user else {}).decode()
    event = {"code": code, "message": "", "type": "face", "content": user, "extInfo": extra}
    door.link.queue_event("passEvent", event)


async def test_a_card_is_judged_by_itself_and_by_its_own_time(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    door.swipe("04A1B2C3")
    told = await why(estate, await last_refusal(estate, 1))
    assert (told["then"]["code"], told["cause"]["code"]) == ("pass_nobodys_card", "credential_nobodys")
    assert told["then"]["credential"].endswith("B2C3")
    assert "04A1B2C3" not in str(told)

    await estate.platform.clock.advance(60_000)
    end_ms = estate.now + HOUR
    card = await give(estate, iot_id, kind="card", number="04A1B2C3", endsMs=end_ms)
    await give(estate, iot_id, kind="card", number="05A1B2C3")
    await until(lambda: len(door.permissions.cards) == 2)
    # The card opens now; the pass of before keeps its own reason.
    told = await why(estate, await last_refusal(estate, 1))
    assert (told["then"]["code"], told["cause"]["code"]) == ("pass_not_given", "opens_now")

    await estate.platform.clock.advance(2 * HOUR)
    assert not door.swipe("04A1B2C3").opens
    row = await last_refusal(estate, 2)
    told = await why(estate, row)
    assert (told["then"]["code"], told["then"]["kind"]) == ("pass_late_since", "card")
    assert (told["cause"]["code"], told["cause"]["action"]) == ("window_late", "extend")
    # Another card that opens does not make the shown one good; it is told as another.
    other = [one for one in told["findings"] if one["code"] == "credential_other"]
    assert [one["good"] for one in other] == [True]
    assert "everything" not in (await why(estate, row, "en"))["cause"]["words"].lower()
    # Judged by the person there is a way in, as the page of the door asks.
    person = await estate.desk.get(f"/doors/{iot_id}/why", params={"personId": estate.owner})
    assert (person.json()["cause"]["code"], person.json()["then"]) == ("nothing_found", None)

    assert await estate.take_back(card["id"]) == 200
    await until(lambda: len(door.permissions.cards) == 1)
    await estate.platform.clock.advance(60_000)
    assert not door.swipe("04A1B2C3").opens
    told = await why(estate, await last_refusal(estate, 3))
    assert told["then"]["code"] == "pass_ended"
    assert "被收回" in told["then"]["words"]


async def test_a_code_of_a_screen_and_one_of_another_building(estate: Estate) -> None:
    await estate.switch()
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    await estate.serve(iot_id, estate.buildings[0])
    gate_id, gate = await estate.new_door("SN-2", "大门")
    await estate.serve(gate_id, estate.root)
    await until(lambda: len(door.permissions.qr) == 1 and len(gate.permissions.qr) == 2 and door.public_key)
    here = f"/communities/{estate.community}"
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        shown = (await owner.post(f"{here}/key")).json()["text"]
        await estate.platform.clock.advance(10 * 60_000)
        assert door.scan(shown).code == 102
        row = await last_refusal(estate, 1)
        told = await why(estate, row)
        assert (told["then"]["code"], told["cause"]["code"]) == ("pass_picture_old", "nothing_found")
        assert door.scan((await neighbour.post(f"{here}/key")).json()["text"]).code == 103
        told = await why(estate, await last_refusal(estate, 2))
        assert (told["then"]["code"], told["cause"]["code"]) == ("pass_elsewhere", "credential_not_here")

        # The resident reads the same of the own pass, and nothing of the neighbour's.
        mine = (await owner.get(f"{here}/why")).json()
        assert (mine["then"]["code"], mine["then"]["atMs"]) == ("pass_picture_old", row["atMs"])
        asked = {"iotId": iot_id, "passId": row["id"]}
        assert (await owner.get(f"{here}/why", params=asked)).json()["then"]["code"] == "pass_picture_old"
        assert (await neighbour.get(f"{here}/why", params=asked)).json()["then"] is None

        body = {"personId": estate.owner, "reason": "拖欠"}
        fresh = (await owner.post(f"{here}/key")).json()["text"]
        assert (await estate.desk.post(f"{estate.path}/denied", json=body)).status_code == 204
        await until(lambda: not door.permissions.qr)
        assert door.scan(fresh).code == 103
        row = await last_refusal(estate, 3)
        told = await why(estate, row)
        assert (told["then"]["code"], told["cause"]["code"]) == ("pass_denied", "rest_denied")
        await estate.platform.clock.advance(60_000)
        assert (await estate.desk.delete(f"{estate.path}/denied/{estate.owner}")).status_code == 204

        async def lifted() -> bool:
            told = await why(estate, row)
            return (told["then"]["code"], told["cause"]["code"]) == ("pass_denied", "nothing_found")

        await until(lifted)


async def test_a_pin_and_a_face(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    pin = (await give(estate, iot_id, kind="pin", reach="all", endsMs=estate.now + HOUR))["pin"]
    await until(lambda: door.permissions.passwords)
    wrong = str((int(pin) + 1) % 10 ** len(pin)).zfill(len(pin))
    door.press(wrong)
    told = await why(estate, await last_refusal(estate, 1))
    assert (told["then"]["code"], told["cause"]["code"]) == ("pass_nobodys_pin", "pin_nobodys")
    assert told["then"]["credential"] == ""
    await estate.platform.clock.advance(2 * HOUR)
    door.press(pin)
    told = await why(estate, await last_refusal(estate, 2))
    assert (told["then"]["kind"], told["then"]["code"]) == ("pin", "pass_late_since")
    assert told["cause"]["code"] == "window_late"
    assert pin not in str(told)

    face(door, 505)
    told = await why(estate, await last_refusal(estate, 3))
    assert (told["then"]["code"], told["cause"]["code"]) == ("pass_face_unlike", "face_nobodys")
    face(door, 506, estate.owner)
    told = await why(estate, await last_refusal(estate, 4))
    assert (told["then"]["kind"], told["then"]["code"]) == ("face", "pass_denied")
    assert told["cause"]["code"] == "credential_not_here"


async def test_a_remote_opening_that_failed(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门", online=False)
    refused = await estate.desk.post(f"/doors/{iot_id}/open", json={"reason": "快递"})
    assert refused.status_code == 503
    [opening] = (await estate.desk.get(f"/doors/{iot_id}")).json()["opens"]
    assert not opening["callerName"].startswith("staff:")
    path, asked = f"/doors/{iot_id}/why", {"openingId": opening["id"]}
    told = (await estate.desk.get(path, params=asked)).json()
    assert (told["then"]["kind"], told["then"]["code"]) == ("remote", "remote_offline")
    assert (told["cause"]["code"], told["cause"]["good"]) == ("remote_not_now", False)
    await door.start()
    await door.link.wait_online()

    async def online() -> bool:
        told = (await estate.desk.get(path, params=asked)).json()
        return (told["then"]["code"], told["cause"]["code"]) == ("remote_offline", "remote_again")

    await until(online)


async def test_what_is_no_refusal_of_this_door_is_not_found(estate: Estate) -> None:
    iot_id, door = await estate.new_door("SN-1", "北门")
    other_id, _ = await estate.new_door("SN-2", "南门", online=False)
    door.swipe("04A1B2C3")
    row = await last_refusal(estate, 1)
    for path, asked in (
        (other_id, {"passId": row["id"]}), (iot_id, {"passId": "7"}), (iot_id, {"openingId": "7"}),
    ):  # fmt: skip
        assert (await estate.desk.get(f"/doors/{path}/why", params=asked)).status_code == 404
    nothing = await estate.desk.get(f"/doors/{iot_id}/why")
    assert (nothing.status_code, nothing.json()["field"]) == (400, "personId")
