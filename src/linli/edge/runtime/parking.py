"""Parking as a component of the box (边缘通行服务-车行版): set up by the cloud or a file, with its port."""

import asyncio
import hashlib
import ipaddress
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from linli.edge import components
from linli.edge.cloud import CloudCaller, Identity
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.parking.local_system import LocalSystem, read_system
from linli.edge.parking.methods import MODEL
from linli.edge.parking.passes import Sighting
from linli.edge.parking.pay_screens import PAY_CODES, RECEIPTS, PayScreens
from linli.edge.parking.ports import OPERATE_GATE, CallsDevices
from linli.edge.parking.room import ParkingRoom
from linli.edge.runtime.components import Params, Part, PartFailed, named
from linli.edge.runtime.downlink import AnswersApp
from linli.edge.runtime.lan import Ports
from linli.edge.runtime.lift_fires import FIRE
from linli.edge.runtime.parking_rules import ParkingRulesLink
from linli.edge.runtime.parking_uplink import ParkingUplink
from linli.edge.services.files import FileStore
from linli.edge.services.parking_port import ParkingPort
from linli.edge.store import Store
from linli.kernel.clock import Clock
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import Deployment
from linli.protocols.parking_site import Site, SiteBad, read_site
from linli.rules.pay_codes import nonce_of_receipt
from linli.rules.schedules import zone_named

SPACES: Final = "/reportSpaceState"
"""On the port of the parking service: what a guidance system tells."""
READING: Final = "IntelligentAlarm"
FILE: Final = "parking.json"
"""In the box's folder: the site, where the cloud's parameters have none."""


