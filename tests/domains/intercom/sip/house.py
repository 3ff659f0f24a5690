"""A community whose doors and members have accounts by themselves, and a SIP front that they log in at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from linli.domains.intercom import room as intercom
from linli.domains.intercom.queries import doors as door_queries
from linli.domains.intercom.queries import numbers, owners
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.intercom.sip.front import SipFront
from linli.domains.intercom.sip.log import CallLog
from linli.kernel.clock import ManualClock, SystemClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.settings import Settings, Sip, Trunk
from linli.protocols import sip
from linli.sim.door import SimulatedDoor
from tests.domains.access.estate import Estate, open_estate
from tests.domains.access.platform import until
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer

ON = Settings(sip=Sip(port=6050, public_host="sip.example.com"))


class RunningClock(SystemClock):
    """Goes on by itself from the house's time. The machine's own is before it until noon: phones that logged in by that
    one would have been logged out an hour later, and so already."""

    def __init__(self, now_ms: int) -> None:
        self._ahead_ms = now_ms - SystemClock.now_ms(self)

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms


@dataclass
class House:
    estate: Estate
    front: SipFront
    phones: list[Phone] = field(default_factory=list)

    async def phone(self, number: str) -> Phone:
        """The phone of an account, logged in."""
        row = await numbers.account(self.estate.tenant, self.estate.platform.db, number)
        password = self.estate.parts.secrets.open(row.password, about=f"sip:{number}")
        phone = await Phone.open(self.front.port, number, password)
        self.phones.append(phone)
        assert (await phone.register()).status == 200
        return phone

    async def member(self, which: int) -> Phone:
        rows = await owners.owners_in(
            self.estate.tenant, self.estate.platform.db, [self.estate.houses[which]]
        )
        (owner,) = (row for row in rows if row.identity_id)
        return await self.phone(owner.number)

    async def door(self, sn: str = "SN-1", *, serves: bool = True) -> tuple[str, SimulatedDoor, Phone]:
        """A gate that rings both houses; `serves`: those who live there have keys on it."""
        estate = self.estate
        iot_id, door = await estate.new_door(sn, "大门")
        await until(lambda: door.intercom.account)
        body = {"name": "大门", "direction": "ENTRANCE", "spaceId": estate.root}
        assert (await estate.desk.put(f"/doors/{iot_id}", json=body)).status_code == 204
        if serves:
            await estate.serve(iot_id, estate.root)
            await until(lambda: len(door.permissions.qr) == 2)
        await until(lambda: len(door.intercom.rooms) == 2)
        issued = await door_queries.door_number(estate.tenant, estate.platform.db, iot_id)
        assert issued is not None
        return iot_id, door, await self.phone(issued.number)

    async def talking(self, station: Phone, phone: Phone, which: int = 0) -> tuple[sip.Dialog, sip.Dialog]:
        """The door rings a house, and this phone takes it: the dialogs of the door and of the phone."""
        invite = await station.call(group_of_house(self.estate.houses[which]))
        received = await phone.request("INVITE")
        answer(phone, received, 200, body=ANSWER)
        dialog = acknowledge(station, invite, await station.response(200))
        await phone.request("ACK")
        return dialog, sip.Dialog.of_request(received, "callee")


@asynccontextmanager
async def open_house(
    database: Database, clock: ManualClock, ids: Ids, tmp_path: Path, *, trunk: Trunk | None = None
) -> AsyncIterator[House]:
    """`trunk`: the telephone line that it has."""
    intercom.register(database.handlers)
    line = msgspec.structs.replace(ON.sip, trunk=trunk or Trunk())
    settings = msgspec.structs.replace(ON, sip=line)
    async with open_estate(database, clock, ids, tmp_path, settings) as estate:
        await estate.switch()
        log = CallLog(
            estate.platform.db,
            estate.platform.clock,
            ids,
            process="main",
            invoker=estate.platform.things.invoker,
        )
        front = SipFront(
            Sip(host="127.0.0.1", port=0, trunk=line.trunk),
            estate.platform.db,
            RunningClock(estate.now),
            estate.parts.secrets,
            log,
            host="127.0.0.1",
        )
        await front.start()
        house = House(estate, front)
        try:
            yield house
        finally:
            for phone in house.phones:
                phone.close()
            await front.stop()
