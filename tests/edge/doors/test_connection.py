"""Connecting, heartbeats, coming back, and opening from afar. Spec G 5, F1-F2; 12, 1-4."""

import asyncio
import json
from typing import Any

import pytest

from linli.edge.doors.caller import CallFailed, Refusal
from linli.edge.doors.driver import LanAddress
from linli.edge.doors.links import LinkState
from linli.edge.framework import ConfigBad, DeviceOffline, DeviceRefused, ServiceUnknown
from linli.kernel.errors import TimedOut
from linli.protocols.door_http import INTERFACES, Code, sign
from tests.edge.doors.site_box import HERE, SiteBox, five_devices, in_time, post, raw, until


def connect_body(**changes: Any) -> bytes:
    message = {"sn": "123456789", "time": 1589472000, "ip": HERE, "mac": "00-16-EA-AE-3D-40"} | {
        name: changes.pop(name) for name in ("sn", "time", "ip", "mac") if name in changes
    }
    signed = {"keepalive": 30, "signMethod": "md5", **changes}
    method = signed["signMethod"] if signed["signMethod"] in ("md5", "sha1", "sha256") else "md5"
    return json.dumps({**message, "sign": sign(method, **message), **signed}).encode()


async def code_of(port: int, path: str, body: bytes) -> int:
    answer = await raw(port, post(path, body))
    return int(json.loads(answer.partition(b"\r\n\r\n")[2])["code"])


async def test_both_sides_connect_sign_and_hold_each_others_token(box: SiteBox) -> None:
    machine = await box.door()
    link = box.driver().link("door.1")
    assert link.state is LinkState.ONLINE
    assert (link.given, link.token) == (machine.token, machine.given)
    assert machine.token != machine.given
    assert len(machine.token) <= 64
    assert {name for name, online in box.things.states if online} == {f"door.{n}" for n in range(1, 6)}
    await machine.beat()
    await box.clock.advance(30_000)
    assert "no answer to our heartbeat" not in box.texts("door.1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"signMethod": "sha1"}, 0),
        ({"signMethod": "sha256"}, 0),
        ({"keepalive": 10}, 0),
        ({"keepalive": 120}, 0),
        ({"keepalive": 9}, 5),
        ({"keepalive": 121}, 5),
        ({"signMethod": "MD5"}, 5),
        ({"sn": "123"}, 5),
        ({"sn": "1" * 33}, 5),
        ({"sn": "12 45"}, 5),
        ({"sign": "4f8701cbc7c4d92ce04a9fc369e7a414"}, 6),
        ({"ip": "192.168.1.77"}, 7),
    ],
)
async def test_every_code_of_connect(box: SiteBox, changes: dict[str, Any], code: int) -> None:
    """3.5.1.2.txt:2973-2993."""
    port = await box.deploy("door_device", *five_devices(0))
    assert await code_of(port, "/connect", connect_body(**changes)) == code


async def test_a_second_connect_ends_the_first_token(box: SiteBox) -> None:
    machine = await box.door()
    first = machine.token
    await box.clock.advance(1000)
    await box.connect(machine)
    assert machine.token != first
    body = json.dumps({"token": first}).encode()
    assert await code_of(box.driver().port, "/keepalive", body) == Code.TOKEN_INVALID
    await machine.beat()


async def test_a_wrong_token_is_code_4_and_the_door_connects_again_by_itself(box: SiteBox) -> None:
    machine = await box.door()
    machine.faults.wrong_token = True
    with pytest.raises(Refusal) as refusal:
        await machine.beat()
    assert (refusal.value.answer.code, refusal.value.answer.message) == (4, "device is offline")
    machine.faults.wrong_token = False
    machine.token = "of yesterday"
    await box.clock.advance(1000)
    await machine.beat()
    assert machine.token == box.driver().link("door.1").given


async def test_the_box_connects_again_when_the_door_has_forgotten_it(box: SiteBox) -> None:
    machine = await box.door()
    machine.faults.forgets_token = True
    await box.supervisor.call("door.1", "remoteOpen", {})
    assert machine.memory.opened == 1
    machine.faults.forgets_token = True
    await box.clock.advance(30_000)
    await until(lambda: "the door had forgotten our token and was connected again" in box.texts("door.1"))


async def test_many_calls_at_once_renew_a_forgotten_token_once(box: SiteBox) -> None:
    machine = await box.door()
    machine.given = "of before its restart"
    calls = (box.supervisor.call("door.1", "remoteOpen", {}) for _ in range(20))
    await asyncio.gather(*calls)
    assert machine.memory.opened == 20
    assert box.driver().link("door.1").token == machine.given


