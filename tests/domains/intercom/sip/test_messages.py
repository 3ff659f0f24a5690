"""A visitor whom nobody answers leaves a message; the home watches it, and deletes it."""

import asyncio
import functools
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.calls.relay_media import Relayed
from linli.domains.intercom.queries.calls import open_calls_of_home
from linli.domains.intercom.queries.messages import left_by
from linli.domains.intercom.service import messages
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.sip import mailbox, message_keeper
from linli.domains.intercom.sip.mailbox import Mailbox
from linli.domains.intercom.sip.message_keeper import MessageKeeper
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database
from linli.kernel.disk import DiskFull
from linli.kernel.ids import Ids
from linli.media import films
from linli.media.relay import Relay
from linli.protocols import sdp
from linli.rules import ladder
from linli.sim.voip import CallState
from tests.console.conftest import Browser
from tests.domains.access.estate import NEIGHBOUR_PHONE
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.test_baresip import MODULES, Baresip, loudest
from tests.domains.intercom.sip.test_browser_view import CAMERA
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.test_device_sdk import reached, station
from tests.domains.intercom.sip.test_home_settings import last_call, path, ring
from tests.domains.intercom.sip.test_ladder import tried
from tests.domains.intercom.sip.test_media import voice
from tests.media.peer import Peer

pytestmark = pytest.mark.skipif(not films.served(), reason="FFmpeg is not installed")
STEPS = [{"name": step.name, "seconds": 5, "on": step.on} for step in ladder.USUAL]


SHORT_S = 1.0
"""In place of the prompt's time, so that nobody waits for it."""


class Box:
    """What the composing function makes of the parts."""

    def __init__(self, house: House, relay: Relay, folder: Path) -> None:
        platform = house.estate.platform
        self.folder = folder
        self.objects = platform.store
        self.make = functools.partial(
            MessageKeeper, platform.db, SystemClock(), Ids(), platform.store, folder, process="main"
        )
        self.keeper = self.make()
        house.front.calls.media = Relayed(relay, "127.0.0.1", "")
        self.mailbox = Mailbox(house.front, house.front.calls, self.keeper, folder, host="127.0.0.1")
        house.front.dialling.mailbox = self.mailbox


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


@pytest.fixture
async def box(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Box]:
    for module in (mailbox, message_keeper):
        monkeypatch.setattr(module, "PROMPT_S", SHORT_S)
    relay = Relay("127.0.0.1", 29_000, 29_499)
    await relay.start()
    box = Box(house, relay, tmp_path / "messages")
    await box.keeper.start()
    try:
        yield box
    finally:
        await box.keeper.stop()
        await house.front.stop()
        await relay.stop()


@pytest.fixture
async def mine(house: House) -> AsyncIterator[Browser]:
    async with house.estate.phone() as signed_in:
        yield signed_in


async def wanted(house: House, mine: Browser) -> None:
    settings = {"steps": STEPS, "messages": True}
    assert (await mine.put(f"{path(house)}/call-settings", json=settings)).status_code == 204
    assert (await mine.get(f"{path(house)}/call-settings")).json()["messages"] is True


async def first_message(house: House, mine: Browser) -> dict[str, Any]:
    """Of the newest call, once it is ready."""
    found: list[dict[str, Any]] = []

    async def ready() -> bool:
        rows = (await mine.get(f"{path(house)}/calls")).json()["data"]
        found[:] = rows[:1]
        message = rows and rows[0]["message"]
        return bool(message) and message["state"] != "recording"

    await until(ready)
    return found[0]


