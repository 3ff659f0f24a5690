"""An estate for the doors campaign: buildings, residents, doors on the wire, what changes, and what should be."""

import asyncio
import hashlib
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import bindparam, func, select

from linli.app.platform import Platform
from linli.delivery import boards
from linli.delivery.models import desired
from linli.domains.access.models import qr_codes
from linli.domains.access.service import cards, doors, scopes
from linli.domains.access.service import settings as door_settings
from linli.domains.communities.service import spaces
from linli.domains.faces.service import images
from linli.domains.faces.service.consents import Attest
from linli.domains.faces.service.images import ImageWish
from linli.domains.faces.service.pictures import Picture
from linli.domains.faces.service.users import IDENTITY, User
from linli.domains.people.person_rules import MOVED_IN, OWNER
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import bulk
from linli.domains.people.service.persons import person_row
from linli.kernel import outbox
from linli.kernel.db import INT, Query
from linli.kernel.pages import PageRequest
from linli.protocols import door_permissions
from linli.protocols.face_data import AddImage, decode_file
from linli.sim import models
from linli.sim.face_door import SimulatedFaceDoor
from linli.sim.link import Triple
from linli.sync import Backoff
from linli.things.service import devices, products
from tests.campaigns.overload import Memory
from tests.campaigns.site import make_site, settings_of
from tests.real.platform import Installation

CARDS_A_CALL = 200
CONVERGE_SECONDS = 900
FAR_MS = 10 * 365 * 86_400_000
_unsettled = Query(
    select(func.count()).select_from(desired).where(desired.c.next_try_ms.is_not(None)),
    unscoped="a campaign looks at everything",
)
_jobs = Query(
    select(func.count())
    .select_from(outbox.outbox)
    .where(outbox.outbox.c.state == "ready", outbox.outbox.c.due_ms <= bindparam("now", type_=INT)),
    unscoped="a campaign looks at everything",
)
_codes = Query(
    select(qr_codes.c.identity_id, qr_codes.c.qr_code).where(qr_codes.c.source == "home"),
    unscoped="a campaign looks at everything",
)


class Door(SimulatedFaceDoor):
    """Counts what it is sent although it holds it already."""

    doubled = 0
    entries = 0

    async def _download(self, url: str) -> bytes:
        content = await self._get(url)
        file = door_permissions.decode(content)
        for entry, held in (
            *((entry, self.permissions.qr) for entry in file.qr),
            *((entry, self.permissions.cards) for entry in file.cards),
        ):
            self.entries += 1
            self.doubled += held.get(entry.key) == entry.permission  # type: ignore[attr-defined]
        return content

    async def _get(self, url: str) -> bytes:
        content = await super()._get(url)
        if "/door-faces/" in url:
            for event in decode_file(content):
                if isinstance(event, AddImage):
                    self.entries += 1
                    held = self.library.images.get(event.image.person_id)
                    self.doubled += held is not None and (held.md5, held.timestamp_ms) == (
                        event.image.md5, event.image.timestamp_ms,
                    )  # fmt: skip
        return content


@dataclass
class Building:
    space_id: int
    house_id: int
    people: dict[str, int] = field(default_factory=dict)
    """identityId → person id."""


