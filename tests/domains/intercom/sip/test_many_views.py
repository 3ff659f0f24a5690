"""Several phones look through one door in one call: over sockets, with the picture that each of them gets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from linli.domains.intercom.queries import owners
from linli.domains.intercom.service.ending import end_accounts
from linli.domains.intercom.service.openings import may_open_now
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import rtp, sip
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import open_pages
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.test_ladder import unit
from tests.domains.intercom.sip.test_media import picture, port_of, voice
from tests.domains.intercom.sip.test_unlocking import asked, press, say_opened, told
from tests.media.peer import Peer


@dataclass
class Look:
    """One phone that looks, with an ear and a screen of its own."""

    phone: Phone
    dialog: sip.Dialog
    sound: Peer
    screen: Peer
    ports: tuple[int, int]
    """Of the relay."""

    async def hang_up(self) -> None:
        send(self.phone, self.dialog.request("BYE"))
        assert (await self.phone.response()).status == 200

    async def sees(self, packet: bytes) -> None:
        while await self.screen.hear() != packet:
            pass


class Porch:
    """A door with a camera."""

    def __init__(self, house: House, iot_id: str, station: Phone, sound: Peer, camera: Peer) -> None:
        self.house = house
        self.iot_id = iot_id
        self.station = station
        self.sound = sound
        self.camera = camera
        self.peers = [sound, camera]

    async def look(self, phone: Phone, *, first: bool = False) -> Look:
        sound, screen = await Peer.open(len(self.peers)), await Peer.open(len(self.peers) + 1)
        self.peers += (sound, screen)
        invite = await phone.call(self.station.number, body=voice(sound.port, more=picture(screen.port)))
        if first:
            received = await self.station.request("INVITE")
            assert received.get("answer-mode") == "Auto"
            body = voice(self.sound.port, more=picture(self.camera.port))
            answer(self.station, received, 200, body=body)
            self.dialog = sip.Dialog.of_request(received, "callee")
            self.ports = port_of(received), port_of(received, 1)
        accepted = await phone.response(200)
        dialog = acknowledge(phone, invite, accepted)
        if first:
            await self.station.request("ACK")
        return Look(phone, dialog, sound, screen, (port_of(accepted), port_of(accepted, 1)))

    async def third(self) -> Phone:
        """Of one more who moved in."""
        estate = self.house.estate
        new = await estate.move_in(estate.houses[0], "赵敏", "13800000777")
        numbers: list[str] = []

        async def there() -> bool:
            rows = await owners.owners_in(estate.tenant, estate.platform.db, [estate.houses[0]])
            numbers.extend(row.number for row in rows if row.identity_id == new)
            return bool(numbers)

        await until(there)

        async def may_look() -> bool:
            return await may_open_now(
                estate.platform.db,
                tenant_id=estate.tenant.tenant,
                community_id=estate.community,
                identity_id=new,
                iot_id=self.iot_id,
                now_ms=estate.platform.clock.now_ms(),
            )

        await until(may_look)  # the key follows who moved in
        return await self.house.phone(numbers[0])


@pytest.fixture
async def porch(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Porch]:
    async with open_pages(database, clock, ids, tmp_path, first_port=29_000) as house:
        house.front.calls.view_s = 600.0
        iot_id, _, station = await house.door()
        made = Porch(house, iot_id, station, await Peer.open(100), await Peer.open(101))
        yield made
        for peer in made.peers:
            peer.close()


@pytest.mark.covers("B102", "EP-54")
async def test_apps_join_and_one_voice_terminal_looks_at_a_time(porch: Porch) -> None:
    house, station = porch.house, porch.station
    phones = await house.member(0), await house.member(1), await porch.third()
    looks = [await porch.look(phones[0], first=True)]
    looks += [await porch.look(phone) for phone in phones[1:]]
    await station.silence()
    assert house.front.calls.count == 1

    # The same picture and sound reach all of them; the door hears the first one only.
    for look in looks:
        await porch.camera.said_to(porch.ports[1], look.screen)
    packet = porch.camera.say(porch.ports[1])
    for look in looks:
        await look.sees(packet)
        await porch.sound.said_to(porch.ports[0], look.sound)
    for _ in range(5):
        looks[1].sound.say(looks[1].ports[0])
    await looks[0].sound.said_to(looks[0].ports[0], porch.sound)
    heads = [rtp.read_head(porch.sound.packets.get_nowait()) for _ in range(porch.sound.packets.qsize())]
    assert all(head is not None and head.ssrc == looks[0].sound.ssrc for head in heads)

    # One that joined opens the door as the first one would.
    press(phones[1], looks[1].dialog, msgspec.json.encode({"req": "unlock", "reqsn": 4}))
    request = await asked(station, 200)
    await asked(station, 200)
    assert msgspec.json.decode(request.body)["sip"] == phones[1].number
    say_opened(station, porch.dialog, request, 200)
    assert await told(phones[1]) == (4, 200, "门已打开")

    # Of voice terminals, one at a time.
    indoor, other = await unit(house, 0), await unit(house, 1)
    looks.append(await porch.look(indoor))
    await other.call(station.number)
    assert (await other.response()).status == 486
    await looks.pop().hang_up()
    looks.append(await porch.look(other))
    await porch.camera.said_to(porch.ports[1], looks[-1].screen)

    # Who was first leaves: the others look on, and the door hears the next one.
    await looks[0].hang_up()
    await porch.camera.said_to(porch.ports[1], looks[2].screen)
    await looks[1].sound.said_to(looks[1].ports[0], porch.sound)
    for look in (looks[2], looks[1]):
        await look.hang_up()
    assert house.front.calls.count == 1
    await looks[3].hang_up()
    station.send(sip.respond(await station.request("BYE"), 200))
    await until(lambda: not house.front.calls.count)
    assert not house.front.calls._sides
    assert all(house.front.calls.lines.reachable(phone.number) for phone in (*phones, indoor, other, station))


async def test_who_calls_before_the_door_answered_waits_for_it(porch: Porch) -> None:
    house, station = porch.house, porch.station
    first, second, third = await house.member(0), await house.member(1), await porch.third()
    sound = await Peer.open(7)
    porch.peers.append(sound)
    body = voice(sound.port, more=picture(9))
    await first.call(station.number, body=body)
    received = await station.request("INVITE")
    await second.call(station.number, body=body)
    given_up = await third.call(station.number, body=body)
    for phone in (second, third):
        await phone.response(100)
    third.send(sip.cancel(given_up))
    assert (await third.response(487)).call_id == given_up.call_id
    answer(station, received, 200, body=voice(porch.sound.port, more=picture(porch.camera.port)))
    for phone in (first, second):
        assert (await phone.response()).status == 200
    assert house.front.calls.count == 1

    async def kept() -> bool:
        rows = (await house.estate.desk.get("/calls")).json()["data"]
        return sorted(row["outcome"] for row in rows) == ["", "", "given_up"]

    await until(kept)


async def test_the_door_hangs_up_on_all(porch: Porch) -> None:
    phones = await porch.house.member(0), await porch.house.member(1)
    looks = [await porch.look(phones[0], first=True), await porch.look(phones[1])]
    send(porch.station, porch.dialog.request("BYE"))
    for look in looks:
        look.phone.send(sip.respond(await look.phone.request("BYE"), 200))
    await until(lambda: not porch.house.front.calls.count)
    assert not porch.house.front.calls._sides


async def test_who_moves_out_looks_no_more_and_others_do(porch: Porch) -> None:
    """First who joined, then the one that the call began with."""
    house = porch.house
    phones = await house.member(0), await house.member(1), await porch.third()
    first = await porch.look(phones[0], first=True)
    last, joined = [await porch.look(phone) for phone in phones[1:]]
    for gone, left in ((joined, (first, last)), (first, (last,))):
        async with house.estate.platform.db.begin() as tx:
            await end_accounts(
                tx, tenant_id=house.estate.tenant.tenant, numbers=[gone.phone.number], now_ms=1
            )
        gone.phone.send(sip.respond(await gone.phone.request("BYE"), 200))
        packet = porch.camera.say(porch.ports[1])
        for look in left:
            await look.sees(packet)
    await porch.station.silence()
    await last.hang_up()
    porch.station.send(sip.respond(await porch.station.request("BYE"), 200))


async def test_who_cannot_show_what_the_door_sends_is_told_so(porch: Porch) -> None:
    first, second = await porch.house.member(0), await porch.house.member(1)
    look = await porch.look(first, first=True)
    strange = voice(9).replace(b"AVP 8 101", b"AVP 18").partition(b"a=rtpmap")[0]
    await second.call(porch.station.number, body=strange)
    assert (await second.response()).status == 488
    again = look.dialog.request("INVITE")
    again.set("content-type", "application/sdp")
    again.body = voice(look.sound.port, more=picture(look.screen.port))
    await porch.look(second)
    send(first, again)
    assert (await first.response()).status == 488, "one picture is of all"
