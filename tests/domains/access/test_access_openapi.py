"""The door APIs by signed calls, with simulated doors on the real protocol behind them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.queries.permissions import find_cards
from linli.domains.access.times import write_time
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.sim.door import SimulatedDoor
from tests.domains.access.platform import AccessPlatform, until
from tests.openapi import sample_methods
from tests.openapi.house import Partner, Targets

PERSON = "50acopfd3a94900494085ed2699e052432c34452"
UNKNOWN_DOOR = {"code": 403, "message": "request forbidden."}


@dataclass
class Home:
    """A partner with community 1, one person, and doors; `call` carries the community's cloudToken."""

    platform: AccessPlatform
    partner: Partner
    product_key: str
    cloud_token: str

    async def call(self, path: str, version: str, **params: Any) -> dict[str, Any]:
        return await self.partner.call(path, version, params, cloudToken=self.cloud_token)

    async def new_door(self, *, online: bool = True) -> tuple[str, SimulatedDoor]:
        return await self.platform.new_door(self.partner, self.product_key, online=online)

    def at(self, **later: float) -> str:
        """A time from now as the APIs write it, at UTC+8."""
        now = datetime.fromtimestamp(self.platform.clock.now_ms() / 1000, UTC)
        return (now + timedelta(hours=8) + timedelta(**later)).strftime("%Y-%m-%d %H:%M:%S")

    async def new_code(self) -> str:
        answer = await self.call("/homelink/common/qrcode/generate", "1.0.1", identityId=PERSON)
        return str(answer["data"])

    async def config(self, code: str, *iot_ids: str, **changed: Any) -> list[dict[str, Any]]:
        params = {
            "qrCode": code,
            "iotIds": list(iot_ids),
            "identityId": PERSON,
            "expiryTime": self.at(hours=1),
        }
        answer = await self.call("/entrance/paas/perm/qrcode/config", "1.0.1", **(params | changed))
        assert answer["code"] == 200, answer
        return list(answer["data"])

    async def picture(self, code: str, **later: float) -> str:
        answer = await self.call(
            "/entrance/paas/perm/qrcode/encrypt", "1.0.0", identityId=PERSON, qrCode=code,
            expiryTime=self.at(**(later or {"minutes": 10})),
        )  # fmt: skip
        return str(answer["data"])

    async def records(self, count: int) -> list[dict[str, Any]]:
        """The newest `count` pass records, as soon as there are so many."""
        found: list[dict[str, Any]] = []

        async def enough() -> bool:
            answer = await self.call("/data/model/data/query", "0.0.3", modelId="iot_entrance_event_model")
            found[:] = answer["data"]["items"]
            return len(found) >= count

        await until(enough)
        return found


@pytest.fixture
async def home(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Home]:
    database.clock = clock
    platform = AccessPlatform(
        database,
        clock,
        ids,
        Secrets.random(),
        Settings(),
        Targets(),
        sample_methods,
        folder=tmp_path / "files",
    )
    await platform.start()
    try:
        partner = await platform.new_partner("物业", communities=(1,))
        await platform.new_community(partner, 1)
        product_key = await platform.new_product(partner)
        home = Home(platform, partner, product_key, await partner.token(1))
        answer = await home.call(
            "/entrance/paas/user/modify", "1.0.0", identityId=PERSON, name="王先生", extInfo={}
        )
        assert answer["code"] == 200
        yield home
    finally:
        await platform.stop()


@pytest.mark.covers("B061", "B063", "B065", "B072", "DOOR-01", "DOOR-02", "EP-15", "EP-16", "EP-19", "EP-20")
async def test_a_code_bound_by_api_opens_real_doors_offline_and_every_pass_is_told(home: Home) -> None:
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    code = await home.new_code()
    assert len(code) == 16
    assert await home.config(code, north_id, south_id, maxScanTimes=2) == [
        {"code": 200, "message": "success", "iotId": north_id},
        {"code": 200, "message": "success", "iotId": south_id},
    ]
    await until(
        lambda: (
            code in north.permissions.qr
            and code in south.permissions.qr
            and north.public_key
            and south.public_key
        )
    )
    picture = await home.picture(code)
    assert len(picture) == 88
    assert [int(north.scan(picture).code) for _ in range(3)] == [0, 0, 104]
    assert int(south.scan(picture).code) == 0
    assert int(south.scan("somebody else's code").code) == 103
    records = await home.records(5)
    outcomes = [
        (row["iotId"], row["type"], row["identityId"], row["name"], json.loads(row["eventExtInfo"]))
        for row in records
    ]
    for expected in (
        (north_id, 1, 0, "success"),
        (north_id, 0, 0, "success"),
        (north_id, 0, 104, "QR code have be used up"),
        (south_id, 1, 0, "success"),
    ):
        iot_id, left, result, message = expected
        told = {"code": result, "message": message, "remainScanTimes": left}
        assert (iot_id, "QRCODE", PERSON, "王先生", told) in outcomes
    unknown = {"code": 103, "message": "QR code does not exist"}
    assert (south_id, "QRCODE", "", "", unknown) in outcomes


