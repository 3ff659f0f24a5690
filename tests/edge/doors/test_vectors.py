"""Every published exchange, byte for byte through real sockets.

What a door sends is sent to the box as it was published, and the box's answer must be the published one. What the box
sends is caught by a peer that answers with the published bytes, and must be the published request; and it is sent as
published to the simulated machine, whose answer must be the published one. Spaces between JSON tokens do not count.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.edge.doors.simulator.memory import HeldCard, without_change
from linli.kernel.ids import Ids
from linli.protocols import door_http
from linli.protocols.door_http import INTERFACES, Server
from linli.protocols.door_http.messages.base import Answer
from linli.vision.fake import marked
from tests.edge.doors.site import FacePerson, SiteCode
from tests.edge.doors.site_box import HERE, SiteBox, five_devices, post, raw, site_box
from tests.protocols.door_http.published import EXCHANGES, TOKEN, UNLIKE_WRITTEN, Exchange, compact
from tests.protocols.door_http.test_door_http import photo

BY_NAME = {case.name: case for case in EXCHANGES}
TO_BOX = [case for case in EXCHANGES if INTERFACES[case.path].server is not Server.DOOR]
TO_DOOR = [case for case in EXCHANGES if INTERFACES[case.path].server is not Server.BOX]
DOOR_IP = "192.168.1.128"
SHORTENED = {"V10": "two of 200 faces are printed", "V29": "one of two rules is printed"}
"""Answers of a whole library that the source cuts short: no real library can give them."""
PHOTO_ID = "d8a0e59a-ddeb-11ea-a8c7-6c96cfdfd355"
FACE = marked(photo(), "王小飞")


class PublishedIds(Ids):
    """Makes the ids of the published answers."""

    def __init__(self) -> None:
        super().__init__(random.Random(1))
        self.next: list[str] = []

    def request_id(self) -> str:
        return self.next.pop(0) if self.next else super().request_id()


@pytest.fixture
async def published(tmp_path: Path) -> AsyncIterator[tuple[SiteBox, int]]:
    """A box whose site is as the published answers want it, and its port."""
    ids = PublishedIds()
    async with site_box(tmp_path, ids=ids) as box:
        lift = {
            "ip": DOOR_IP,
            "port": 0,
            "abilities": ["face", "qrcode", "card", "bluetooth", "video", "elevator"],
        }
        port = await box.deploy("door_terminal", ("aio", {**lift, "elevatorConnected": 1}), checkPeer=False)
        person = FacePerson("ac4af1c2-31a7-4206-9c8d-2a69cdaac066", "123456", "王小飞")
        await box.site.add_face(person, FACE)
        box.site.codes["ALI1234567890azxswdfghggfgsgERTG"] = SiteCode("123456", 0, 2**52)
        box.site.groups["1-9-3-1202"] = "4sewsEXT8ezMnlHlbWkjbL"
        box.site.ask_phone_of = _yes
        ids.next = [TOKEN[:36]]
        connected = await raw(port, post("/connect", BY_NAME["V1"].request))
        assert body_of(connected) == BY_NAME["V1"].answer
        ids.next = [PHOTO_ID]
        yield box, port


async def _yes(device: str, number: str) -> bool:
    return True


def body_of(answer: bytes) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in head
    return body


@pytest.mark.parametrize("case", [one for one in TO_BOX if one.name != "V1"], ids=attrgetter("name"))
async def test_the_box_answers_doors_as_published(published: tuple[SiteBox, int], case: Exchange) -> None:
    _, port = published
    request, kind = case.request, "application/json"
    if case.fields:
        message = msgspec.convert({**case.fields, "photo": FACE}, INTERFACES[case.path].ask)
        kind, request = door_http.write_request(INTERFACES[case.path], message)
    assert body_of(await raw(port, post(case.path, request, kind))) == case.answer


class PublishedDoor:
    """Notes what the box sends and answers with published bytes."""

    def __init__(self, answer: bytes) -> None:
        self.answers = {"/connect": BY_NAME["V1"].answer}
        self.answer = answer
        self.requests: dict[str, tuple[bytes, bytes]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        path = head.split(b" ")[1].decode()
        self.requests[path] = head, await reader.readexactly(length)
        body = self.answers.get(path, self.answer)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: Close\r\n\r\n" + body)
        await writer.drain()
        writer.close()


@pytest.mark.parametrize("case", [one for one in TO_DOOR if one.name != "V1"], ids=attrgetter("name"))
async def test_the_box_asks_doors_as_published(box: SiteBox, case: Exchange) -> None:
    door = PublishedDoor(case.answer)
    server = await asyncio.start_server(door.serve, HERE, 0)
    door_port = server.sockets[0].getsockname()[1]
    abilities = ["face", "card", "bluetooth", "video", "elevator"]
    custom = {"ip": HERE, "port": door_port, "abilities": abilities, "elevatorConnected": 1}
    port = await box.deploy("door_terminal", ("aio", custom))
    machine = await box.machine(port)
    await box.connect(machine, "aio")
    link = box.driver("door_terminal").link("aio")
    assert link.token == TOKEN
    interface = INTERFACES[case.path]
    message = door_http.read_request(interface, "application/json", case.request)
    answer = await link.post(case.path, lambda token: msgspec.structs.replace(message, token=token))
    assert door_http.write_answer(answer) == case.answer
    head, sent = door.requests[case.path]
    assert head.startswith(f"POST {case.path} HTTP/1.1\r\n".encode())
    assert b"connection: close" in head.lower()
    assert b"content-type: application/json" in head.lower()
    if case.name not in UNLIKE_WRITTEN:
        assert sent == compact(case.request.decode())
    server.close()


def prepare(memory: Any) -> None:
    """The state that the published answers of doors tell."""
    answers = {name: json.loads(BY_NAME[name].answer) for name in ("V23", "V27", "V29")}
    memory.run_states = msgspec.convert(answers["V23"]["data"], list[door_type("RunState")])
    memory.lifts = door_http.read_answer(INTERFACES["/elevator/info/get"], BY_NAME["V27"].answer).data  # type: ignore[attr-defined]
    for rule in door_http.read_answer(INTERFACES["/elevator/rule/get"], BY_NAME["V29"].answer).data.user_data:  # type: ignore[attr-defined]
        memory.lift_rules[rule.rule_id] = without_change(rule)
    memory.cards["777342461"] = HeldCard("777342461", None, 0, 1)


def door_type(name: str) -> Any:
    from linli.protocols.door_http.messages import elevators

    return getattr(elevators, name)


@pytest.mark.parametrize("case", [one for one in TO_DOOR if one.name != "V1"], ids=attrgetter("name"))
async def test_simulated_machines_answer_as_published(box: SiteBox, case: Exchange) -> None:
    machine = await box.machine()
    prepare(machine.memory)
    machine.given = TOKEN
    if case.name == "V28":
        machine.memory.lifts = None  # the example's floors have no rooms in the published lift, nor its own
    got = body_of(await raw(machine.port, post(case.path, case.request)))
    if case.name in SHORTENED:
        assert type(door_http.read_answer(INTERFACES[case.path], got)) is not Answer
    else:
        assert got == case.answer


async def test_a_simulated_machine_takes_the_published_connect(box: SiteBox) -> None:
    ids = PublishedIds()
    ids.next = [TOKEN[:36]]
    machine = await box.machine(ids=ids)
    assert body_of(await raw(machine.port, post("/connect", BY_NAME["V1"].request))) == BY_NAME["V1"].answer


async def test_a_box_takes_the_published_connect_only_from_a_configured_address(box: SiteBox) -> None:
    port = await box.deploy("door_device", *five_devices(0))
    answer = body_of(await raw(port, post("/connect", BY_NAME["V1"].request)))
    assert json.loads(answer) == {"code": 7, "message": "device is illegal"}
