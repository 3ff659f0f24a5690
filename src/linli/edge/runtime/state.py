"""How the box is, for its own page: before activation, and as it runs. Implements `services.ports.BoxState`."""

import asyncio
from pathlib import Path

from linli import __version__
from linli.edge.cloud import BoxClock, Identity, activate, hardware_id, save_identity
from linli.edge.cloud.identity import default_serial
from linli.edge.doors.peers import Peers
from linli.edge.framework.discovery import OWN, discover
from linli.edge.runtime.deployer import Deployer
from linli.edge.runtime.line import Line
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.reports import Reports
from linli.edge.runtime.status import Status
from linli.edge.services.keeping.facts import model_of
from linli.edge.services.ports import DeviceView, DriverView, RefusedDriver, StrangerView, Summary
from linli.kernel.clock import Clock
from linli.kernel.errors import Conflict
from linli.kernel.ids import Ids
from linli.protocols.edge_bus import ListedDevice, ListedGateway
from linli.protocols.edge_link import DeviceKey


class ActiveAlready(Conflict):
    code = "edge.active_already"


class Inactive:
    """A box without identity: it can be given one."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._started_ms = clock.now_ms()
        self.identity: asyncio.Future[Identity] = asyncio.get_running_loop().create_future()

    def summary(self) -> Summary:
        return Summary(
            active=False,
            serial_number=default_serial(self._home),
            model=model_of(self._home),
            version=__version__,
            now_ms=self._clock.now_ms(),
            started_ms=self._started_ms,
        )

    def devices(self) -> list[DeviceView]:
        return []

    def strangers(self) -> list[StrangerView]:
        return []

    def settle(self, device: str, peer: str, *, confirm: bool) -> bool:
        return False

    async def activate(self, *, cloud: str, serial: str, code: str) -> None:
        if self.identity.done():
            raise ActiveAlready
        identity = await activate(
            cloud,
            serial=serial or default_serial(self._home),
            code=code,
            hardware=hardware_id(self._home),
            clock=self._clock if isinstance(self._clock, BoxClock) else BoxClock(),
            ids=Ids(),
            report=_quiet,
            tries=1,
        )
        save_identity(self._home, identity)
        if not self.identity.done():
            self.identity.set_result(identity)


def _quiet(text: str) -> None:
    """The page shows how it ends."""


class Running:
    """An active box; `device` is its own."""

    def __init__(
        self,
        home: Path,
        device: DeviceKey,
        status: Status,
        deployer: Deployer,
        presence: Presence,
        reports: Reports,
        peers: Peers,
        line: Line,
    ) -> None:
        self._home = home
        self._device = device
        self._status = status
        self._deployer = deployer
        self._presence = presence
        self._reports = reports
        self._peers = peers
        self._line = line
        self._started_ms: int = status()["time"]

    def summary(self) -> Summary:
        status, names = self._status(), _protocols()
        return Summary(
            active=True,
            serial_number=status["serialNumber"],
            model=model_of(self._home),
            version=__version__,
            now_ms=status["time"],
            started_ms=self._started_ms,
            clock_offset_ms=status["clockOffsetMs"],
            node_id=status["node"]["id"],
            node_name=status["node"]["name"],
            cloud=status["cloud"]["baseUrl"],
            line_up=status["cloud"]["line"] == "up",
            line_why=status["cloud"]["why"],
            generation=status["generation"],
            backlog=max(0, status["uplink"]["backlog"]),
            sent=status["uplink"]["sent"],
            drivers=[
                DriverView(
                    id=driver["id"],
                    protocol=names.get(driver["id"], driver["id"]),
                    version=driver["version"],
                    state=driver["state"],
                    devices=driver["devices"],
                    online=driver["online"],
                    crashes=driver["restarts"],
                    why=driver["why"],
                )
                for driver in status["drivers"]
            ],
            unchecked=status["protection"]["uncheckedListeners"],
            unconfined=status["protection"]["unconfinedDrivers"],
            refused_drivers=[RefusedDriver(**driver) for driver in status["refusedDrivers"]],
            gateway=status["gateway"],
            community=status["community"],
            zone=status["zone"],
            driver_root=status["driverRoot"],
        )

    def devices(self) -> list[DeviceView]:
        current, presence, names = self._deployer.current, self._presence, _protocols()
        return [
            DeviceView(
                product_key=device.product_key,
                name=device.device_name,
                alias=device.alias,
                driver=driver.id,
                protocol=names.get(driver.id, driver.id),
                address=str(device.custom.get("ip") or ""),
                online=device.device_name in presence.online,
                refused=presence.refused.get(device.device_name, ""),
                seen_ms=max(
                    (at for _, at in self._reports.values.get(device.device_name, {}).values()), default=0
                ),
            )
            for driver in (current.drivers if current is not None else [])
            for device in driver.devices
        ]

    def strangers(self) -> list[StrangerView]:
        return [
            StrangerView(
                stranger.device,
                stranger.ip,
                stranger.peer,
                stranger.outcome,
                stranger.first_ms,
                stranger.last_ms,
                stranger.count,
            )
            for stranger in reversed(self._peers.strangers)
        ]

    def settle(self, device: str, peer: str, *, confirm: bool) -> bool:
        return self._peers.settle(device, peer, confirm=confirm)

    async def activate(self, *, cloud: str, serial: str, code: str) -> None:
        raise ActiveAlready

    def listed(self) -> ListedGateway:
        """For the edge bus: the devices, and the app that reaches each of them."""
        up = self._line.up
        return ListedGateway(
            product_key=self._device.product_key,
            device_name=self._device.device_name,
            devices=[
                ListedDevice(
                    product_key=device.product_key,
                    device_name=device.name,
                    nick_name=device.alias,
                    local_online=device.online,
                    cloud_online=up and device.name in self._presence.inside,
                    activation="notActivated" if device.refused else "activated",
                    tags={},
                )
                for device in self.devices()
            ],
        )


_NAMES: dict[str, str] = {}


def _protocols() -> dict[str, str]:
    """Protocol by driver, as people choose it; read once."""
    if not _NAMES:
        drivers, _ = discover((OWN,))
        _NAMES.update({name: driver.manifest.protocol for name, driver in drivers.items()})
    return _NAMES
