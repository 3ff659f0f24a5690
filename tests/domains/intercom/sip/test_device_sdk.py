"""The device SDK in Python as a door at our SIP front: calls rooms, shows its picture, hears, opens, ends."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from linli.domains.intercom.queries import doors as door_queries
from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sdp, sip
from linli.sim.voip import (
    Account,
    AccountState,
    CallState,
    EdgeBoxManager,
    EndReason,
    Event,
    LineFailed,
    VoipCall,
    VoipError,
    VoipManager,
    VoipRecorder,
)
from linli.sim.voip.line import LogIn
from linli.sim.voip.picture import Clip, payloads
from linli.sim.voip.sound import SILENCE, a_law, tone
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.phone import SDP, Phone
from tests.domains.intercom.sip.test_calls import answer
from tests.domains.intercom.sip.test_trunk import PASSWORD as LINE_PASSWORD
from tests.domains.intercom.sip.test_trunk import USER, line, raw_sockets
from tests.domains.intercom.sip.test_unlocking import press, told
from tests.ports import free_port


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as opened:
        yield opened


class Direct:
    """A door at the platform, without a box: what it was brought by MQTT."""

    def __init__(self, house: House, door: object, account: Account) -> None:
        self._house = house
        self._account = account
        self.reported: list[tuple[int, str]] = []
        self.door = door

    async def connect(self) -> None:
        return

    def sip_account(self) -> Account | None:
        return self._account

    async def group_of(self, room: str) -> str:
        if room not in ("1202", "1203"):
            raise LookupError(room)
        return group_of_house(self._house.estate.houses[room == "1203"])

    async def opened_in_call(self, kind: int, number: str) -> None:
        self.reported.append((kind, number))


@asynccontextmanager
async def station(house: House) -> AsyncIterator[tuple[VoipManager, EdgeBoxManager, Direct]]:
    iot_id, door, phone = await house.door()
    phone.close()
    house.phones.remove(phone)
    issued = await door_queries.door_number(house.estate.tenant, house.estate.platform.db, iot_id)
    assert issued is not None
    account = Account(issued.number, door.intercom.account["password"], "127.0.0.1", house.front.port)
    voip = VoipManager()
    voip.init()
    direct = Direct(house, door, account)
    try:
        yield voip, EdgeBoxManager(voip, direct), direct
    finally:
        await voip.de_init()


async def reached(call: VoipCall, state: CallState) -> None:
    await until(lambda: call.state is state)


class Ear(asyncio.DatagramProtocol):
    """Where a phone of the test hears."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.packets.append(data)


async def ears() -> tuple[Ear, Ear, bytes, list[asyncio.DatagramTransport]]:
    """Voice and picture, and the answer that names them."""
    loop = asyncio.get_running_loop()
    voice_wire, voice = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    video_wire, video = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    ports = [wire.get_extra_info("sockname")[1] for wire in (voice_wire, video_wire)]
    body = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {ports[0]} RTP/AVP 8\r\nm=video {ports[1]} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    )
    return voice, video, body.encode(), [voice_wire, video_wire]


async def test_a_room_is_called_seen_opened_and_hung_up(house: House) -> None:
    async with station(house) as (voip, box, direct):
        phone = await house.member(0)
        opened: list[tuple[Event, str]] = []

        def event(code: Event, number: str) -> bool:
            opened.append((code, number))
            return True

        voip.set_on_event_received_listener(event)
        states: list[AccountState] = []
        account = await box.login_edge_box("大门")
        account.set_account_state_callback(states.append)
        assert states == [AccountState.ONLINE]
        call = await box.call_room_id("1202")
        course: list[tuple[CallState, EndReason]] = []
        call.set_call_state_callback(lambda state, reason: course.append((state, reason)))
        received = await phone.request("INVITE")
        kinds = {medium.kind: medium.live for medium in sdp.read(received.body).media}
        assert kinds == {"audio": True, "video": True}
        voice, video, body, wires = await ears()
        answer(phone, received, 200, body=body)
        await phone.request("ACK")
        await reached(call, CallState.CONNECTED)
        await until(lambda: len(voice.packets) > 10 and len(video.packets) > 10)
        theirs = sip.Dialog.of_request(received, "callee")
        press(phone, theirs, b'{"req":"unlock","reqsn":7}')
        assert await told(phone) == (7, 200, "门已打开")
        assert opened == [(Event.UNLOCK_BY_APP, opened[0][1])]
        await box.report_open_door(Event.CLOUD_UNLOCK, phone.number)
        assert direct.reported == [(0, phone.number)]
        call.hangup()
        phone.send(sip.respond(await phone.request("BYE"), 200))
        assert course == [
            (CallState.OUTGOING, EndReason.NONE),
            (CallState.CONNECTED, EndReason.NONE),
            (CallState.END, EndReason.NONE),
        ]
        await box.logout_edge_box()
        assert states[-1] is AccountState.NONE
        for wire in wires:
            wire.close()


