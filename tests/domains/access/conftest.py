"""Two communities of one tenant with doors in memory, and the access room wired as a process wires it."""

import random
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from linli.databus.scopes import register_community
from linli.delivery import handlers as delivery_handlers
from linli.delivery.expansion import Expansion
from linli.delivery.ports import Carriers
from linli.delivery.queries import find_row
from linli.delivery.reconciler import Reconciler
from linli.domains.access.room import AccessRoom
from linli.domains.access.rows import Door
from linli.domains.access.service import doors as door_service
from linli.domains.access.service import persons, qr
from linli.domains.access.service.keys import DoorKeys
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.things.fleet import DeviceEntry, ProductEntry
from linli.things.inbox.handlers import InboxHandlers
from linli.things.inbox.messages import Message
from linli.things.queries.devices import get_device
from linli.things.service import devices, products
from linli.tsl import compile_model, parse_json
from tests.domains.access.little_door import LittleDoor, LittleDoors

TSL = (resources.files("linli.sim") / "models" / "smart_door.json").read_text()
PERSON = "50acopfd3a94900494085ed2699e052432c34452"


@dataclass
class Site:
    """`app` is the project's caller on both communities; `here(1)` narrows it as a cloudToken does."""

    db: Database
    clock: ManualClock
    ids: Ids
    secrets: Secrets
    objects: ObjectStore
    app: Scope
    tenant: Scope
    product_key: str

    def __post_init__(self) -> None:
        self.keys = DoorKeys(self.secrets, random_bits=random.Random(5).getrandbits)
        self.doors = LittleDoors(self.objects)
        self.carriers, self.jobs, self.inbox = Carriers(), Jobs(), InboxHandlers()
        room = AccessRoom(self.db, self.clock, self.ids, self.keys)
        self.inbox.on_status(delivery_handlers.device_status)
        room.register_messages(self.inbox)
        room.register_events()
        room.register_devices(self.carriers, self.jobs, invoker=self.doors, objects=self.objects)
        Expansion(self.db, self.carriers).register(self.jobs)
        self.outbox = Worker(self.db, self.clock, self.jobs)
        self.reconciler = Reconciler(self.db, self.clock, self.carriers)
        self._seq = 0

    @property
    def now(self) -> int:
        return self.clock.now_ms()

    def here(self, community_id: int = 1) -> Scope:
        return self.app.narrowed(community_id)

    async def new_device(self, name: str, *, community_id: int | None = None) -> str:
        async with self.db.begin() as tx:
            made = await devices.create_device(
                self.tenant,
                tx,
                values=devices.DeviceValues(
                    product_key=self.product_key, device_name=name, project_id=self.app.project_id
                ),
                ids=self.ids,
                secrets=self.secrets,
            )
            if community_id is not None:
                await devices.assign_community(self.tenant, tx, iot_id=made.iot_id, community_id=community_id)
        self.doors.doors[made.iot_id] = LittleDoor(self.clock)
        return made.iot_id

    async def new_door(self, name: str, *, community_id: int = 1, direction: str = "ENTRANCE") -> Door:
        self._seq += 1
        iot_id = await self.new_device(f"door-{self._seq}")
        async with self.db.begin() as tx:
            return await door_service.register_door(
                self.app,
                tx,
                new=door_service.NewDoor(
                    community_id=community_id,
                    name=name,
                    direction=direction,
                    iot_id=iot_id,
                    ext_info='{"gate":"north"}',
                ),
                keys=self.keys,
                now_ms=self.now,
            )

    def door(self, iot_id: str) -> LittleDoor:
        return self.doors.doors[iot_id]

    async def work(self) -> None:
        """Everything that is due: jobs, then devices."""
        while await self.outbox.run_once() + await self.reconciler.run_once():
            pass

    async def person(self, identity_id: str = PERSON, name: str = "王先生") -> str:
        async with self.db.begin() as tx:
            await persons.save_person(
                self.app, tx, identity_id=identity_id, name=name, ext_info="{}", now_ms=self.now
            )
        return identity_id

    async def code_on(self, *iot_ids: str, hours: int = 24, **right: Any) -> str:
        """A code of the person that opens the doors from now on."""
        await self.person()
        async with self.db.begin() as tx:
            code = await qr.generate_code(
                self.app, tx, identity_id=PERSON, length=None, ids=self.ids, now_ms=self.now
            )
            results = await self._bind(tx, code, iot_ids, hours, right)
        assert all(result.error is None for result in results)
        return code

    async def bind(self, code: str, *iot_ids: str, hours: int = 24, **right: Any) -> list[qr.DoorResult]:
        async with self.db.begin() as tx:
            return await self._bind(tx, code, iot_ids, hours, right)

    async def _bind(
        self, tx: Any, code: str, iot_ids: tuple[str, ...], hours: int, right: dict[str, Any]
    ) -> list[qr.DoorResult]:
        window = {"starts_ms": self.now, "ends_ms": self.now + hours * 3_600_000}
        return await qr.bind_code(
            self.app, tx, qr_code=code, identity_id=PERSON, iot_ids=list(iot_ids),
            right=qr.QrRight(**(window | right)), keys=self.keys, now_ms=self.now,
        )  # fmt: skip

    async def picture(self, code: str, *, minutes: int = 10, community_id: int | None = 1) -> str:
        async with self.db.begin() as tx:
            return await qr.encrypt_code(
                self.app, tx, qr_code=code, identity_id=PERSON, expires_ms=self.now + minutes * 60_000,
                community_id=community_id, keys=self.keys, now_ms=self.now,
            )  # fmt: skip

    async def tell(self, iot_id: str, kind: Any, identifier: str, values: Any) -> None:
        """One message of a device through the inbox handlers, as the inbox runs them."""
        device = await get_device(self.tenant, self.db, iot_id=iot_id)
        product = ProductEntry(
            device.product_no, device.product_key, device.tenant_id, device.product_name, 0, "", False,
            compile_model(parse_json(TSL), {}),
        )  # fmt: skip
        entry = DeviceEntry(
            device.device_no, iot_id, device.tenant_id, product, device.device_name, "", device.project_id,
            device.community_id, True,
        )  # fmt: skip
        self._seq += 1
        message = Message(self._seq, entry, kind, identifier, values, self.now, self.now, b"")
        async with self.db.begin() as tx:
            for handler in self.inbox.of(message):
                await handler(tx, message)

    async def scan(self, iot_id: str, picture: str) -> int:
        """Show a picture to a door and let it report; the pass code."""
        decision, event = self.door(iot_id).scan(picture)
        await self.tell(iot_id, "event", "passEvent", event)
        return int(decision.code)

    async def status(self, iot_id: str, kind: str, credential: str) -> str:
        row = await find_row(self.db, device=iot_id, kind=kind, credential=credential)
        return row.status if row is not None else ""


@pytest.fixture
async def site(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> Site:
    database.clock = clock
    secrets = Secrets.random()
    async with database.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="物业", ids=ids)
        tenant = Scope.system(tenant_id)
        project_id = await tenancy.create_project(tenant, tx, name="app", ids=ids)
        product = await products.create_product(
            tenant, tx, values=products.ProductValues(name="门", tsl=TSL), ids=ids, secrets=secrets
        )
        for community_id in (1, 2):
            await register_community(
                tx, tenant_id=tenant_id, community_id=community_id, scope_id=ids.scope_id()
            )
    return Site(
        db=database,
        clock=clock,
        ids=ids,
        secrets=secrets,
        objects=ObjectStore(tmp_path / "objects", b"s" * 32, "http://127.0.0.1:1", clock),
        app=Scope(tenant_id, Caller("app", "30239797"), frozenset({1, 2}), project_id),
        tenant=tenant,
        product_key=product.product_key,
    )
