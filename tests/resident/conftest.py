"""The residents' app on a test database, called over HTTP as the phone pages call it."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from linli.console.parts import Parts
from linli.console.resident.app import resident_app
from linli.domains.access.service.keys import DoorKeys
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.people import person_rules as rules
from linli.domains.people.schemas import Profile
from linli.domains.people.service import accounts, codes, residents, sms_outbox
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.service.links import PassLinks
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs, Worker
from linli.things.downlink.invoker import Invoker
from linli.vision.engine.local import NoEngine
from tests.console.conftest import parts as console_parts
from tests.domains.communities.builders import World, make_space, make_world

__all__ = ["console_parts"]


@pytest.fixture
def parts(console_parts: Parts) -> Parts:
    """The console's, with what routes of residents ask for by type; nobody's door answers here."""
    keys = DoorKeys(console_parts.secrets)
    visitors = VisitorsRoom(
        console_parts.db, console_parts.clock, console_parts.ids, keys,
        PassLinks(console_parts.secrets, "http://linli.test"),
        OutboxSms(console_parts.db, console_parts.secrets, console_parts.ids), callers=console_parts.callers,
    )  # fmt: skip
    faces = FaceEngineRoom(console_parts.db, console_parts.objects, NoEngine("no models"))
    console_parts.services.update(
        invoker=Invoker.__new__(Invoker), door_keys=keys, visitors=visitors, faces=faces
    )
    return console_parts


OWNER_PHONE = "13800000101"
TENANT_PHONE = "13800000102"
NEIGHBOUR_PHONE = "13800000201"
STRANGER_PHONE = "13800000999"
STAFF_PHONE = "13800000900"


class Phone(httpx.AsyncClient):
    """One phone: keeps cookies and sends what our pages send."""

    def __init__(self, parts: Parts, *, address: str = "192.0.2.17") -> None:
        transport = httpx.ASGITransport(resident_app(parts), client=(address, 50000))  # type: ignore[arg-type]
        super().__init__(
            transport=transport,
            base_url="http://linli.test/api/resident",
            headers={"x-linli-request": "1", "accept-language": "en"},
        )
        self.parts = parts

    async def sign_in(self, phone: str) -> httpx.Response:
        """With a code as it was sent."""
        asked = await self.post("/session/code", json={"phone": phone})
        assert asked.status_code == 202, asked.text
        return await self.post(
            "/session/code/verify", json={"phone": phone, "code": await sent_code(self.parts, phone)}
        )


async def sent_code(parts: Parts, phone: str) -> str:
    jobs = Jobs()
    codes.register(jobs, OutboxSms(parts.db, parts.secrets, parts.ids), parts.secrets, parts.clock)
    await Worker(parts.db, parts.clock, jobs).run_once()
    for row, text in await sms_outbox.waiting(parts.db, secrets=parts.secrets):
        if row.phone == phone and (found := re.search(r"\d{6}", text)):
            return found[0]
    raise AssertionError(f"no code was sent to {phone}")


@dataclass
class Village:
    """Two communities of two companies, a house each with an owner, and a second house in the first."""

    here: World
    there: World
    unit: int
    house: int
    other_house: int
    far_house: int
    owner: str
    """identityId of the owner of `house`."""

    @property
    def community(self) -> int:
        return self.here.community.community_id

    @property
    def far_community(self) -> int:
        return self.there.community.community_id


async def _settle(
    db: Database, ids: Ids, world: World, house: int, name: str, phone: str, type: int, now_ms: int
) -> str:
    async with db.begin() as tx:
        return await residents.move_in(
            world.tenant, tx, SpaceHouses(), house_id=house, profile=Profile(name=name, phone=phone),
            type=type, ids=ids, now_ms=now_ms,
        )  # fmt: skip


@pytest.fixture
async def village(parts: Parts, clock: ManualClock) -> Village:
    db, ids, now_ms = parts.db, parts.ids, clock.now_ms()
    here = await make_world(db, clock, ids)
    there = await make_world(db, clock, ids, name="万科物业")
    building = await make_space(db, here.tenant, ids, here.community.root_space_id, "building", "3幢")
    unit = await make_space(db, here.tenant, ids, building, "unit", "1单元")
    house = await make_space(db, here.tenant, ids, unit, "house", "502")
    other = await make_space(db, here.tenant, ids, unit, "house", "503")
    far_building = await make_space(db, there.tenant, ids, there.community.root_space_id, "building", "1幢")
    far_house = await make_space(db, there.tenant, ids, far_building, "house", "101")
    owner = await _settle(db, ids, here, house, "王伟", OWNER_PHONE, rules.OWNER, now_ms)
    await _settle(db, ids, here, house, "租客甲", TENANT_PHONE, rules.TENANT, now_ms)
    await _settle(db, ids, there, far_house, "远邻", NEIGHBOUR_PHONE, rules.OWNER, now_ms)
    hashed = await accounts.hash_password("correct horse battery")
    async with db.begin() as tx:
        staff = await accounts.create_account(
            tx, login=STAFF_PHONE, password_hash=hashed, proven=True, name="管家", ids=ids, now_ms=now_ms
        )
        await accounts.grant_role(
            tx, account_id=staff, role=accounts.Role.TENANT_ADMIN, tenant_id=here.tenant.tenant, now_ms=now_ms
        )
    return Village(here, there, unit, house, other, far_house, owner)


@asynccontextmanager
async def _phone(parts: Parts, phone: str, last: int) -> AsyncIterator[Phone]:
    async with Phone(parts, address=f"192.0.2.{last}") as made:
        answer = await made.sign_in(phone)
        assert answer.status_code == 200, answer.text
        yield made


@pytest.fixture
async def owner(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    async with _phone(parts, OWNER_PHONE, 21) as phone:
        yield phone


@pytest.fixture
async def tenant(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    async with _phone(parts, TENANT_PHONE, 22) as phone:
        yield phone


@pytest.fixture
async def neighbour(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    """Lives in another community, of another company."""
    async with _phone(parts, NEIGHBOUR_PHONE, 23) as phone:
        yield phone


@pytest.fixture
async def newcomer(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    """Signed in, and lives nowhere."""
    async with _phone(parts, STRANGER_PHONE, 24) as phone:
        yield phone


@pytest.fixture
async def staff(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    """Administers the company of the first community and lives nowhere."""
    async with _phone(parts, STAFF_PHONE, 25) as phone:
        yield phone


@pytest.fixture
async def nobody(parts: Parts, village: Village) -> AsyncIterator[Phone]:
    async with Phone(parts) as phone:
        yield phone