async def streams_of(content: bytes, folder: Path) -> set[str]:
    film = folder / "film"
    film.write_bytes(content)
    place = shutil.which("ffprobe")
    assert place is not None
    process = await asyncio.create_subprocess_exec(
        place, "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", str(film),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return set(printed.decode().split())


async def test_a_visitor_leaves_a_message_and_the_home_watches_it(
    house: House, box: Box, mine: Browser, tmp_path: Path
) -> None:
    await wanted(house, mine)
    async with station(house) as (_, panel, _):
        await panel.login_edge_box("大门")
        call = await panel.call_room_id("1202")
        await reached(call, CallState.CONNECTED)

        async def nobody_can_take_it() -> bool:
            estate = house.estate
            ringing = await open_calls_of_home(estate.tenant, estate.platform.db, house_id=estate.houses[0])
            return not ringing

        await until(nobody_can_take_it)
        await asyncio.sleep(SHORT_S + 2)
        call.hangup()
        row = await first_message(house, mine)
        assert (row["outcome"], row["missed"], row["takenBy"]) == ("missed", True, "")
        steps = [(step["step"], step["result"]) for step in row["steps"]]
        assert steps[-1] == ("message", "recorded")
        message = row["message"]
        assert (message["state"], message["seen"]) == ("ready", False)
        assert message["lengthMs"] > 2_000
        where = f"{path(house)}/calls/{row['id']}/message"
        async with house.estate.phone(NEIGHBOUR_PHONE) as other:
            for refused in (where, where.replace(path(house), path(house, 1))):
                assert (await other.post(f"{refused}/watch")).status_code == 404
                assert (await other.delete(refused)).status_code == 404
            film = (await mine.post(f"{where}/watch")).json()
            assert film["contentType"] == "video/mp4"
            content = await box.objects.get(box.objects.key_of(film["filmUrl"]) or "")
            assert await streams_of(content, tmp_path) == {"h264", "aac"}
            photo = await box.objects.get(box.objects.key_of(message["photoUrl"]) or "")
            assert photo.startswith(b"\xff\xd8")
            assert (await first_message(house, mine))["message"]["seen"] is True
            assert (await mine.delete(where)).status_code == 204
            assert (await mine.post(f"{where}/watch")).status_code == 404
            (left,) = (await mine.get(f"{path(house)}/calls")).json()["data"]
            assert left["message"] is None
        assert not list(box.folder.iterdir())


async def test_who_leaves_at_the_prompt_is_seen_but_left_nothing(
    house: House, box: Box, mine: Browser
) -> None:
    await wanted(house, mine)
    async with station(house) as (_, panel, _):
        await panel.login_edge_box("大门")
        call = await panel.call_room_id("1202")
        await reached(call, CallState.CONNECTED)
        await asyncio.sleep(SHORT_S)
        call.hangup()
        row = await first_message(house, mine)
        message = row["message"]
        assert (message["state"], message["lengthMs"]) == ("ready", 0)
        assert message["photoUrl"]
        refused = await mine.post(f"{path(house)}/calls/{row['id']}/message/watch")
        assert refused.status_code == 404


async def test_a_home_that_takes_none_and_one_that_answers_leave_none(
    house: House, box: Box, mine: Browser
) -> None:
    _, _, gate = await house.door()
    phone = await house.member(0)
    await ring(house, gate)
    answer(phone, await phone.request("INVITE"), 480)
    await phone.request("ACK")
    assert (await gate.response()).status == 480
    assert [step[0] for step in tried(await last_call(house, 1))] == ["family", "desk"]
    await wanted(house, mine)
    await gate.silence()
    await phone.silence()
    dialog, _ = await house.talking(gate, phone)
    send(gate, dialog.request("BYE"))
    steps = tried(await last_call(house, 2))
    assert steps[-1][:3] == ("family", 1, "answered")
    rows = (await mine.get(f"{path(house)}/calls")).json()["data"]
    assert [row["message"] for row in rows] == [None, None]


async def test_what_a_killed_process_recorded_is_ready_after_the_next_start_and_ends_by_age(
    house: House, box: Box, mine: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording stays as the kill leaves it, and its row."""
    await wanted(house, mine)
    monkeypatch.setattr(box.keeper, "recorded", lambda *_, **__: None)
    async with station(house) as (_, panel, _):
        await panel.login_edge_box("大门")
        call = await panel.call_room_id("1202")
        await reached(call, CallState.CONNECTED)
        await asyncio.sleep(SHORT_S + 2)
        call.hangup()
        db = house.estate.platform.db

        async def stored() -> bool:
            return len(await left_by(db, "main")) == 1

        await until(stored)
        (recording,) = box.folder.glob("*.mkv")
        recording.write_bytes(recording.read_bytes()[:-37])
        (box.folder / "7.mkv").write_bytes(b"of nothing")
        again = box.make()
        await again.start()
        try:
            row = await first_message(house, mine)
            assert row["message"]["lengthMs"] > 2_000
        finally:
            await again.stop()
        now_ms = SystemClock().now_ms()
        assert await messages.purge(db, now_ms=now_ms, days=1) == 0
        assert await messages.purge(db, now_ms=now_ms + 2 * 86_400_000, days=1) == 1
        assert not list(box.folder.iterdir())


async def test_the_oldest_go(house: House, box: Box, mine: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST_KEPT", 0)
    await wanted(house, mine)
    async with station(house) as (_, panel, _):
        await panel.login_edge_box("大门")
        call = await panel.call_room_id("1202")
        await reached(call, CallState.CONNECTED)
        await asyncio.sleep(SHORT_S)
        call.hangup()

        async def gone() -> bool:
            (row,) = (await mine.get(f"{path(house)}/calls")).json()["data"]
            return row["outcome"] == "missed" and row["message"] is None

        await until(gone)


async def test_only_so_many_messages_are_taken_at_once(house: House, box: Box) -> None:
    number = f"mailbox-{house.estate.houses[0]}"
    phones = [box.mailbox.phone(number, call_id) for call_id in range(mailbox.MOST_AT_ONCE + 1)]
    assert [len(each) for each in phones] == [1] * mailbox.MOST_AT_ONCE + [0]


async def test_a_full_disk_takes_none(house: House, box: Box) -> None:
    def full() -> None:
        raise DiskFull()

    box.objects.guard = full
    assert box.mailbox.phone("mailbox-1", 1) == []


@pytest.mark.skipif(
    shutil.which("baresip") is None or not (MODULES / "vp8.so").exists(), reason="baresip is not installed"
)
async def test_a_door_that_we_did_not_write_leaves_vp8(
    house: House, box: Box, mine: Browser, tmp_path: Path
) -> None:
    await wanted(house, mine)
    iot_id, panel, phone = await house.door()
    phone.close()
    house.phones.remove(phone)
    issued = panel.intercom.account
    assert iot_id
    here = f"127.0.0.1:{house.front.port}"
    account = f"<sip:{issued['sipNumber']}@{here};transport=udp>;auth_pass={issued['password']};regint=60"
    group = group_of_house(house.estate.houses[0])
    door = await Baresip.start(tmp_path / "door", account, f"/dial sip:{group}@{here}", more=CAMERA)
    try:
        await door.says("Call established")
        async with asyncio.timeout(60):
            while loudest(tmp_path / "door" / "heard.wav") < 2_000:
                await asyncio.sleep(0.1)  # the prompt
        await asyncio.sleep(SHORT_S + 1)
    finally:
        await door.quit()
    row = await first_message(house, mine)
    assert row["message"]["photoUrl"]
    film = (await mine.post(f"{path(house)}/calls/{row['id']}/message/watch")).json()
    assert film["contentType"] == "video/webm"
    content = await box.objects.get(box.objects.key_of(film["filmUrl"]) or "")
    assert await streams_of(content, tmp_path) == {"vp8", "opus"}


async def test_a_visitor_without_a_camera_says_all_and_presses_the_key(
    house: House, box: Box, mine: Browser, tmp_path: Path
) -> None:
    await wanted(house, mine)
    _, _, gate = await house.door()
    mouth = await Peer.open(9)
    invite = await gate.call(group_of_house(house.estate.houses[0]), body=voice(mouth.port))
    accepted = await gate.response(200)
    acknowledge(gate, invite, accepted)
    port = sdp.read(accepted.body).media[0].port
    assert len(await mouth.hear()) > 160, "the prompt"
    for _ in range(int((SHORT_S + 1.5) * 50)):
        mouth.say(port)
        await asyncio.sleep(0.02)
    mouth.press(port, "#")
    await gate.request("BYE")
    mouth.close()
    row = await first_message(house, mine)
    assert (row["message"]["photoUrl"], row["message"]["lengthMs"] > 2_000) == ("", True)
    film = (await mine.post(f"{path(house)}/calls/{row['id']}/message/watch")).json()
    content = await box.objects.get(box.objects.key_of(film["filmUrl"]) or "")
    assert await streams_of(content, tmp_path) == {"aac"}