async def test_three_missed_heartbeats_are_offline_and_the_door_comes_back(box: SiteBox) -> None:
    machine = await box.door()
    await machine.stop()
    gone = box.clock.now_ms()
    await in_time(box, lambda: not box.things.is_online("door.1"))
    assert 90_000 <= box.clock.now_ms() - gone <= 125_000
    with pytest.raises(DeviceOffline):
        await box.supervisor.call("door.1", "remoteOpen", {})
    await machine.start()
    await machine.beat()  # its token is gone: code 4, and it connects again
    await until(lambda: box.things.is_online("door.1"))
    await box.supervisor.call("door.1", "remoteOpen", {})


async def test_a_door_that_serves_nothing_stays_one_way_after_three_tries(box: SiteBox) -> None:
    machine = await box.machine()
    port = await box.deploy("door_device", *five_devices(machine.port))
    machine.aim(HERE, port)
    await machine.stop()
    await machine.connect()
    link = box.driver().link("door.1")
    await in_time(box, lambda: box.texts("door.1").count("the door does not take our /connect") == 3)
    assert link.state is LinkState.ONE_WAY
    assert box.things.states == []
    await machine.beat()  # its own calls are served all the same


async def test_a_door_that_serves_late_is_online_without_a_new_connect(box: SiteBox) -> None:
    """For the door its connection is there: it sends heartbeats, and never knocks again."""
    machine = await box.machine()
    port = await box.deploy("door_device", *five_devices(machine.port))
    machine.aim(HERE, port)
    await machine.stop()
    await machine.connect()
    given = machine.token
    await in_time(box, lambda: box.texts("door.1").count("the door does not take our /connect") == 3)
    await machine.start()
    assert box.driver().link("door.1").state is LinkState.ONE_WAY
    for _ in range(3):
        await machine.beat()
        await box.clock.advance(30_000)
    await until(lambda: box.things.is_online("door.1"))
    assert machine.token == given
    await box.supervisor.call("door.1", "remoteOpen", {})


async def test_a_door_without_a_port_is_online_one_way(box: SiteBox) -> None:
    machine = await box.machine()
    machine.aim(
        HERE, await box.deploy("door_device", ("door.1", {"ip": HERE, "port": 0, "accessType": "face"}))
    )
    await box.connect(machine)
    with pytest.raises(ServiceUnknown):
        await box.supervisor.call("door.1", "remoteOpen", {})


async def test_remote_open(box: SiteBox) -> None:
    machine = await box.door()
    assert await box.supervisor.call("door.3", "remoteOpen", {}) == {}
    assert machine.memory.opened == 1


async def test_a_slow_door_is_timed_out_and_an_absent_one_offline(
    box: SiteBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INTERFACES, "/remoteOpen", INTERFACES["/remoteOpen"]._replace(timeout_s=0.1))
    machine = await box.door()
    machine.faults.answer_delay_s = 0.5
    with pytest.raises(TimedOut):
        await box.supervisor.call("door.1", "remoteOpen", {})
    machine.faults.answer_delay_s = 0.0
    await machine.stop()
    with pytest.raises(DeviceOffline):
        await box.supervisor.call("door.1", "remoteOpen", {})


async def test_no_message_keeps_its_connection(box: SiteBox) -> None:
    """3.5.1.2.txt: neither side may send `Connection: Keep-Alive`."""
    port = await box.deploy("door_device", *five_devices(0))
    answer = await raw(port, post("/connect", connect_body(), extra="Connection: keep-alive\r\n"))
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"connection: close" in head
    assert b"keep-alive" not in head


async def test_a_door_with_a_wrong_clock_is_served_and_its_error_known(box: SiteBox) -> None:
    machine = await box.machine()
    machine.aim(HERE, await box.deploy("door_device", *five_devices(machine.port)))
    machine.faults.clock_off_s = -200_000_000
    await box.connect(machine)
    assert box.driver().link("door.1").clock_off_s == -200_000_000


