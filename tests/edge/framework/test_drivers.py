"""Finding drivers, their forms, and what the supervisor does with those that crash, hang or are broken."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.edge.framework import ConfigBad, DeviceUnknown, DriverFailed, ServiceUnknown
from linli.edge.framework.device_logs import FILE_BYTES, DeviceLogs
from linli.edge.framework.discovery import discover, forget, load
from linli.edge.framework.forms import HIDDEN, read_config, shown
from linli.edge.framework.manifest import check_driver_name
from linli.edge.framework.recorder import Collected
from linli.edge.framework.shared import Shared
from linli.edge.framework.supervisor import Deployment, DeviceEntry, State, Supervisor
from linli.kernel.clock import ManualClock
from linli.kernel.ids import Ids
from tests.edge.framework.folders import DRIVER, write_driver


class Box:
    def __init__(self, root: Path, logs: Path | None = None) -> None:
        self.clock = ManualClock()
        self.things = Collected()
        self.logs = DeviceLogs(self.clock, logs)
        self.installed, self.broken = discover([root])
        self.supervisor = Supervisor(
            self.installed, things=self.things, clock=self.clock, ids=Ids(), logs=self.logs
        )

    def state(self, driver: str = "some_meter") -> State:
        return next(one.state for one in self.supervisor.status() if one.driver == driver)


def meters(*names: str, driver: str = "some_meter", **config: Any) -> Deployment:
    entries = tuple(DeviceEntry("pk", name, {"ip": "192.168.1.9"}) for name in names)
    return Deployment(driver, config, entries)


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    write_driver(tmp_path / "drivers")
    write_driver(tmp_path / "drivers", "other_meter")
    box = Box(tmp_path / "drivers", tmp_path / "logs")
    yield box
    await box.supervisor.close()


async def until(condition: Any) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come")


def test_broken_folders_are_told_and_left_out(tmp_path: Path) -> None:
    write_driver(tmp_path, "good_one")
    write_driver(tmp_path, "bad_name", name="acme meter")
    write_driver(tmp_path, "bad_id", id="another")
    write_driver(tmp_path, "bad_contract", contract=2)
    write_driver(tmp_path, "bad_import", driver="import no_such_module")
    write_driver(tmp_path, "no_create", driver="")
    (write_driver(tmp_path, "no_texts") / "strings" / "en.json").unlink()
    (write_driver(tmp_path, "no_quality") / "quality.yaml").write_text("units_declared: perhaps\n")
    (write_driver(tmp_path, "no_json") / "manifest.json").write_text("{")
    installed, broken = discover([tmp_path])
    assert set(installed) == {"good_one"}
    told = {one.folder.name: one.why for one in broken}
    assert "name" in told["bad_name"]
    assert "another" in told["bad_id"]
    assert "contract" in told["bad_contract"]
    assert "no_such_module" in told["bad_import"]
    assert "create" in told["no_create"]
    assert "en.json" in told["no_texts"]
    assert "perhaps" in told["no_quality"]
    assert "manifest.json" in told["no_json"]


def test_two_of_one_id_are_told(tmp_path: Path) -> None:
    write_driver(tmp_path / "a")
    write_driver(tmp_path / "b")
    installed, (second,) = discover([tmp_path / "a", tmp_path / "b"])
    assert installed["some_meter"].folder == tmp_path / "a" / "some_meter"
    assert "taken" in second.why


@pytest.mark.parametrize("name", ["Nxtone_EBA_Modbus", "Goto_A7_SecSystem_Perimeter", "PerAccess_Door"])
def test_driver_names(name: str) -> None:
    check_driver_name(name)


@pytest.mark.parametrize(
    "name", ["nxtone_EBA_Modbus", "Nxtone_Modbus", "EBA", "A_B_C_EBA_D", "EBA_Door-2", ""]
)
def test_names_against_the_rule(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        check_driver_name(name)


def test_the_form_has_texts_ranges_and_hidden_fields(tmp_path: Path) -> None:
    driver = load(write_driver(tmp_path))
    chinese, english = driver.form("config", "zh-CN"), driver.form("config", "en")
    poll = chinese["properties"]["pollSeconds"]
    assert (poll["title"], poll["minimum"], poll["maximum"], poll["default"]) == ("轮询间隔", 1, 3600, 10)
    assert english["properties"]["pollSeconds"]["title"] == "Polling interval"
    assert english["properties"]["password"]["writeOnly"]
    assert driver.form("device", "en")["required"] == ["ip"]
    assert chinese["additionalProperties"] is False
    config = read_config(driver.config, {"password": "1234"})
    assert shown(config) == {"pollSeconds": 10, "password": HIDDEN}


@pytest.mark.parametrize(
    ("config", "field", "rule"),
    [
        ({"pollSeconds": 0}, "config.pollSeconds", ">= 1"),
        ({"pollSecond": 1}, "config", "pollSecond"),
        ({"pollSeconds": "1"}, "config.pollSeconds", "int"),
    ],
)
async def test_a_bad_configuration_names_its_field(
    box: Box, config: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(ConfigBad) as bad:
        await box.supervisor.deploy(Deployment("some_meter", config, ()))
    assert (bad.value.field, rule in bad.value.facts["rule"]) == (field, True)
    assert not box.supervisor.status()


async def test_devices_run_report_and_answer(box: Box) -> None:
    assert await box.supervisor.deploy(meters("m1", "m2"))
    assert box.state() is State.RUNNING
    assert box.things.is_online("m1")
    assert await box.supervisor.call("m2", "read", {"a": 1}) == {"service": "read", "a": 1}
    with pytest.raises(ServiceUnknown):
        await box.supervisor.get_properties("m1", ["power"])
    with pytest.raises(ServiceUnknown):
        await box.supervisor.set_properties("m1", {"power": 1})
    with pytest.raises(DeviceUnknown):
        await box.supervisor.call("m9", "read", {})
    await box.supervisor.stop("some_meter")
    assert box.state() is State.STOPPED
    assert not box.things.is_online("m1")
    with pytest.raises(DriverFailed):
        await box.supervisor.call("m1", "read", {})


async def test_only_what_changed_is_started_again(box: Box) -> None:
    await box.supervisor.deploy(meters("m1"))
    assert not await box.supervisor.deploy(meters("m1"))
    assert box.things.states == [("m1", True)]
    assert await box.supervisor.deploy(meters("m1", pollSeconds=20))
    assert box.things.states == [("m1", True), ("m1", False), ("m1", True)]
    await box.supervisor.remove("some_meter")
    assert not box.supervisor.status()


async def test_a_device_name_belongs_to_one_driver(box: Box) -> None:
    await box.supervisor.deploy(meters("m1"))
    with pytest.raises(ConfigBad, match="m1"):
        await box.supervisor.deploy(meters("m1", driver="other_meter"))
    with pytest.raises(ConfigBad, match="twice"):
        await box.supervisor.deploy(meters("m2", "m2"))
    assert box.state() is State.RUNNING


async def test_a_crash_touches_one_driver_and_waits_longer_each_time(box: Box) -> None:
    await box.supervisor.deploy(meters("m1"))
    await box.supervisor.deploy(meters("o1", driver="other_meter"))
    waits = []
    for _ in range(8):
        await box.supervisor.call("m1", "crash", {})
        await until(lambda: box.state() is State.WAITING)
        assert box.state("other_meter") is State.RUNNING
        status = next(one for one in box.supervisor.status() if one.driver == "some_meter")
        assert status.why == "poll: RuntimeError: wire torn"
        assert status.next_start_ms is not None
        waits.append(status.next_start_ms - box.clock.now_ms())
        with pytest.raises(DriverFailed, match="wire torn"):
            await box.supervisor.call("m1", "read", {})
        await box.clock.advance(waits[-1])
        await until(lambda: box.state() is State.RUNNING)
    assert waits == [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
    assert box.things.states.count(("o1", True)) == 1
    await box.clock.advance(300_000)
    await box.supervisor.call("m1", "crash", {})
    await until(lambda: box.state() is State.WAITING)
    assert next(one.crashes for one in box.supervisor.status()) == 1
    await box.supervisor.start("some_meter")
    assert box.state() is State.RUNNING


async def test_a_driver_that_cannot_start_is_tried_again_and_may_fail_to_stop(tmp_path: Path) -> None:
    bad = DRIVER.replace(
        "async def start(self):", "async def start(self):\n        raise OSError('port taken')"
    )
    write_driver(
        tmp_path, driver=bad.replace("async def stop(self):", "async def stop(self):\n        1 / 0")
    )
    box = Box(tmp_path)
    await box.supervisor.deploy(meters("m1"))
    (status,) = box.supervisor.status()
    assert (status.state, status.why) == (State.WAITING, "OSError: port taken")
    texts = [line.text for line in box.logs.of("some_meter").lines()]
    assert texts == ["the driver did not stop well", "the driver crashed"]
    await box.supervisor.restart("some_meter")
    assert box.state() is State.WAITING
    await box.supervisor.close()
    assert box.state() is State.STOPPED


async def test_a_driver_is_replaced_while_it_runs(box: Box, tmp_path: Path) -> None:
    await box.supervisor.deploy(meters("m1"))
    newer = DRIVER.replace('{"service": service', '{"newer": True, "service": service')
    folder = write_driver(tmp_path / "drivers", driver=newer, version="1.1.0")
    forget(folder)
    await box.supervisor.replace(load(folder))
    assert await box.supervisor.call("m1", "read", {}) == {"newer": True, "service": "read"}
    assert box.supervisor.status()[0].version == "1.1.0"


async def test_logs_of_a_device(box: Box, tmp_path: Path) -> None:
    await box.supervisor.deploy(meters("m:1"))
    (line,) = box.supervisor.log("some_meter", "m:1").lines()
    assert (line.level, line.text, line.facts) == ("info", "polled", {"password": "***", "value": 7})
    file = tmp_path / "logs" / "some_meter" / "m%3a1.jsonl"
    assert json.loads(file.read_text())["facts"] == {"password": "***", "value": 7}
    log = box.logs.of("some_meter", "m:1")
    for _ in range(FILE_BYTES // 1000 + 10):
        log.info("x" * 1000)
    assert file.stat().st_size < FILE_BYTES
    assert file.with_suffix(".old.jsonl").stat().st_size <= FILE_BYTES
    assert len(log.lines()) == 500


async def test_what_a_peer_repeats_is_told_once_a_minute() -> None:
    clock = ManualClock()
    log = DeviceLogs(clock).of("d")
    for _ in range(100):
        log.now_and_then("knock", peer="192.168.1.66")
    log.now_and_then("knock", peer="192.168.1.67")
    await clock.advance(60_000)
    log.now_and_then("knock", peer="192.168.1.66")
    assert [line.facts for line in log.lines()] == [
        {"peer": "192.168.1.66"},
        {"peer": "192.168.1.67"},
        {"peer": "192.168.1.66", "not_told": 99},
    ]


async def test_shared_parts_live_as_long_as_somebody_uses_them() -> None:
    stopped = []

    class Part:
        async def stop(self) -> None:
            stopped.append(self)

    async def make() -> Part:
        return Part()

    shared = Shared()
    first, second = await shared.take("port", make), await shared.take("port", make)
    assert first is second
    await shared.give_back("port")
    assert stopped == []
    await shared.give_back("port")
    assert stopped == [first]
    assert await shared.take("port", make) is not first


def test_the_drivers_that_come_with_linli_are_whole() -> None:
    _, broken = discover()
    assert broken == []
