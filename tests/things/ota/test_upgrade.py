"""Devices and campaigns: a device on a socket, a clock that tests move, on both engines."""

import hashlib

import pytest

from linli.things.ota import campaigns
from linli.things.ota.campaigns import Rules
from linli.things.ota.errors import FirmwareNotTried, NobodyToUpgrade, NoPreviousFirmware
from linli.things.ota.selection import Selection
from tests.things.ota.conftest import MINUTE, Factory, inform, notice, progress, say


async def test_notice_progress_success(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    image = await factory.image()
    number = await factory.start(image)
    told = await notice(device)
    assert isinstance(told["id"], int)
    assert (told["code"], told["message"]) == ("1000", "success")
    body = b"new" * 5000
    sums = {"md5": hashlib.md5(body).hexdigest(), "sha256": hashlib.sha256(body).hexdigest()}
    assert told["data"] == {
        "size": len(body),
        "version": "2.0",
        "url": told["data"]["url"],
        "signMethod": "SHA256",
        "sign": sums["sha256"],
        "md5": sums["md5"],
        "module": "default",
    }
    await factory.settle()
    assert await factory.states(number) == ["notified"]
    await progress(device, "40")
    assert [(r.state, r.progress) for r in await factory.jobs(number)] == [("downloading", 40)]
    await progress(device, 100)
    assert await factory.states(number) == ["installing"]
    await device.close()
    device = await factory.connect(factory.site.device, "2.0")
    await factory.settle()
    assert await factory.states(number) == ["succeeded"]
    assert (await factory.campaign(number)).state == "finished"
    await inform(device, "2.0")
    await factory.settle()
    assert device.inbox.empty()


async def test_a_device_that_was_away_is_told_when_it_informs(factory: Factory) -> None:
    number = await factory.start(await factory.image())
    assert await factory.states(number) == ["waiting"]
    device = await factory.connect(factory.site.device, "1.0")
    await factory.settle()
    assert (await notice(device))["data"]["version"] == "2.0"
    await factory.settle()
    assert await factory.states(number) == ["notified"]
    assert device.inbox.empty(), "told once, although it came online and informed"
    assert (await factory.jobs(number))[0].from_version == "1.0"


async def test_it_asks_and_gets_a_fresh_address(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    empty = await device.ask("thing/ota/firmware/get", {}, id=5)
    assert (empty["id"], empty["code"], empty["data"]) == (5, 200, {})
    number = await factory.start(await factory.image())
    first = await notice(device)
    await factory.settle(pass_ms=5000)
    said = await device.ask("thing/ota/firmware/get", {"module": "default"}, id=6)
    assert said["id"] == 6
    assert said["data"] | {"url": ""} == first["data"] | {"url": ""}
    assert said["data"]["url"] != first["data"]["url"]
    await say(device, "request", {"version": "1.0"}, number=7)
    answer = await device.next()
    assert answer.topic.startswith("/ota/device/request/")
    assert b'"id":7' in answer.payload
    assert b'"version":"2.0"' in answer.payload
    assert await factory.states(number) == ["notified"]


@pytest.mark.parametrize("again", [b'{"id":1}', b"[]", b'{"id":1,"params":{"version":3}}', b"x"])
async def test_nonsense_is_acknowledged_and_changes_nothing(factory: Factory, again: bytes) -> None:
    device = await factory.connect(factory.site.device)
    triple = factory.site.device
    for what in ("inform", "progress"):
        await device.publish(f"/ota/device/{what}/{triple.product_key}/{triple.device_name}", again)
    number = await factory.start(await factory.image())
    assert (await notice(device))["data"]["version"] == "2.0"
    assert len(await factory.jobs(number)) == 1


async def test_failure_retry_and_list(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    rules = Rules(retries=1, retry_minutes=2)
    number = await factory.start(await factory.image(), rules=rules)
    await notice(device)
    await progress(device, "-2", "no route")
    (row,) = await factory.jobs(number)
    assert (row.state, row.tries, row.reason, row.detail) == ("waiting", 1, "download_failed", "no route")
    await factory.settle()
    assert device.inbox.empty()
    await factory.settle(pass_ms=2 * MINUTE)
    await notice(device)
    await factory.settle()
    await progress(device, -3)
    await factory.settle()
    (row,) = await factory.jobs(number)
    assert (row.state, row.reason) == ("failed", "check_failed")
    assert (await factory.campaign(number)).state == "finished"
    async with factory.db.begin() as tx:
        assert await campaigns.retry_failed(factory.tenant, tx, campaign_no=number) == 1
    await factory.settle()
    await notice(device)
    await inform(device, "2.0")
    await factory.settle()
    assert await factory.states(number) == ["succeeded"]


async def test_silence_times_out(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    number = await factory.start(await factory.image(), rules=Rules(timeout_minutes=10))
    await notice(device)
    await factory.settle()
    await factory.settle(pass_ms=9 * MINUTE)
    assert await factory.states(number) == ["notified"]
    await factory.settle(pass_ms=2 * MINUTE)
    assert await factory.states(number) == ["timed_out"]
    assert (await factory.campaign(number)).state == "finished"


async def test_burnt_device_gets_its_old_firmware_back(factory: Factory) -> None:
    await factory.image("1.0", b"old" * 99)
    device = await factory.connect(factory.site.device)
    number = await factory.start(await factory.image())
    await notice(device)
    await progress(device, 100)
    await progress(device, -4, "flash")
    await factory.settle()
    assert (await notice(device))["data"]["version"] == "1.0"
    assert await factory.states(number) == ["rolling_back"]
    await inform(device, "1.0")
    await factory.settle()
    (row,) = await factory.jobs(number)
    assert (row.state, row.reason) == ("rolled_back", "burn_failed")


async def test_without_the_old_image_a_burnt_device_has_failed(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    number = await factory.start(await factory.image())
    await notice(device)
    await progress(device, -4)
    await factory.settle()
    (row,) = await factory.jobs(number)
    assert (row.state, row.reason) == ("failed", "burn_failed")


async def test_the_operator_takes_a_campaign_back(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    number = await factory.start(await factory.image())
    await notice(device)
    await inform(device, "2.0")
    await factory.settle()
    with pytest.raises(NoPreviousFirmware):
        async with factory.db.begin() as tx:
            await campaigns.roll_back_campaign(factory.tenant, tx, campaign_no=number)
    await factory.image("1.0", b"old" * 99)
    async with factory.db.begin() as tx:
        await campaigns.roll_back_campaign(factory.tenant, tx, campaign_no=number)
    await factory.settle()
    assert (await notice(device))["data"]["version"] == "1.0"
    await inform(device, "1.0")
    await factory.settle()
    assert await factory.states(number) == ["rolled_back"]
    assert (await factory.campaign(number)).state == "rolled_back"


async def test_a_trial_comes_first(factory: Factory) -> None:
    device = await factory.connect(factory.site.device)
    image = await factory.image(exempt=False)
    with pytest.raises(FirmwareNotTried):
        await factory.start(image)
    async with factory.db.begin() as tx:
        made = await campaigns.try_firmware(
            factory.tenant, tx, firmware_no=image.firmware_no, iot_id=factory.site.device.iot_id
        )
    await factory.settle()
    await notice(device)
    await inform(device, "2.0")
    await factory.settle()
    assert (await factory.campaign(made.campaign_no)).state == "finished"
    with pytest.raises(NobodyToUpgrade):
        await factory.start(image)


async def test_grey_scale_rate_and_stop_on_twenty_devices(factory: Factory) -> None:
    fleet = [await factory.connect(await factory.device(f"dev-{n:02}")) for n in range(20)]
    rules = Rules(percent=10, rate=5, stop_percent=50, stop_least=4)
    number = await factory.start(await factory.image(), selection=Selection(versions=("1.0",)), rules=rules)
    assert (await factory.states(number)).count("notified") == 2
    for device in fleet[:2]:
        await notice(device)
        await inform(device, "2.0")
    await factory.settle()
    assert sorted(set(await factory.states(number))) == ["succeeded", "waiting"]
    async with factory.db.begin() as tx:
        await campaigns.widen_campaign(factory.tenant, tx, campaign_no=number, percent=100)
    await factory.settle()
    assert (await factory.states(number)).count("notified") == 3, "five a minute, two of them before"
    await factory.settle(pass_ms=MINUTE)
    assert (await factory.states(number)).count("notified") == 8
    for device in fleet[2:4]:
        await notice(device)
        await progress(device, -1)
    await factory.settle()
    campaign = await factory.campaign(number)
    assert (campaign.state, campaign.reason) == ("stopped", "failure_rate")
    await factory.settle(pass_ms=2 * MINUTE)
    assert (await factory.states(number)).count("waiting") == 10, "nobody is let in any more"
    async with factory.db.begin() as tx:
        await campaigns.resume_campaign(factory.tenant, tx, campaign_no=number)
    for _ in range(3):
        await factory.settle(pass_ms=MINUTE)
    assert (await factory.states(number)).count("waiting") == 0
    for device in fleet[4:]:
        await notice(device)
        await inform(device, "2.0")
    await factory.settle()
    assert (await factory.campaign(number)).state == "finished"
    assert (await factory.states(number)).count("succeeded") == 18


async def test_a_dynamic_campaign_takes_in_who_reports_an_old_version(factory: Factory) -> None:
    number = await factory.start(
        await factory.image(), "dynamic", selection=Selection(versions=("1.0", "1.1"))
    )
    assert await factory.states(number) == []
    old = await factory.connect(factory.site.device, "1.1")
    other = await factory.connect(await factory.device("other-one"), "0.9")
    await factory.settle()
    assert (await notice(old))["data"]["version"] == "2.0"
    assert other.inbox.empty()
    await inform(old, "2.0")
    await factory.settle()
    assert await factory.states(number) == ["succeeded"]
    assert (await factory.campaign(number)).state == "running"


async def test_pause_cancel_and_schedule(factory: Factory) -> None:
    now = factory.clock.now_ms()
    device = await factory.connect(factory.site.device)
    rules = Rules(starts_ms=now + 10 * MINUTE)
    number = await factory.start(await factory.image(), rules=rules)
    await factory.settle(pass_ms=9 * MINUTE)
    assert (await factory.campaign(number)).state == "scheduled"
    async with factory.db.begin() as tx:
        await campaigns.pause_campaign(factory.tenant, tx, campaign_no=number)
    await factory.settle(pass_ms=2 * MINUTE)
    assert device.inbox.empty()
    async with factory.db.begin() as tx:
        await campaigns.resume_campaign(factory.tenant, tx, campaign_no=number)
    await factory.settle()
    await notice(device)
    async with factory.db.begin() as tx:
        await campaigns.cancel_campaign(factory.tenant, tx, campaign_no=number)
    await factory.settle()
    assert await factory.states(number) == ["cancelled"]


async def test_a_newer_campaign_takes_the_place_of_one_that_has_not_begun(factory: Factory) -> None:
    first = await factory.start(await factory.image("2.0"))
    second = await factory.start(await factory.image("3.0"))
    assert (await factory.states(first), await factory.states(second)) == (["cancelled"], ["waiting"])
    device = await factory.connect(factory.site.device)
    await factory.settle()
    assert (await notice(device))["data"]["version"] == "3.0"


async def test_modules_and_differences(factory: Factory) -> None:
    device = await factory.connect(factory.site.device, None)
    await inform(device, "a1", module="mcu")
    patch = await factory.image("a2", module="mcu", source_version="a1", sign_method="Md5")
    number = await factory.start(patch)
    told = (await notice(device))["data"]
    assert (told["module"], told["signMethod"], told["sign"], told["isDiff"]) == (
        "mcu",
        "Md5",
        told["md5"],
        1,
    )
    await inform(device, "a2")
    await factory.settle()
    assert await factory.states(number) == ["notified"], "that was the default module's version"
    await inform(device, "a2", module="mcu")
    await factory.settle()
    assert await factory.states(number) == ["succeeded"]