@pytest.mark.covers("C109")
async def test_doors_behind_a_server_are_told_apart_by_their_number(box: SiteBox) -> None:
    """门禁系统官方协议: one server, two doors."""
    one, two = await box.machine(sn="UC-1271"), await box.machine(sn="UC-1272")
    port = await box.deploy(
        "door_system",
        ("gate.1", {"ip": HERE, "port": one.port, "accessType": "card", "uniqueId": "UC-1271"}),
        ("gate.2", {"ip": HERE, "port": two.port, "accessType": "card", "uniqueId": "UC-1272"}),
    )
    for machine, device in ((one, "gate.1"), (two, "gate.2")):
        machine.aim(HERE, port)
        await box.connect(machine, device)
    await box.supervisor.call("gate.2", "remoteOpen", {})
    assert (one.memory.opened, two.memory.opened) == (0, 1)
    assert await code_of(port, "/connect", connect_body(sn="UC-1273")) == Code.DEVICE_UNKNOWN


async def test_a_number_that_is_there_twice_is_refused_before_anything_goes_offline(box: SiteBox) -> None:
    custom = {"ip": HERE, "port": 1, "accessType": "card", "uniqueId": "UC-1271"}
    port = await box.deploy("door_system", ("gate.1", custom))
    assert port
    with pytest.raises(AssertionError):
        await box.deploy("door_system", ("gate.1", custom), ("gate.2", custom))
    (status,) = box.supervisor.status()
    assert "gate.1 has card at this place already" in status.why


async def test_doors_come_to_where_the_box_listens_unless_the_protocol_says_otherwise(box: SiteBox) -> None:
    box.services[LanAddress] = LanAddress("127.0.0.3")
    port = await box.deploy("door_device", host="")
    _, writer = await asyncio.open_connection("127.0.0.3", port)
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HERE, port)
    port = await box.deploy("door_device")  # its configuration names HERE
    _, writer = await asyncio.open_connection(HERE, port)
    writer.close()


async def test_a_terminal_is_one_device_and_shares_the_port_of_single_devices(box: SiteBox) -> None:
    """门禁一体机官方协议 beside 门禁设备官方协议, both at 10000."""
    machine, other = await box.machine(), await box.machine(sn="other-1")
    custom = {"ip": HERE, "port": machine.port, "abilities": ["face", "card"], "brand": "大华"}
    port = await box.deploy("door_terminal", ("aio", custom))
    shared = await box.deploy(
        "door_device", ("door.3", {"ip": "127.0.0.2", "port": other.port, "accessType": "card"})
    )
    assert port == shared
    machine.aim(HERE, port)
    await box.connect(machine, "aio")
    await box.supervisor.call("aio", "remoteOpen", {})
    assert machine.memory.opened == 1
    await box.supervisor.stop("door_device")
    await machine.beat()
    await box.supervisor.stop("door_terminal")
    with pytest.raises(CallFailed):
        await machine.beat()


@pytest.mark.parametrize(
    ("custom", "field"),
    [
        ({"ip": "10.0.0.256"}, "door.1.ip"),
        ({"isCheck": 1}, "door.1.maxThreshold"),
        ({"isCheck": 1, "maxThreshold": "36.0", "minThreshold": "37.0"}, "door.1.minThreshold"),
        ({"isCheck": 1, "maxThreshold": "45.1", "minThreshold": "37.0"}, "door.1.maxThreshold"),
        ({"faceSimilarity": 101}, "door.1.faceSimilarity"),
        ({"port": 65536}, "door.1.port"),
        ({"accessType": "knock"}, "door.1.accessType"),
    ],
)
async def test_rules_of_the_device_form(box: SiteBox, custom: dict[str, Any], field: str) -> None:
    good = {"ip": HERE, "port": 80, "accessType": "face"}
    with pytest.raises(ConfigBad) as bad:
        await box.deploy("door_device", ("door.1", good | custom))
    assert bad.value.field == field


async def test_calls_that_the_machine_was_not_configured_for(box: SiteBox) -> None:
    machine = await box.machine()
    custom = {"ip": HERE, "port": machine.port, "accessType": "card"}
    machine.aim(HERE, await box.deploy("door_device", ("door.3", custom)))
    await box.connect(machine, "door.3")
    with pytest.raises(Refusal) as refusal:
        await machine.scan("A" * 32)
    assert refusal.value.answer.code == Code.OTHER
    with pytest.raises(ServiceUnknown):
        await box.supervisor.call("door.3", "queryFaces", {})
    with pytest.raises(ServiceUnknown):
        await box.supervisor.call("door.3", "selfDestruct", {})
    machine.faults.refuses = "lock jammed"
    with pytest.raises(DeviceRefused, match="lock jammed"):
        await box.supervisor.call("door.3", "remoteOpen", {})