class Parking:
    """`room` answers and decides; it knows no lot while the component does not run."""

    def __init__(
        self,
        home: Path,
        identity: Identity,
        store: Store,
        cloud: CloudCaller,
        clock: Clock,
        ids: Ids,
        logs: DeviceLogs,
    ) -> None:
        self._home = home
        self._log = logs.of("parking")
        secret = identity.activated.device.device_secret.encode()
        secrets = Secrets([hashlib.sha256(b"parking " + secret).digest()])
        self.room = ParkingRoom(store, clock, ids, self._log, secrets)
        self._uplink = ParkingUplink(self.room, store, cloud, clock, ids, self._log)
        self.rules = ParkingRulesLink(self.room, cloud, clock, self._log)
        self.runs_apart: Callable[[str], bool] = lambda device: False
        """Whether the driver of a device is a vendor's (`Supervisor.runs_apart`)."""
        self._port: ParkingPort | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def running(self) -> bool:
        return bool(self._tasks)

    @property
    def port(self) -> int:
        """0: it is not served."""
        return self._port.port if self._port is not None else 0

    def connect(self, call: CallsDevices, files: FileStore | None) -> None:
        """Before the start: how lanes' devices are reached, and where pictures are kept."""
        self.room.call, self.room.pictures.files, self._uplink.files = call, files, files

    def part(self, ports: Ports) -> Part:
        async def start(params: Params) -> None:
            await self._start(params, ports)

        return Part(components.PASSAGE_VEHICLE, named(components.PASSAGE_VEHICLE), start, self.stop)

    def deployed(self, deployment: Deployment) -> None:
        """The site's clock is its community's."""
        try:
            self.room.zone = zone_named(deployment.community.zone)
        except ValueError as error:
            self._log.error("the site's time zone is not known", why=str(error))

    def on_report(self, kind: str, device: str, name: str, values: Mapping[str, Any], at_ms: int) -> None:
        """Reports of the box's devices: any of them may tell of a fire. Never blocks."""
        if kind != "event" or not self.running:
            return
        if name == FIRE:
            self.room.spawn(self.room.alarm(device))
        elif receipt := _receipt_in(values):
            self.room.spawn(self._receipt(device, receipt))
        elif name == READING and device in self.room.site.devices and self._is_apart(device):
            self.room.spawn(self._vendors_car(device, values))

    def _is_apart(self, device: str) -> bool:
        try:
            return self.runs_apart(device)
        except LinliError:  # stopped meanwhile
            return False

    async def _vendors_car(self, device: str, values: Mapping[str, Any]) -> None:
        """A vendor's driver tells of a car and cannot ask: the box decides, and has it open by its service."""
        plate, picture = values.get("plateNumber"), values.get("carImageKey")
        sighting = Sighting(
            plate=plate if isinstance(plate, str) else "", picture=picture if isinstance(picture, str) else ""
        )
        try:
            outcome = await self.room.seen(device, sighting)
            if outcome.open and self.room.call is not None:
                await self.room.call(device, OPERATE_GATE, {"command": "open"})
        except LinliError as error:
            self._log.error("a car at a vendor's lane is not served", device=device, why=str(error))

    async def _receipt(self, device: str, receipt: str) -> None:
        """A lane's camera or scanner read the QR code on a driver's phone."""
        place = self.room.site.devices.get(device)
        if place is None:
            return
        try:
            await self.room.take_receipt(place[1].barrier_id, receipt)
        except LinliError as error:
            self._log.warning("a receipt that a device read is refused", device=device, why=error.code)

    def before(self, others: AnswersApp) -> AnswersApp:
        """Calls of the parking model are answered here; all others by the applications on the LAN."""

        async def answer(model: str, method: str, envelope: bytes) -> bytes:
            if model == MODEL and self.running:
                return await self.room.answer(model, method, envelope)
            return await others(model, method, envelope)

        return answer

    async def _start(self, params: Params, ports: Ports) -> None:
        """Raises PartFailed, OSError."""
        site = self._site(params)
        local = _system(params)
        port = ParkingPort(
            self.room.answer,
            host=ports.host,
            port=ports.parking,
            log=self._log,
            callers=[*_addresses(params.get("callers", "")), *([local.host] if local is not None else [])],
        )
        port.pushes[SPACES] = self.room.take_space
        lane_screens = PayScreens(self.room)
        port.pushes[RECEIPTS], port.pushes[PAY_CODES] = lane_screens.receipt, lane_screens.code
        for path in local.pushes if local is not None else ():
            port.pushes[path] = partial(self.room.take_push, path)
        await port.start()
        self.room.local = local
        self._port, self.room.site = port, site
        await self.room.start()
        for work in (self.room.run, self.room.fires.run, self.rules.run, self._uplink.run):
            self._tasks.append(asyncio.create_task(work(), name="parking"))

    async def stop(self) -> None:
        tasks, self._tasks = self._tasks, []
        await end_tasks(*tasks)
        port, self._port = self._port, None
        if port is not None:
            await port.stop()
        await self.room.stop()
        self.room.site = Site()
        local, self.room.local = self.room.local, None
        if local is not None:
            await local.close()

    def _site(self, params: Mapping[str, Any]) -> Site:
        document: Any = params.get("site") or None
        if document is None:
            try:
                document = (self._home / FILE).read_bytes()
            except FileNotFoundError:
                return Site()
            except OSError as error:
                raise PartFailed(f"{FILE}: {error}") from None
        try:
            return read_site(document)
        except SiteBad as error:
            raise PartFailed(f"the car parks cannot be read: {error}") from None


def _receipt_in(values: Mapping[str, Any]) -> str:
    """The field's name is the device's own."""
    texts = (value for value in values.values() if isinstance(value, str))
    return next((text for text in texts if nonce_of_receipt(text)), "")


def _system(params: Mapping[str, Any]) -> LocalSystem | None:
    """Raises PartFailed."""
    document = params.get("system")
    if not document:
        return None
    try:
        return read_system(document)
    except ValueError as error:
        raise PartFailed(str(error)) from None


def _addresses(text: object) -> list[str]:
    """Raises PartFailed."""
    wanted = [address.strip() for address in str(text or "").replace("，", ",").split(",") if address.strip()]
    for address in wanted:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise PartFailed(f"callers: {address} is no IP address") from None
    return wanted