async def test_calls_that_come_to_nothing_say_why(house: House) -> None:
    async with station(house) as (_, box, _direct):
        with pytest.raises(VoipError):
            await box.call_room_id("1202")
        await box.login_edge_box()
        phone = await house.member(0)
        for status, reason in ((486, EndReason.BUSY), (603, EndReason.REJECTED), (480, EndReason.TIMEOUT)):
            call = await box.call_room_id("1202")
            answer(phone, await phone.request("INVITE"), status)
            await call.ended.wait()
            assert (call.reason, call.status) == (reason, status)
        with pytest.raises(LookupError):
            await box.call_room_id("9999")
        # It gives up: the phone is told.
        call = await box.call_room_id("1202")
        received = await phone.request("INVITE")
        answer(phone, received, 180)
        await until(lambda: call._progress)
        call.hangup()
        cancel = await phone.request("CANCEL")
        phone.send(sip.respond(cancel, 200, to_tag="c"))
        answer(phone, received, 487)
        await call.ended.wait()
        assert call.reason is EndReason.NONE


async def test_who_looks_sees_and_hears_and_who_calls_is_answered_by_hand(house: House) -> None:
    async with station(house) as (voip, box, _direct):
        phone = await house.member(0)
        account = await box.login_edge_box()
        number = account.line.log_in.number
        voice, video, body, wires = await ears()
        invite = await phone.call(number, body=body)
        accepted = await phone.response(200)
        dialog = sip.Dialog.of_answer(invite, accepted)
        ack = dialog.ack()
        ack.set("via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKack;rport")
        phone.send(ack)
        await until(lambda: len(voice.packets) > 10 and len(video.packets) > 10)
        assert len(voip.calls) == 1
        # A jammed lock says so.
        voip.set_on_event_received_listener(lambda _event, _number: False)
        press(phone, dialog, b'{"req":"unlock","reqsn":9}')
        number_told, status, _words = await told(phone)
        assert (number_told, status) == (9, 500)
        bye = dialog.request("BYE")
        bye.set("via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKbye;rport")
        phone.send(bye)
        await until(lambda: not voip.calls)
        for wire in wires:
            wire.close()


async def test_pictures_and_sound_can_come_from_outside(house: House) -> None:
    async with station(house) as (voip, box, _direct):
        with pytest.raises(VoipError):
            voip.put_image(b"")
        with pytest.raises(ValueError, match="multiples of 16"):
            voip.enable_camera_wrapper(100, 100)
        voip.enable_camera_wrapper(32, 32)
        with pytest.raises(ValueError, match="1536 bytes"):
            voip.put_image(b"x")
        voip.put_image(bytes(range(16, 208)) * 8)
        recorder = voip.recorder = VoipRecorder()
        started: list[str] = []
        recorder.on_start = lambda: started.append("on")
        recorder.on_stop = lambda: started.append("off")
        assert not recorder.put_stream(b"\0" * 320), "only while a call wants it"
        phone = await house.member(0)
        await box.login_edge_box()
        call = await box.call_room_id("1202")
        received = await phone.request("INVITE")
        voice, video, body, wires = await ears()
        answer(phone, received, 200, body=body)
        await reached(call, CallState.CONNECTED)
        assert recorder.is_recording
        sent = b"".join((1_000 * (at % 7)).to_bytes(2, "little") for at in range(160))
        assert recorder.put_stream(sent[:100])
        assert recorder.put_stream(sent[100:])
        await until(lambda: any(packet.endswith(a_law(sent)) for packet in voice.packets))
        # Of 32 x 32 a key picture is one unit of four macroblocks, which holds the samples as they are.
        await until(lambda: any(bytes(range(16, 32)) in packet for packet in video.packets))
        call.hangup()
        await until(lambda: not recorder.is_recording)
        assert started == ["on", "off"]
        for wire in wires:
            wire.close()


async def test_a_wrong_password_is_told_and_another_line_stays(house: House) -> None:
    async with station(house) as (voip, box, direct):
        await box.login_edge_box()
        with pytest.raises(LineFailed) as refused:
            await voip.login_ippbx(LogIn(direct.sip_account().number, "wrong", "127.0.0.1", house.front.port))  # type: ignore[union-attr]
        assert refused.value.status in (401, 403)
        account = voip.account("edge")
        assert account is not None
        assert account.state is AccountState.ONLINE