@pytest.mark.covers("B063", "EP-16")
async def test_scans_shared_by_doors_are_counted_by_the_platform(home: Home) -> None:
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    code = await home.new_code()
    await home.config(code, north_id, south_id, maxScanTimes="2", maxScanScope="SHARE")
    await until(
        lambda: (
            code in north.permissions.qr
            and code in south.permissions.qr
            and north.public_key
            and south.public_key
        )
    )
    picture = await home.picture(code)
    assert north.scan(picture).opens
    assert south.scan(picture).opens
    await until(lambda: code not in north.permissions.qr and code not in south.permissions.qr)
    assert int(north.scan(picture).code) == 103


@pytest.mark.covers("B064", "EP-17")
async def test_a_removed_code_leaves_the_named_door(home: Home) -> None:
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    code = await home.new_code()
    await home.config(code, north_id, south_id)
    await until(lambda: code in north.permissions.qr and code in south.permissions.qr)
    answer = await home.call(
        "/entrance/paas/perm/qrcode/remove",
        "1.0.1",
        qrCode=code,
        identityId=PERSON,
        iotIds=[north_id, "nowhere"],
    )
    assert answer["data"] == [
        {"code": 200, "message": "success", "iotId": north_id},
        UNKNOWN_DOOR | {"iotId": "nowhere"},
    ]
    await until(lambda: code not in north.permissions.qr)
    assert code in south.permissions.qr


@pytest.mark.covers("B063", "DOOR-01")
async def test_a_door_that_was_switched_off_gets_its_codes_when_it_comes_back(home: Home) -> None:
    iot_id, door = await home.new_door(online=False)
    code = await home.new_code()
    assert (await home.config(code, iot_id))[0]["code"] == 200
    await door.start()
    await until(lambda: code in door.permissions.qr and door.public_key)
    assert door.scan(await home.picture(code)).opens


async def test_what_is_wrong_is_named(home: Home) -> None:
    iot_id, _ = await home.new_door(online=False)
    code = await home.new_code()
    config = "/entrance/paas/perm/qrcode/config"
    good = {"qrCode": code, "iotIds": [iot_id], "identityId": PERSON, "expiryTime": home.at(hours=1)}
    for changed, field in (
        ({"iotIds": [iot_id] * 11}, "iotIds"),
        ({"iotIds": []}, "iotIds"),
        ({"expiryTime": home.at(hours=-1)}, "expiryTime"),
        ({"expiryTime": "2026-13-01 00:00:00"}, "expiryTime"),
        ({"effectiveTime": home.at(hours=2)}, "expiryTime"),
        ({"maxScanScope": "ALL"}, "maxScanScope"),
        ({"maxScanTimes": 0}, "maxScanTimes"),
        ({"qrCode": "SOMEBODYELSE0001"}, "qrCode"),
        ({"identityId": ""}, "identityId"),
    ):
        answer = await home.call(config, "1.0.1", **(good | changed))
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    answer = await home.call(config, "1.0.1", **(good | {"identityId": "50nobody"}))
    assert (answer["code"], answer["message"], answer["localizedMsg"]) == (
        403, "user does not exist", "用户不存在",
    )  # fmt: skip
    answer = await home.call(config, "1.0.1", **(good | {"iotIds": iot_id}))
    assert answer["code"] == 400


@pytest.mark.covers("B062", "EP-06", "EP-07", "EP-08", "EP-09")
async def test_door_persons_are_kept_changed_listed_and_deleted(home: Home) -> None:
    async def user(verb: str, **params: Any) -> dict[str, Any]:
        return await home.call(f"/entrance/paas/user/{verb}", "1.0.0", **params)

    assert (await user("get", identityId=PERSON))["data"] == {
        "identityId": PERSON,
        "name": "王先生",
        "extInfo": "{}",
    }
    assert "data" not in await user("modify", identityId=PERSON, extInfo="vip")
    assert (await user("get", identityId=PERSON))["data"] == {
        "identityId": PERSON,
        "name": "王先生",
        "extInfo": "vip",
    }
    page = (await user("query", pageNo="1", pageSize=10))["data"]
    assert (page["total"], page["pageNo"], page["pageSize"], len(page["data"])) == (1, 1, 10, 1)
    assert (await user("query", pageNo=1, pageSize=101))["code"] == 460
    assert (await user("query", pageNo=0, pageSize=10))["code"] == 460
    assert (await user("modify", identityId="50new"))["code"] == 460
    assert (await user("delete", identityId=PERSON))["code"] == 200
    for verb in ("delete", "get"):
        answer = await user(verb, identityId=PERSON)
        assert (answer["code"], answer["message"]) == (403, "user does not exist")


