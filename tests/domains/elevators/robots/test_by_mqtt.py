"""Robots over the platform's MQTT port, by an MQTT client that we did not write."""

import asyncio
import json

import paho.mqtt.client as paho
import pytest

from linli.domains.elevators.robots.mqtt import PLAIN_REFUSED, RobotGuests
from linli.protocols.linkkit.connect import ConnectKind, ConnectName
from linli.things.mqtt.principals import ConnectRequest, Refused
from tests.domains.access.platform import until
from tests.domains.elevators.robots.conftest import MqttRobot, RobotSite

pytestmark = pytest.mark.engines("sqlite")
BAD_CREDENTIALS, REFUSED_FILTER = 4, 0x80
END = 0


async def test_a_robot_logs_in_with_its_own_name_and_key_alone(tower: RobotSite) -> None:
    made, other = await tower.add(), await tower.add(name="二号")
    client = await tower.mqtt_client(made)
    assert client.granted == [1, 1, 1]
    for key, user in (
        (made["key"], f"robot:{other['id']}"),
        ("robot-" + "x" * 43, ""),
        ("", ""),
        (made["key"], "robot:"),
        (made["key"], "robot:1:2"),
    ):
        wrong = await tower.mqtt_client({**made, "key": key}, "wrong", user=user)
        assert wrong.codes[0] == BAD_CREDENTIALS
    await until(lambda: bool(client.states))
    assert client.states[-1]["available_floors"] == ["1", "10"]
    noted = [str(row) for row in tower.platform.things.refused_attempts.__dict__.values()]
    assert made["key"] not in str(noted)


async def test_a_key_is_not_sent_in_clear_over_a_network(tower: RobotSite) -> None:
    made = await tower.add()
    guests = RobotGuests(tower.robots.talks)

    def request(peer: str, security: str) -> ConnectRequest:
        name = ConnectName(kind=ConnectKind.APP, client_id="r", params={}, user=f"robot:{made['id']}")
        return ConnectRequest(name=name, password=made["key"], clean=True, peer=peer, security=security)

    refused = await guests.authenticate(request("192.168.1.9:4000", "plain"))
    assert isinstance(refused, Refused)
    assert refused.reason == PLAIN_REFUSED
    for peer, security in (
        ("192.168.1.9:4000", "TLSv1.3"),
        ("127.0.0.1:4000", "plain"),
        ("::1:4000", "plain"),
    ):
        assert not isinstance(await guests.authenticate(request(peer, security)), Refused)


async def test_topics_of_others_are_refused(tower: RobotSite) -> None:
    made, other = await tower.add(), await tower.add(name="二号")
    client = await tower.mqtt_client(made)
    foreign = await tower.mqtt_client(other, "second")
    own, theirs = client.base, foreign.base
    refused = (
        f"{theirs}/lift_states",
        f"{theirs}/#",
        "/robots/+/lift_states",
        "/robots/#",
        "#",
        f"{own}/lift_requests",
        "/a1B2c3D4e5F/+/user/get",
        f"/app/robot:{made['id']}/user/#",
        f"$share/g/{theirs}/lift_states",
    )
    client.granted.clear()
    client.paho.subscribe([(text, 1) for text in refused])
    await until(lambda: len(client.granted) == len(refused))
    assert set(client.granted) == {REFUSED_FILTER}
    # what it says for another robot reaches nobody
    client._last_ms = tower.platform.clock.now_ms()
    wish = {"lift_name": client.lift_name, "session_id": "theirs", "destination_floor": "1", "request_type": 1,
            "request_time": {"sec": client._last_ms // 1000}}  # fmt: skip
    for topic in (f"{theirs}/lift_requests", f"{own}/lift_states", f"{theirs}/lift_sessions"):
        client.paho.publish(topic, json.dumps(wish), qos=1)
    await client.ask("1")
    await client.comes_to("boarding")
    assert await tower.sessions(other["id"]) == []
    assert foreign.sessions == []
    assert all("theirs" not in str(state) for state in foreign.states)


async def test_what_is_wrong_is_told_and_what_is_said_again_does_nothing(tower: RobotSite) -> None:
    made = await tower.add()
    client = await tower.mqtt_client(made)
    await client.ask("11")
    assert (await client.refused("robot.no_floor"))["field"] == "destination_floor"
    await client.ask("1", hold_seconds=31)
    said = await client.refused("bad_input")
    assert (said["session_id"], said["field"]) == ("s-1", "hold_seconds")
    for broken in (b"no json", b"[]", b"\xff\xfe", b"", b'{"op":"subscribe","topic":"/lift_states"}'):
        await client.say(broken)
        await client.refused("bad_input")
    assert await tower.sessions(made["id"]) == []
    await client.ask("1")
    await client.comes_to("boarding")
    await client.ask("1", kind=END)
    await client.comes_to("ended", "cancelled")
    client._last_ms -= 2  # overheard, and said again
    await client.ask("1")
    await client.ask("10")
    await client.ask("99")
    await client.refused("robot.no_floor")
    assert len(await tower.sessions(made["id"])) == 1


async def test_who_listens_hears_what_another_connection_was_refused(tower: RobotSite) -> None:
    made, other = await tower.add(), await tower.add(name="二号")
    listens, foreign = await tower.mqtt_client(made), await tower.mqtt_client(other)
    asks = await tower.mqtt_client(made, "asks")
    await asks.ask("11")
    for client in (asks, listens):
        assert (await client.refused("robot.no_floor"))["session_id"] == "s-1"
    assert not foreign.errors


async def test_too_much_and_too_long(tower: RobotSite) -> None:
    made = await tower.add()
    client = await tower.mqtt_client(made)
    await client.say(b"{" + b" " * 5_000 + b"}")
    await client.refused("too_long")
    for _ in range(400):
        await client.ask("1", kind=END)
    await asyncio.wait_for(client.over.wait(), 60)
    assert any(error["code"] == "too_many" for error in client.errors)
    huge = await tower.mqtt_client(made, "huge")
    await huge.say(b"x" * 300_000)
    await asyncio.wait_for(huge.over.wait(), 60)
    # and the robot comes back
    again = await tower.mqtt_client(made, "again")
    await again.ask("1")
    await again.comes_to("boarding")


async def test_a_key_that_ends_ends_the_connection_and_two_are_the_most(tower: RobotSite) -> None:
    made = await tower.add()
    first = await tower.mqtt_client(made, "one")
    web = await tower.client(made["key"])
    third: MqttRobot = await tower.mqtt_client(made, "three", version=paho.MQTTv5)
    await asyncio.wait_for(first.over.wait(), 30)  # of two carriers, the oldest goes
    await third.ask("1")
    await third.comes_to("boarding")
    await web.comes_to("boarding")  # one session, heard by both
    assert (await tower.desk.delete(f"/lift-robots/{made['id']}/key")).status_code == 204
    await asyncio.wait_for(third.over.wait(), 30)
    await asyncio.wait_for(web.over.wait(), 30)
    assert (await tower.sessions(made["id"]))[0]["reason"] == "right_ended"
    gone = await tower.mqtt_client(made, "gone")
    assert gone.codes[0] == BAD_CREDENTIALS
    # keys of applications come and go: robots stay
    renewed = (await tower.desk.post(f"/lift-robots/{made['id']}/key")).json()["key"]
    stays = await tower.mqtt_client({**made, "key": renewed}, "stays")
    await tower.site.another_key()
    count = len(stays.states)
    await stays.ask("1", session="s-2")
    await stays.comes_to("boarding")
    assert len(stays.states) > count
    assert not stays.over.is_set()
