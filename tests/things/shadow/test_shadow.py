"""The device shadow over a real socket: versions, conflicts, refusals, and pushes to devices that are or come online."""

from typing import Any

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.things.service.devices import delete_device
from linli.things.shadow.document import Shadow, VersionConflict
from linli.things.shadow.service import set_wanted, shadow_of
from tests.things.conftest import Site
from tests.things.device import Device, Platform, until


class ShadowDevice:
    """What a device's shadow code does."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.names = f"{device.triple.product_key}/{device.triple.device_name}"

    async def send(self, payload: bytes) -> dict[str, Any]:
        await self.device.publish(f"/shadow/update/{self.names}", payload)
        return await self.hear()

    async def say(self, **message: Any) -> dict[str, Any]:
        return await self.send(msgspec.json.encode(message))

    async def report(self, reported: Any, version: Any) -> dict[str, Any]:
        return await self.say(method="update", state={"reported": reported}, version=version)

    async def hear(self) -> dict[str, Any]:
        message = await self.device.next()
        assert message.topic == f"/shadow/get/{self.names}"
        return msgspec.json.decode(message.payload, type=dict)


@pytest.fixture
async def device(platform: Platform, site: Site) -> ShadowDevice:
    return ShadowDevice(await platform.connect(site.device))


async def want(platform: Platform, site: Site, desired: dict[str, Any], version: int) -> None:
    things = platform.things
    async with things.fleet._db.begin() as tx:
        no, shadow = await set_wanted(
            site.tenant, tx, iot_id=site.device.iot_id, desired=desired, version=version
        )
        things.features.shadows.after(tx, no, shadow)


async def kept(platform: Platform, site: Site, database: Database) -> Shadow:
    device = platform.things.fleet.named(site.product_key, site.device.device_name)
    assert device is not None
    return await shadow_of(database, device_no=device.device_no)


async def test_a_report_is_kept_and_told_back(device: ShadowDevice, clock: ManualClock) -> None:
    now = clock.now_ms() // 1000
    reply = await device.report({"colour": "red", "level": 3}, 1)
    assert reply == {"method": "reply", "payload": {"status": "success", "version": 1}, "timestamp": now}
    await clock.advance(5000)
    await device.report({"level": {"now": 4}}, 2)
    assert await device.say(method="get") == {
        "method": "reply",
        "payload": {
            "status": "success",
            "state": {"reported": {"colour": "red", "level": {"now": 4}}, "desired": {}},
            "metadata": {
                "reported": {"colour": {"timestamp": now}, "level": {"timestamp": now + 5}},
                "desired": {},
            },
        },
        "version": 2,
        "timestamp": now + 5,
    }


async def test_a_version_must_be_above_the_last_one(device: ShadowDevice) -> None:
    await device.report({"a": 1}, 5)
    for version in (5, 4, 0):
        refused = (await device.report({"a": 2}, version))["payload"]
        assert (refused["status"], refused["content"]["errorcode"]) == ("error", "409")
    assert (await device.report({"a": 3}, 9))["payload"] == {"status": "success", "version": 9}
    assert (await device.report({"a": 4}, -1))["payload"] == {"status": "success", "version": 0}
    state = (await device.say(method="get"))["payload"]["state"]
    assert state["reported"] == {"a": 4}


@pytest.mark.parametrize(
    "payload, code",
    [
        (b"", "407"),
        (b"  ", "407"),
        (b'{"method":', "400"),
        (b"\xff\xfe", "400"),
        (b"[" * 100_000, "400"),
        (b"[1]", "400"),
        (b'{"state":{"reported":{"a":1}},"version":1}', "401"),
        (b'{"method":"update","version":1}', "402"),
        (b'{"method":"update","state":[],"version":1}', "402"),
        (b'{"method":"update","state":{"reported":5},"version":1}', "402"),
        (b'{"method":"update","state":{"reported":{"a":1}},"version":"1"}', "403"),
        (b'{"method":"update","state":{"reported":{"a":1}}}', "403"),
        (b'{"method":"update","state":{"reported":{"a":1}},"version":1.5}', "403"),
        (b'{"method":"update","state":{"reported":{"a":1}},"version":true}', "403"),
        (b'{"method":"update","state":{},"version":1}', "404"),
        (b'{"method":"update","state":{"reported":{}},"version":1}', "405"),
        (b'{"method":"upsert","state":{"reported":{"a":1}},"version":1}', "406"),
        (b'{"method":"update","state":{"desired":{"a":1}},"version":1}', "406"),
        (msgspec.json.encode({"method": "update", "version": 1,
            "state": {"reported": {f"k{n}": n for n in range(129)}}}), "408"),
        (msgspec.json.encode({"method": "update", "version": 1,
            "state": {"reported": {"a": "x" * 17_000}}}), "400"),
        (b'{"method":"update","state":{"reported":{"a":' + b'{"b":' * 9 + b"1" + b"}" * 9 + b'}},"version":1}', "400"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_with_its_code_and_nothing_kept(
    device: ShadowDevice, platform: Platform, site: Site, database: Database, payload: bytes, code: str
) -> None:
    reply = await device.send(payload)
    assert reply["payload"]["status"] == "error"
    assert reply["payload"]["content"]["errorcode"] == code
    assert reply["payload"]["content"]["errormessage"]
    assert await kept(platform, site, database) == Shadow(reported={}, desired={}, stamps={})


async def test_the_text_null_deletes_one_attribute_or_all(device: ShadowDevice) -> None:
    await device.report({"a": 1, "b": 2, "c": 3}, 1)
    deleted = await device.say(method="delete", state={"reported": {"a": "null"}}, version=2)
    assert deleted["payload"] == {"status": "success", "version": 2}
    assert (await device.say(method="get"))["payload"]["state"]["reported"] == {"b": 2, "c": 3}
    await device.report({"b": "null"}, 3)
    held = (await device.say(method="get"))["payload"]
    assert (held["state"]["reported"], list(held["metadata"]["reported"])) == ({"c": 3}, ["c"])
    await device.say(method="delete", state={"reported": "null"}, version=4)
    assert (await device.say(method="get"))["payload"]["state"]["reported"] == {}


async def test_what_an_application_wants_is_pushed_and_taken_up(
    device: ShadowDevice, platform: Platform, site: Site, database: Database
) -> None:
    await device.report({"colour": "red"}, 1)
    await want(platform, site, {"colour": "green"}, 2)
    pushed = await device.hear()
    assert (pushed["method"], pushed["version"]) == ("control", 2)
    assert pushed["payload"]["state"] == {"reported": {"colour": "red"}, "desired": {"colour": "green"}}
    assert list(pushed["payload"]["metadata"]["desired"]) == ["colour"]

    done = await device.say(
        method="update", state={"reported": {"colour": "green"}, "desired": "null"}, version=3
    )
    assert done["payload"]["version"] == 3
    assert (await kept(platform, site, database)).state == {"reported": {"colour": "green"}, "desired": {}}


async def test_a_device_that_was_away_hears_it_when_it_comes_back_and_only_once(
    platform: Platform, site: Site, database: Database
) -> None:
    await platform.things.fleet.find(site.product_key, site.device.device_name)
    await want(platform, site, {"mode": "night"}, 1)
    device = ShadowDevice(await platform.connect(site.device))
    pushed = await device.hear()
    assert (pushed["method"], pushed["payload"]["state"]["desired"]) == ("control", {"mode": "night"})

    async def told() -> bool:
        return (await kept(platform, site, database)).told_version == 1

    await until(told)
    await device.device.close()
    again = ShadowDevice(await platform.connect(site.device))
    await platform.things.dispatcher.settled()
    assert (await again.say(method="get"))["method"] == "reply", "nothing was pushed before"


async def test_an_editor_with_an_old_version_is_told(
    platform: Platform, site: Site, other: Site, database: Database
) -> None:
    await platform.things.fleet.find(site.product_key, site.device.device_name)
    await want(platform, site, {"mode": "night", "level": 1}, 1)
    with pytest.raises(VersionConflict) as conflict:
        await want(platform, site, {"mode": "day"}, 1)
    assert conflict.value.version == 1
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await set_wanted(other.tenant, tx, iot_id=site.device.iot_id, desired={}, version=9)
    async with database.begin() as tx:
        _, shadow = await set_wanted(
            site.tenant, tx, iot_id=site.device.iot_id, desired={"level": 2}, version=2, whole=True
        )
    assert shadow.desired == {"level": 2}
    assert list(shadow.metadata["desired"]) == ["level"]


async def test_a_deleted_device_leaves_no_shadow(
    device: ShadowDevice, platform: Platform, site: Site, database: Database
) -> None:
    await device.report({"a": 1}, 1)
    no = (await kept(platform, site, database)).version
    assert no == 1
    entry = platform.things.fleet.named(site.product_key, site.device.device_name)
    assert entry is not None
    async with database.begin() as tx:
        await delete_device(site.tenant, tx, iot_id=site.device.iot_id)
    assert (await shadow_of(database, device_no=entry.device_no)).version == 0


async def test_odd_names_and_many_at_once(platform: Platform, site: Site, device: ShadowDevice) -> None:
    """Keys are free text, as long as the whole stays within its limits."""
    odd = {"": 1, "中文": "红", "a.b|c": [1, {"x": None}], "\u0000": "\u0000"}
    assert (await device.report(odd, 1))["payload"]["status"] == "success"
    assert (await device.say(method="get"))["payload"]["state"]["reported"] == odd