@pytest.mark.covers("DOOR-01", "EP-10", "EP-11", "EP-12", "EP-13", "EP-19", "EP-20")
async def test_cards_are_given_read_and_withdrawn(home: Home) -> None:
    (iot_id, door), (away, _) = await home.new_door(), await home.new_door(online=False)
    row = {"cardId": "3d8deae9402d38adfji38", "identityId": PERSON, "expiryTime": home.at(days=30)}

    async def modify(*cards: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await home.call("/entrance/paas/perm/card/batchmodify", "1.0.2", cards=list(cards))
        assert answer["code"] == 200, answer
        return list(answer["data"])

    named = {"iotId": iot_id, "cardId": row["cardId"], "identityId": PERSON}

    async def known_online() -> bool:
        return await modify(row | {"iotId": iot_id}) == []

    await until(known_online)
    assert await modify(row | {"iotId": away}, row | {"iotId": "nowhere"}) == [
        named | {"iotId": away, "code": 460, "message": "device offline"},
        named | {"iotId": "nowhere"} | UNKNOWN_DOOR,
    ]
    await until(lambda: row["cardId"] in door.permissions.cards)
    assert door.swipe(str(row["cardId"])).opens
    (record,) = await home.records(1)
    assert (record["type"], record["cardId"], record["identityId"]) == ("CARD", row["cardId"], PERSON)

    async def status() -> str:
        answer = await home.call("/entrance/paas/user/perm/query", "1.0.1", permQueryList=[named])
        return str(answer["data"][0]["status"])

    async def transferred() -> bool:
        return await status() == "transferred"

    await until(transferred)
    answer = await home.call("/entrance/paas/device/perm/query", "1.0.0", iotId=iot_id, pageNo=1, pageSize=20)
    assert answer["data"]["data"] == [
        named | {"expiryTime": row["expiryTime"], "expiryDate": row["expiryTime"]}
    ]
    answer = await home.call("/entrance/paas/perm/card/batchdelete", "1.0.1", list=[named])
    assert (answer["code"], answer["data"]) == (200, [])
    await until(lambda: row["cardId"] not in door.permissions.cards)
    assert int(door.swipe(str(row["cardId"])).code) == 203
    answer = await home.call("/entrance/paas/perm/card/batchdelete", "1.0.1", list=[named])
    assert answer["data"][0] | {"message": ""} == named | {"code": 460, "message": ""}
    answer = await home.call("/entrance/paas/perm/card/batchdelete", "1.0.1", list=[named | {"iotId": "x"}])
    assert (answer["code"], answer["localizedMsg"]) == (403, "无效的设备ID")
    answer = await home.call("/entrance/paas/device/perm/query", "1.0.0", iotId="x", pageNo=1, pageSize=20)
    assert (answer["code"], answer["localizedMsg"]) == (403, "无效的设备ID")


async def test_a_strangers_door_and_code_look_absent(home: Home) -> None:
    platform = home.platform
    other = await platform.new_partner("别家", communities=(2,))
    await platform.new_community(other, 2)
    iot_id, _ = await home.new_door(online=False)
    code = await home.new_code()
    await home.config(code, iot_id)
    theirs = Home(platform, other, home.product_key, await other.token(2))
    await theirs.call("/entrance/paas/user/modify", "1.0.0", identityId=PERSON, name="x")
    own = await theirs.new_code()
    answers = await theirs.config(own, iot_id, "absent")
    assert [answer | {"iotId": ""} for answer in answers] == [UNKNOWN_DOOR | {"iotId": ""}] * 2
    for path, version, more in (
        ("/entrance/paas/perm/qrcode/encrypt", "1.0.0", {"expiryTime": home.at(hours=1)}),
        ("/entrance/paas/perm/qrcode/remove", "1.0.1", {"iotIds": [iot_id]}),
    ):
        foreign = await theirs.call(path, version, qrCode=code, identityId=PERSON, **more)
        absent = await theirs.call(path, version, qrCode="A" * 16, identityId=PERSON, **more)
        assert foreign == absent
        assert foreign["code"] == 460


class NewYork:
    """Every community lives there."""

    async def of(self, db: Any, community_id: int) -> str:
        return "America/New_York"


async def test_times_go_by_the_clocks_of_the_doors_community(home: Home) -> None:
    iot_id, _ = await home.new_door()
    home.platform.db.zones = NewYork()
    now_ms = home.platform.clock.now_ms()
    ends_ms = (now_ms // 1000 + 3600) * 1000
    expiry = write_time(ends_ms, "America/New_York")
    named = {"iotId": iot_id, "cardId": "04A1B2C3", "identityId": PERSON}
    answer = await home.call(
        "/entrance/paas/perm/card/batchmodify", "1.0.2", cards=[named | {"expiryTime": expiry}]
    )
    assert answer["code"] == 200, answer
    answer = await home.call("/entrance/paas/device/perm/query", "1.0.0", iotId=iot_id, pageNo=1, pageSize=20)
    assert [row["expiryTime"] for row in answer["data"]["data"]] == [expiry]
    held = await find_cards(Scope.system(), home.platform.db, pairs=[(iot_id, "04A1B2C3")])
    assert [card.ends_ms for card in held.values()] == [ends_ms]
    # An hour from now in New York was over half a day ago in Shanghai: read there, both would be refused.
    assert await home.config(await home.new_code(), iot_id, expiryTime=expiry)
