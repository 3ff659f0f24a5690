"""Keeps drivers running, each alone: a driver that crashes, hangs or cannot start does not disturb the others.

A crashed driver is stopped and built again after a wait that doubles up to a minute. All drivers here share the
process; each has its own tasks, start and stop. A driver that blocks the loop blocks all, so foreign drivers run in a
process of their own (ADR 0065).
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple, cast

from linli.edge.framework.contract import Device, Driver, DriverContext, Things
from linli.edge.framework.device_logs import DeviceLog, DeviceLogs
from linli.edge.framework.discovery import Installed
from linli.edge.framework.errors import ConfigBad, DeviceUnknown, DriverFailed
from linli.edge.framework.forms import DriverConfig, read_config
from linli.edge.framework.proprietary import NEEDS_PACKAGE
from linli.edge.framework.shared import Shared
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.sync import Backoff

log = logger(__name__)

BACKOFF: Final = Backoff(first_ms=1000, factor=2.0, longest_ms=60_000, retries=2**31)
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
STEADY_MS: Final = 300_000
"""A driver that ran this long before it crashed begins again with a short wait."""


class State(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """Crashed; will be started again."""


class DeviceEntry(NamedTuple):
    """One element of a deployed device list (spec G 9.4)."""

    product_key: str
    device_name: str
    custom: Mapping[str, Any]


class Deployment(NamedTuple):
    """The configuration for a driver, as it was given."""

    driver: str
    config: Mapping[str, Any]
    devices: tuple[DeviceEntry, ...]


class Status(NamedTuple):
    driver: str
    version: str
    state: State
    devices: tuple[str, ...]
    crashes: int
    """In a row."""
    why: str
    """The reason of the last crash, or of its waiting; empty when it runs well."""
    next_start_ms: int | None


class _Slot:
    """One deployed driver."""

    def __init__(self, installed: Installed, deployment: Deployment) -> None:
        self.installed = installed
        self.deployment = deployment
        self.config = read_config(installed.config, deployment.config, where="config")
        self.devices = tuple(
            Device(
                device_entry.product_key,
                device_entry.device_name,
                read_config(installed.device, device_entry.custom, where=device_entry.device_name),
            )
            for device_entry in deployment.devices
        )
        names = [device.name for device in self.devices]
        for name in names:
            if names.count(name) > 1:
                raise ConfigBad(field=name, rule="DeviceName is there twice")
        self.state = State.STOPPED
        self.crashes = 0
        self.why = ""
        self.next_start_ms: int | None = None
        self.driver: Driver | None = None
        self.keeper: asyncio.Task[None] | None = None
        self.settled = asyncio.Event()
        """Set once a start has ended, well or not."""


class Supervisor:
    """The drivers of one box."""

    def __init__(
        self,
        installed: Mapping[str, Installed],
        *,
        things: Things,
        clock: Clock,
        ids: Ids,
        logs: DeviceLogs,
        services: Mapping[type, object] | None = None,
        backoff: Backoff = BACKOFF,
    ) -> None:
        self._installed = dict(installed)
        self._things = things
        self._clock = clock
        self._ids = ids
        self._logs = logs
        self._services = services or {}
        self._backoff = backoff
        self._shared = Shared()
        self._slots: dict[str, _Slot] = {}

    # deploying

    async def deploy(self, deployment: Deployment) -> bool:
        """Run a driver with a configuration; whether anything changed and it was therefore started again.

        All is checked before anything stops. Raises ConfigBad, DriverFailed.
        """
        installed = self._installed.get(deployment.driver)
        if installed is None:
            raise DriverFailed(driver=deployment.driver, why="it is not installed")
        current = self._slots.get(deployment.driver)
        if current is not None and current.deployment == deployment and current.installed is installed:
            return False
        slot = _Slot(installed, deployment)
        self._check_names(slot)
        if current is not None:
            await self._stop(current)
        self._slots[deployment.driver] = slot
        await self._start(slot)
        return True

    async def replace(self, installed: Installed) -> None:
        """Take another version of a driver and run it with what is deployed (hot replacement). Raises ConfigBad."""
        name = installed.manifest.id
        current = self._slots.get(name)
        slot = _Slot(installed, current.deployment) if current is not None else None
        self._installed[name] = installed
        if current is not None and slot is not None:
            running = current.keeper is not None
            await self._stop(current)
            self._slots[name] = slot
            if running:
                await self._start(slot)

    async def remove(self, driver: str) -> None:
        await self._stop(self._slot(driver))
        del self._slots[driver]

    def _check_names(self, slot: _Slot) -> None:
        others = {
            device.name
            for name, other in self._slots.items()
            if name != slot.deployment.driver
            for device in other.devices
        }
        for device in slot.devices:
            if device.name in others:
                raise ConfigBad(field=device.name, rule="another driver has a device of this name")

    # running

    async def start(self, driver: str) -> None:
        """Start a stopped driver, or try a crashed one at once. Returns when it runs, or has failed to."""
        slot = self._slot(driver)
        if slot.state in (State.STOPPED, State.WAITING):
            await self._stop(slot)
            await self._start(slot)

    async def stop(self, driver: str) -> None:
        await self._stop(self._slot(driver))

    async def restart(self, driver: str) -> None:
        slot = self._slot(driver)
        await self._stop(slot)
        await self._start(slot)

    async def close(self) -> None:
        """Stop all."""
        await asyncio.gather(*(self._stop(slot) for slot in self._slots.values()))

    def status(self) -> list[Status]:
        return [
            Status(
                name,
                slot.installed.manifest.version,
                slot.state,
                tuple(device.name for device in slot.devices),
                slot.crashes,
                slot.why or (NEEDS_PACKAGE if slot.installed.manifest.needs_package else ""),
                slot.next_start_ms,
            )
            for name, slot in self._slots.items()
        ]

    def installed(self, driver: str) -> Installed:
        """The driver that would be started. Raises DriverFailed."""
        package = self._installed.get(driver)
        if package is None:
            raise DriverFailed(driver=driver, why="it is not installed")
        return package

    # asking

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]:
        return await self._driver_of(device).get_properties(device, names)

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None:
        await self._driver_of(device).set_properties(device, values)

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Raises DeviceUnknown, ServiceUnknown, DeviceOffline, DeviceRefused, DriverFailed."""
        return await self._driver_of(device).call(device, service, params)

    def runs_apart(self, device: str) -> bool:
        """Whether its driver is a vendor's, in a process of its own. Raises DeviceUnknown, DriverFailed."""
        return hasattr(self._driver_of(device), "pid")

    def log(self, driver: str, device: str = "") -> DeviceLog:
        return self._logs.of(driver, device)

    def service[S](self, kind: type[S]) -> S:
        """Something that the box offers to its drivers, for the bench. Raises KeyError."""
        return cast(S, self._services[kind])

    def unconfined(self) -> list[str]:
        """Drivers of other vendors that run as the box's own user, and so may read all that it may."""
        return sorted(name for name, slot in self._slots.items() if getattr(slot.driver, "uid", 0) is None)

    def driver(self, name: str) -> Driver:
        """The running object of a driver. Raises DriverFailed."""
        slot = self._slot(name)
        if slot.driver is None or slot.state is not State.RUNNING:
            raise DriverFailed(driver=name, why=slot.why or slot.state.value)
        return slot.driver

    def _driver_of(self, device: str) -> Driver:
        for name, slot in self._slots.items():
            if any(deployed.name == device for deployed in slot.devices):
                return self.driver(name)
        raise DeviceUnknown(device)

    def _slot(self, driver: str) -> _Slot:
        slot = self._slots.get(driver)
        if slot is None:
            raise DriverFailed(driver=driver, why="it is not deployed")
        return slot

    # one driver's life

    async def _start(self, slot: _Slot) -> None:
        slot.settled.clear()
        slot.keeper = asyncio.create_task(self._keep(slot), name=f"driver-{slot.deployment.driver}")
        await slot.settled.wait()

    async def _stop(self, slot: _Slot) -> None:
        keeper, slot.keeper = slot.keeper, None
        await end_tasks(keeper)
        slot.state, slot.next_start_ms = State.STOPPED, None
        slot.settled.set()

    async def _keep(self, slot: _Slot) -> None:
        while True:
            began = self._clock.now_ms()
            why = await self._run_once(slot)
            if self._clock.now_ms() - began >= STEADY_MS:
                slot.crashes = 0
            slot.crashes += 1
            slot.why = why
            wait = self._backoff.wait_ms(slot.crashes, 0.5)
            slot.state, slot.next_start_ms = State.WAITING, self._clock.now_ms() + wait
            self._logs.of(slot.deployment.driver).error("the driver crashed", why=why, again_in_ms=wait)
            slot.settled.set()
            await self._clock.sleep(wait / 1000)

    async def _run_once(self, slot: _Slot) -> str:
        """Build, start, and wait for a crash: why it came."""
        crashed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        tasks: set[asyncio.Task[None]] = set()

        def ended(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if error is not None and not crashed.done():
                log.error("driver %s: task failed", slot.deployment.driver, exc_info=error)
                crashed.set_result(f"{task.get_name()}: {type(error).__name__}: {error}")

        def spawn(work: Coroutine[Any, Any, None], name: str) -> None:
            task = asyncio.create_task(work, name=name)
            tasks.add(task)
            task.add_done_callback(ended)

        slot.state, slot.next_start_ms = State.STARTING, None
        driver: Driver | None = None
        try:
            driver = slot.installed.create(self._context(slot, spawn))
            async with asyncio.timeout(START_SECONDS):
                await driver.start()
            slot.driver, slot.state, slot.why = driver, State.RUNNING, ""
            self._logs.of(slot.deployment.driver).info(
                "the driver runs", version=slot.installed.manifest.version
            )
            slot.settled.set()
            return await crashed
        except Exception as error:
            log.warning("driver %s did not start", slot.deployment.driver, exc_info=error)
            return f"{type(error).__name__}: {error}"
        finally:
            slot.driver = None
            await self._end(slot, driver, tasks)

    async def _end(self, slot: _Slot, driver: Driver | None, tasks: set[asyncio.Task[None]]) -> None:
        for task in list(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(set(tasks), timeout=STOP_SECONDS)
        if driver is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await driver.stop()
        except Exception as error:  # noqa: BLE001  (as above)
            self._logs.of(slot.deployment.driver).error("the driver did not stop well", why=repr(error))

    def _context(self, slot: _Slot, spawn: Any) -> DriverContext[DriverConfig, DriverConfig]:
        driver = slot.deployment.driver
        return DriverContext(
            config=slot.config,
            devices=slot.devices,
            things=self._things,
            clock=self._clock,
            ids=self._ids,
            log=lambda device: self._logs.of(driver, device),
            spawn=spawn,
            shared=self._shared,
            services=self._services,
        )
