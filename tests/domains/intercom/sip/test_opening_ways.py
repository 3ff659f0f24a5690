"""The two ways to open a door from a talk through the relay, from the phone to the result and its record."""

from pathlib import Path

import msgspec
import pytest

from linli.domains.intercom.service.derived import group_of_house
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import open_pages
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import acknowledge, answer, send
from tests.domains.intercom.sip.test_ladder import unit
from tests.domains.intercom.sip.test_media import port_of, voice
from tests.domains.intercom.sip.test_unlocking import asked, press, say_opened, told
from tests.media.peer import Peer, keys_of


class Talk:
    """The door rings the first house, and this phone takes it; both have voices."""

    def __init__(self, lens: Peer, ear: Peer) -> None:
        self.lens = lens
        self.ear = ear

    async def begin(self, house: House, station: Phone, phone: Phone) -> None:
        group = group_of_house(house.estate.houses[0])
        invite = await station.call(group, body=voice(self.lens.port))
        received = await phone.request("INVITE")
        answer(phone, received, 200, body=voice(self.ear.port))
        self.door = acknowledge(station, invite, await station.response(200))
        await phone.request("ACK")
        self.phone = sip.Dialog.of_request(received, "callee")
        self.port = port_of(received)
        await self.ear.said_to(self.port, self.lens)


@pytest.mark.covers("SIP-02", "G-C25")
async def test_an_app_opens_by_message_and_a_phone_by_its_star_key(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path
) -> None:
    async with open_pages(database, clock, ids, tmp_path, first_port=26_200) as house:
        _, _, station = await house.door()
        app = await house.member(0)
        lens, ear = await Peer.open(1), await Peer.open(2)
        talk = Talk(lens, ear)

        # The application: each message twice, worked on once; and the door's answer comes back to it.
        await talk.begin(house, station, app)
        for _ in range(2):
            press(app, talk.phone, msgspec.json.encode({"req": "unlock", "reqsn": 999, "sip": app.number}))
        first, second = await asked(station, 200), await asked(station, 200)
        assert first.body == second.body
        assert msgspec.json.decode(first.body) == {"req": "unlock", "reqsn": 1, "sip": app.number}
        say_opened(station, talk.door, first, 200)
        assert await told(app) == (999, 200, "门已打开")
        for status, result in ((400, (1, 500, "门口机未开门")), (200, (2, 200, "门已打开"))):
            press(app, talk.phone, msgspec.json.encode({"req": "unlock", "reqsn": result[0]}))
            again = await asked(station, 200)
            await asked(station, 200)
            say_opened(station, talk.door, again, status)
            assert await told(app) == result
        send(station, talk.door.request("BYE"))
        app.send(sip.respond(await app.request("BYE"), 200))

        # A phone with keys, here the indoor unit: the event of RFC 2833 in its voice, which the door gets as it is.
        phone = await unit(house)
        await talk.begin(house, station, phone)
        while not lens.packets.empty():
            lens.packets.get_nowait()
        ear.press(talk.port, "*")
        heard: list[bytes] = []
        while keys_of(heard) != "*":
            heard.append(await lens.hear())
        send(station, talk.door.request("BYE"))
        phone.send(sip.respond(await phone.request("BYE"), 200))

        openings: list[tuple[str, str, bool]] = []

        async def shown() -> bool:
            openings.clear()
            for row in (await house.estate.desk.get("/calls")).json()["data"]:
                detail = (await house.estate.desk.get(f"/calls/{row['id']}")).json()
                openings.extend(
                    (one["number"], one["way"], one["words"]) for one in reversed(detail["openings"])
                )
            return len(openings) == 4

        await until(shown)
        assert sorted(openings) == sorted([
            (app.number, "info", "The door is open"),
            (app.number, "info", "The door is open"),
            (app.number, "info", "The door did not open"),
            (phone.number, "star", "The door was told to open"),
        ])  # fmt: skip
        lens.close()
        ear.close()