@pytest.mark.covers("G-C35")
async def test_a_call_that_comes_in_is_answered_or_declined() -> None:
    """A49, A51, A52: by an IPPBX, here a socket that says what the test wants."""
    exchange = await Phone.open(0, "100")
    voip = VoipManager()
    voip.init()
    incoming: list[VoipCall] = []
    voip.set_incoming_callback(incoming.append)

    async def registers() -> None:
        request = await exchange.request("REGISTER")
        host, port = request.via.sent_by
        assert host == "127.0.0.1"
        exchange.server = port or 5060
        exchange.send(sip.respond(request, 200, to_tag="r"))

    told_in = asyncio.create_task(registers())
    account = await voip.login_ippbx(LogIn("door", "x", "127.0.0.1", exchange.port))
    await told_in
    target = f"sip:door@127.0.0.1:{exchange.server}"
    for answers in (True, False):
        invite = exchange.make("INVITE", target, body=SDP)
        exchange.send(invite)
        await exchange.response(180)
        await until(lambda: incoming)
        call = incoming.pop()
        assert (call.state, call.number) == (CallState.INCOMING, "100")
        if not answers:
            call.hangup()
            refused = await exchange.response(603)
            exchange.send(sip.acknowledge(invite, refused))
            assert (call.state, call.reason) == (CallState.END, EndReason.NONE)
            break
        call.accept()
        accepted = await exchange.response(200)
        media = {medium.kind: medium.live for medium in sdp.read(accepted.body).media}
        assert media == {"audio": True}
        ack = sip.Dialog.of_answer(invite, accepted).ack()
        ack.set("via", f"SIP/2.0/UDP 127.0.0.1:{exchange.port};branch=z9hG4bKack9;rport")
        exchange.send(ack)
        # A second call meanwhile is told so.
        exchange.send(exchange.make("INVITE", target, body=SDP))
        assert (await exchange.response()).status == 486
        call.hangup()
        exchange.send(sip.respond(await exchange.request("BYE"), 200))
        assert call.state is CallState.END
        await until(lambda: not voip.calls)
    account.line.cut()
    exchange.close()


def test_the_codes_of_a_voice() -> None:
    """ITU-T G.711, table 1a: silence, the smallest and the largest steps of both signs."""
    values = (0, 8, -8, 32_767, -32_768)
    coded = a_law(b"".join(value.to_bytes(2, "little", signed=True) for value in values))
    assert coded == bytes((0xD5, 0xD5, 0x55, 0xAA, 0x2A))
    assert len(tone(0)) == len(SILENCE) == 160
    assert tone(90) == SILENCE


def test_a_picture_is_cut_into_packets_and_joined_again() -> None:
    clip = Clip(64, 48)
    units = clip.next()
    assert [unit[0] & 0x1F for unit in units] == [7, 8, 5]
    parts = payloads(units)
    pieces = [part for part in parts if part[0] & 0x1F == 28]
    assert max(map(len, parts)) <= 1_202
    assert (pieces[0][1] & 0xC0, pieces[-1][1] & 0xC0) == (0x80, 0x40)
    joined = bytes(((pieces[0][0] & 0xE0) | (pieces[0][1] & 0x1F),)) + b"".join(part[2:] for part in pieces)
    assert joined == units[2]
    for forbidden in (b"\0\0\0", b"\0\0\1", b"\0\0\2"):
        assert forbidden not in units[2]
    assert [unit[0] & 0x1F for unit in clip.next()] == [1]


@pytest.mark.skipif(shutil.which("sipp") is None, reason="SIPp is not installed")
async def test_a_telephone_is_called_by_an_ippbx_and_opens_by_a_key(tmp_path: Path) -> None:
    """A56, A55: SIPp, which we did not write, is the gateway."""
    if not raw_sockets():
        pytest.skip("SIPp needs raw sockets to press keys")
    port = free_port()
    voip = VoipManager()
    voip.init()
    events: list[Event] = []
    voip.set_on_event_received_listener(lambda event, _number: events.append(event))
    async with line(tmp_path, "line_hung_up", port, calls=2) as provider:
        ippbx = await voip.login_ippbx(LogIn(USER, LINE_PASSWORD, "127.0.0.1", port))
        call = await voip.call_phone_number("13800001111")
        await until(lambda: events == [Event.UNLOCK_BY_PHONE])
        call.hangup()
        assert (call.connected.is_set(), call.reason) == (True, EndReason.NONE)
        await provider.ended()
    ippbx.line.cut()