class Estate:
    def __init__(self, folder: Path, database: str, *, scale: float, seed: int) -> None:
        self.installation = Installation(folder / "data", database)
        self.random = random.Random(seed)
        self.people_count = round(20_000 * scale)
        self.gate_count = max(2, round(20 * scale))
        self.unit_count = max(8, round(200 * scale) - self.gate_count)
        self.face_count = round(2_000 * scale)
        self.buildings: list[Building] = []
        self.doors: dict[str, Door] = {}
        self.served: dict[str, set[int]] = {}
        """iotId → indexes of the buildings that its pass scope names."""
        self.gates: list[str] = []
        self.cards: dict[str, set[str]] = {}
        """iotId → cards that should open it."""
        self.faces: dict[str, str] = {}
        """identityId → faceId."""
        self.wrong: list[str] = []
        self.phases: list[dict[str, Any]] = []
        self.backoff: Backoff | None = None
        self._progress: list[int] = []

    # setting up

    async def furnish(self) -> None:
        """Make buildings, people and doors in the database; nothing is served yet."""
        self.site = await make_site(self.installation, houses=0)
        self.platform = await self._open()
        await self._build()
        await self._populate()
        await self._register()

    async def prepare(self) -> None:
        self.client = httpx.AsyncClient(
            trust_env=False, timeout=20, limits=httpx.Limits(max_connections=64), verify=False
        )
        await self.furnish()
        await self.platform.start()
        await asyncio.gather(*(door.start() for door in self.doors.values()))
        await asyncio.gather(*(door.link.wait_online(60) for door in self.doors.values()))
        self.memory = Memory(os.getpid())

    async def _open(self) -> Platform:
        platform = await Platform.open(settings_of(self.installation))
        platform.objects.base_url = self.installation.url
        if self.backoff is not None:
            platform.reconciler._store._backoff = self.backoff
        return platform

    async def close(self) -> None:
        await asyncio.gather(*(door.stop() for door in self.doors.values()))
        await self.platform.stop()
        await self.client.aclose()

    @property
    def owner(self) -> Any:
        return self.site.owner

    def now(self) -> int:
        return self.platform.clock.now_ms()

    async def _build(self) -> None:
        async with self.platform.db.begin() as tx:
            for number in range(self.unit_count):
                building = await self._space(tx, self.site.root_id, "building", f"{number + 2}幢")
                house = await self._space(tx, building, "house", "0101")
                self.buildings.append(Building(building, house))

    async def _space(self, tx: Any, parent: int, kind: str, name: str) -> int:
        return await spaces.create(
            self.owner, tx, parent_id=parent, kind=kind, name=name, direction=None, ids=self.platform.ids,
            now_ms=self.now(),
        )  # fmt: skip

    async def _populate(self) -> None:
        people: list[Person] = []
        ids, arrivals = self.platform.ids, bulk.Arrivals(persons=people)
        for number in range(self.people_count):
            building = self.buildings[number % len(self.buildings)]
            person_id, identity = ids.number(), ids.identity_id()
            row = person_row(
                Profile(name=f"住户{number}"), person_id=person_id, identity_id=identity,
                tenant_id=self.site.tenant_id, now_ms=self.now(),
            )  # fmt: skip
            people.append(Person(**row))
            arrivals.newcomers[person_id] = identity
            arrivals.members.append(bulk.TieState(building.house_id, person_id, identity, OWNER, MOVED_IN))
            building.people[identity] = person_id
        async with self.platform.db.begin() as tx:
            await bulk.move_in_many(
                self.owner, tx, community_id=self.site.community_id, arrivals=arrivals, now_ms=self.now()
            )

    async def _register(self) -> None:
        platform = self.platform
        async with platform.db.begin() as tx:
            product = await products.create_product(
                self.owner,
                tx,
                values=products.ProductValues(name="人脸门禁", tsl=models.tsl("face_door")),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            unit = await products.create_product(
                self.owner,
                tx,
                values=products.ProductValues(name="单元门", tsl=models.tsl("smart_door")),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await door_settings.choose(
                self.owner, tx, community_id=self.site.community_id, provider="样机",
                product_keys=[product.product_key, unit.product_key], service_on=True, freeze_doors=False,
                now_ms=self.now(),
            )  # fmt: skip
        for number in range(self.unit_count + self.gate_count):
            gate = number >= self.unit_count
            key = product.product_key if gate else unit.product_key
            async with platform.db.begin() as tx:
                made = await devices.create_device(
                    self.owner,
                    tx,
                    values=devices.DeviceValues(
                        product_key=key, device_name=f"door-{number}", project_id=self.site.project_id
                    ),
                    ids=platform.ids,
                    secrets=platform.secrets,
                )
                await doors.register_door(
                    self.owner,
                    tx,
                    new=doors.NewDoor(
                        community_id=self.site.community_id, name=f"{number}号门", iot_id=made.iot_id
                    ),
                    keys=platform.door_keys,
                    now_ms=self.now(),
                )
            triple = Triple(key, f"door-{number}", made.device_secret)
            door = Door(triple, "127.0.0.1", self.installation.mqtt_port)
            door.client = self.client
            self.doors[made.iot_id] = door
            self.cards[made.iot_id] = set()
            self.served[made.iot_id] = set()
            if gate:
                self.gates.append(made.iot_id)

    # what changes

    async def serve(self, iot_id: str, buildings: set[int]) -> None:
        async with self.platform.db.begin() as tx:
            await scopes.set_pass_scope(
                self.owner, tx, iot_id=iot_id, group_ids=[], now_ms=self.now(),
                space_ids=[self.buildings[number].space_id for number in sorted(buildings)],
            )  # fmt: skip
        self.served[iot_id] = buildings

    async def give_cards(self, iot_id: str, people: list[str]) -> None:
        for start in range(0, len(people), CARDS_A_CALL):
            some = people[start : start + CARDS_A_CALL]
            wishes = [cards.CardWish(iot_id, f"card-{who[-12:]}", who, self.now() + FAR_MS) for who in some]
            async with self.platform.db.begin() as tx:
                await cards.grant_cards(
                    self.owner, tx, wishes=wishes, keys=self.platform.door_keys, now_ms=self.now()
                )
            self.cards[iot_id] |= {wish.number for wish in wishes}

    async def give_face(self, who: str) -> None:
        content = b"\x89PNG" + who.encode()
        ids = self.platform.ids
        picture = Picture(content, "png", hashlib.md5(content, usedforsecurity=False).hexdigest())
        key = await images.store(self.owner, self.platform.objects, picture, ids)
        async with self.platform.db.begin() as tx:
            saved = await images.save_image(
                self.owner,
                tx,
                user=User("", IDENTITY, who, who),
                wish=ImageWish(source="console"),
                stored=images.StoredPicture(object_key=key, picture=picture),
                attest=Attest(how="on_paper"),
                ids=ids,
                now_ms=self.now(),
            )
        self.faces[who] = saved.face_id

    async def move_out(self, number: int) -> int:
        """Everybody of a building leaves; how many."""
        building = self.buildings[number]
        ties = [
            bulk.TieState(building.house_id, person_id, who, OWNER, MOVED_IN)
            for who, person_id in building.people.items()
        ]
        async with self.platform.db.begin() as tx:
            await bulk.move_out_many(
                self.owner, tx, community_id=self.site.community_id, ties=ties, now_ms=self.now()
            )
        gone = {f"card-{who[-12:]}" for who in building.people}
        for held in self.cards.values():
            held -= gone
        for who in building.people:
            self.faces.pop(who, None)
        count = len(building.people)
        building.people.clear()
        return count

    # what should be

    async def compare(self, phase: str) -> None:
        """Every door, set by set."""
        codes = dict(await _codes.all(self.platform.db))
        for iot_id, door in self.doors.items():
            people = [who for number in self.served[iot_id] for who in self.buildings[number].people]
            wanted_codes = {codes[who] for who in people if who in codes}
            if any(who not in codes for who in people):
                self.wrong.append(f"{phase}: somebody has no key")
            self._same(phase, door, "QR codes", set(door.permissions.qr), wanted_codes)
            self._same(phase, door, "cards", set(door.permissions.cards), self.cards[iot_id])
            if iot_id in self.gates:
                faces = {self.faces[who] for who in people if who in self.faces}
                self._same(phase, door, "faces", set(door.library.faces), faces)
                self._same(phase, door, "users", set(door.library.users), faces)
        del self.wrong[20:]

    def _same(self, phase: str, door: Door, what: str, held: set[str], wanted: set[str]) -> None:
        if held != wanted:
            name = door.link.triple.device_name
            self.wrong.append(
                f"{phase}: {name} lacks {len(wanted - held)} and has {len(held - wanted)} {what} too many"
            )

    def mark(self) -> tuple[float, int, int]:
        """Where a phase begins: time, entries sent twice, entries sent. Progress is looked at from here on."""
        doors = self.doors.values()
        self._progress = []
        self._watching = asyncio.create_task(self._watch())
        return time.monotonic(), sum(door.doubled for door in doors), sum(door.entries for door in doors)

    async def _watch(self) -> None:
        """What the board tells while it changes: how much is outstanding."""
        while True:
            page = await boards.boards(
                self.owner, self.platform.db, page=PageRequest(1, 500), community_id=self.site.community_id
            )
            self._progress.append(sum(row.cannot + row.should_not for row in page.data))
            self.memory.sample()
            await asyncio.sleep(0.3 if len(self.doors) < 50 else 2)

    async def settle(self, phase: str, mark: tuple[float, int, int], *, doubles: bool = False) -> None:
        """Wait until nothing is due, then compare; seconds, progress and memory of the phase."""
        began, before, sent = mark
        calm = 0
        while calm < 3 and time.monotonic() - began < CONVERGE_SECONDS:
            jobs = int(await _jobs.scalar(self.platform.db, now=self.now()))
            due = int(await _unsettled.scalar(self.platform.db))
            calm = calm + 1 if not jobs and not due else 0
            await asyncio.sleep(0.3)
        self._watching.cancel()
        seconds = time.monotonic() - began
        if calm < 3:
            self.wrong.append(f"{phase}: did not converge")
        await self.compare(phase)
        doubled = sum(door.doubled for door in self.doors.values()) - before
        if doubled and not doubles:
            self.wrong.append(f"{phase}: {doubled} entries were sent to doors that had confirmed them")
        self.phases.append(
            {
                "phase": phase,
                "seconds": round(seconds, 1),
                "entries": sum(door.entries for door in self.doors.values()) - sent,
                "doubled": doubled,
                "most_outstanding": max(self._progress, default=0),
                "progress_samples": len(set(self._progress)),
            }
        )
