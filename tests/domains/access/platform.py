"""The platform with doors, in one process on real sockets: signed calls in, MQTT to doors, files over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linli.app.files import Files
from linli.databus import openapi as databus_api
from linli.databus.scopes import register_community
from linli.delivery import handlers as delivery_handlers
from linli.delivery.expansion import Expansion
from linli.delivery.ports import Carriers
from linli.delivery.reconciler import Reconciler
from linli.domains.access import openapi as access_api
from linli.domains.access.room import AccessRoom
from linli.domains.access.service import doors
from linli.domains.access.service.keys import DoorKeys
from linli.domains.communities.queries.zones import CommunityZones
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.service.uploads import SavedFaces
from linli.domains.elevators import openapi as elevators_api
from linli.domains.elevators import room as elevators_room
from linli.domains.faces import openapi as faces_api
from linli.domains.faces.ports import DevicePlaces
from linli.domains.faces.room import FaceEngineRoom, FacesRoom
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.faces.service.search import FaceSearch
from linli.domains.intercom import openapi as intercom_api
from linli.domains.intercom import room as intercom_room
from linli.domains.intercom.places import sip_address_if_on
from linli.domains.intercom.room import IntercomDoors
from linli.domains.intercom.service.derived import Derivation
from linli.domains.overview.queries import MapPlaces
from linli.domains.parking import openapi as parking_api
from linli.domains.parking import room as parking_room
from linli.domains.people import openapi as people_api
from linli.domains.people.ports import FaceUploads, Houses
from linli.domains.people.service import codes
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.kernel.http import HttpServer
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from linli.sync import Backoff
from linli.things.downlink.invoker import Invoker
from linli.things.openapi import devices as things_devices
from linli.things.openapi import services as things_services
from linli.things.room import Things
from linli.things.serials.service import SerialNumberEntry, list_serial_numbers
from linli.things.service import devices, products
from linli.vision.engine.local import NoEngine
from linli.vision.plates.engine import PlateEngine, Plates
from tests.domains.access.conftest import TSL
from tests.openapi.house import Partner, Platform

LOOPBACK = "127.0.0.1"


@dataclass(kw_only=True)
class AccessPlatform(Platform):
    folder: Path
    backoff: Backoff | None = None
    plates: Plates | None = None
    doors: list[SimulatedDoor] = field(default_factory=list)
    _numbers: int = 0

    async def start(self) -> None:
        self.store = ObjectStore(self.folder, b"s" * 32, "", self.clock)
        self.keys = DoorKeys(self.secrets)
        self.db.zones = CommunityZones()
        self.things = Things(self.db, self.clock, self.ids, self.secrets)
        carriers, jobs = Carriers(), Jobs()
        self.jobs = jobs
        self.faces = FacesRoom(self.db, self.store, self.ids, self.clock)
        room = AccessRoom(self.db, self.clock, self.ids, self.keys, self.faces.owners)
        self.things.handlers.on_status(delivery_handlers.device_status)
        room.register_messages(self.things.handlers)
        room.register_events()
        room.register_devices(carriers, jobs, invoker=self.things.invoker, objects=self.store)
        IntercomDoors(self.db, self.clock, self.ids, self.secrets).register_devices(
            carriers, jobs, self.things.handlers, invoker=self.things.invoker, objects=self.store
        )
        self.intercom = Derivation(self.db, self.ids, self.secrets, sip_address_if_on(self.settings))
        intercom_room.register_derivation(self.db.handlers, self.intercom)
        engine = FaceEngineRoom(self.db, self.store, NoEngine("no models"))
        engine.register(jobs)
        self.face_search = engine.search
        self.faces.register_events(jobs)
        self.faces.register_devices(
            carriers, jobs, self.things.handlers, invoker=self.things.invoker, secrets=self.secrets
        )
        self.things.invoker.guards.append(elevators_room.guard(self.db))
        elevators_room.register_devices(
            self.db, self.clock, self.ids, jobs, self.things.handlers, invoker=self.things.invoker
        )
        parking_room.register(self.db.handlers)
        self.plate_readings = parking_room.ParkingDevices(self.db, self.clock, self.ids, self.secrets).register(
            carriers, jobs, self.things.handlers, invoker=self.things.invoker, objects=self.store,
            plates=self.plates or PlateEngine(self.folder),
        )  # fmt: skip
        Expansion(self.db, carriers).register(jobs)
        codes.register(jobs, OutboxSms(self.db, self.secrets, self.ids), self.secrets, self.clock)
        self.worker = Worker(self.db, self.clock, jobs, grace_seconds=1)  # an opening waits for 20 s
        self.reconciler = Reconciler(self.db, self.clock, carriers, backoff=self.backoff)
        registry = Registry()
        registry.add(
            token_methods, access_api, faces_api, intercom_api, people_api, databus_api, elevators_api,
            parking_api,            things_devices, things_services,
        )  # fmt: skip
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=self.settings,
            services={
                TokenTargets: self.targets, DoorKeys: self.keys, ObjectStore: self.store,
                Fetcher: Fetcher(self.store, allow_private=False), DevicePlaces: MapPlaces(),
                FaceUploads: SavedFaces(self.store), Houses: SpaceHouses(), FaceSearch: engine.search,
                Secrets: self.secrets, Settings: self.settings, Invoker: self.things.invoker,
            },
        )  # fmt: skip
        await self.api.start()
        files = Files(self.store, self.db)

        async def route(scope: Any, receive: Any, send: Any) -> None:
            app = files if scope["path"].startswith("/files/") else self.api.gateway
            await app(scope, receive, send)

        self.server = HttpServer(route)
        await self.server.start()
        self.store.base_url = self.url
        await self.things.start()
        loop = asyncio.get_running_loop()
        self.mqtt = await loop.create_server(self.things.front.connection, LOOPBACK, 0)
        await self.worker.start()
        await self.reconciler.start()

    async def stop(self, *, in_order: bool = True) -> None:
        for door in self.doors:
            await door.stop()
        await self.reconciler.stop()
        await self.worker.stop()
        self.mqtt.close()
        await self.things.stop()
        await super().stop(in_order=in_order)

    @property
    def mqtt_port(self) -> int:
        return int(self.mqtt.sockets[0].getsockname()[1])

    async def new_community(self, partner: Partner, number: int) -> None:
        """A community of the partner whose records have a scope id; granted when the partner was made."""
        async with self.db.begin() as tx:
            await register_community(
                tx, tenant_id=partner.tenant_id, community_id=number, scope_id=self.ids.scope_id()
            )

    async def new_product(self, partner: Partner, tsl: str = TSL) -> str:
        async with self.db.begin() as tx:
            made = await products.create_product(
                partner.owner,
                tx,
                values=products.ProductValues(name="门", tsl=tsl),
                ids=self.ids,
                secrets=self.secrets,
            )
        return made.product_key

    async def new_door(
        self,
        partner: Partner,
        product_key: str,
        *,
        community_id: int = 1,
        online: bool = True,
        kind: type[SimulatedDoor] | None = None,
    ) -> tuple[str, SimulatedDoor]:
        """(iotId, the door): registered by its serial number, and connected over MQTT unless `online` is False."""
        self._numbers += 1
        name, sn = f"door-{self._numbers}", f"SN{self._numbers:06}"
        async with self.db.begin() as tx:
            made = await devices.create_device(
                partner.owner,
                tx,
                values=devices.DeviceValues(product_key=product_key, device_name=name),
                ids=self.ids,
                secrets=self.secrets,
            )
            entry = SerialNumberEntry(sn, product_key, name)
            now = self.clock.now_ms()
            await list_serial_numbers(partner.owner, tx, entries=[entry], now_ms=now)
            door = await doors.register_door(
                partner.owner,
                tx,
                new=doors.NewDoor(community_id=community_id, name=f"{self._numbers}号门", sn=sn),
                keys=self.keys,
                now_ms=now,
            )
        triple = Triple(product_key, name, made.device_secret)
        simulated = (kind or SimulatedDoor)(triple, LOOPBACK, self.mqtt_port, now_ms=self.clock.now_ms)
        self.doors.append(simulated)
        if online:
            await simulated.start()
            await simulated.link.wait_online()
        return door.iot_id, simulated


async def until(met: Callable[[], object] | Callable[[], Awaitable[object]], seconds: float = 30) -> None:
    """Return once `met()` is true; fail when it does not become so."""
    async with asyncio.timeout(seconds):
        while True:
            found = met()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)
