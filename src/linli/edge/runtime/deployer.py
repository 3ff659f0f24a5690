"""Runs the deployment of the box: fetches it from the cloud, keeps it, and restarts only what changed.

The kept copy is applied at every start, so that a box that comes up with the line cut opens doors as before.
"""

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from linli.edge.cloud import CloudCaller, CloudRefused, CloudUnreachable
from linli.edge.foreign import package as packages
from linli.edge.framework.supervisor import Deployment as DriverDeployment
from linli.edge.framework.supervisor import DeviceEntry, State, Supervisor
from linli.edge.runtime.desired_rows import Wishes
from linli.edge.runtime.machines import Machines
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.trust import Distrusted, DriverTrust
from linli.edge.store import Step, Store
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols import edge_link
from linli.protocols.edge_link import (
    CommunityName,
    DeployedDriver,
    DeployedPackage,
    Deployment,
    DeploymentReport,
    DeviceKey,
    DeviceReport,
    GatewayName,
)

log = logger(__name__)

STEPS: Final = (
    Step("box.1", "CREATE TABLE box_state (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"),
)
NOTHING: Final = Deployment(
    generation=0, community=CommunityName(id=""), gateway=GatewayName(id="", name=""), components=[]
)
"""Wanted of a box that was never told anything."""
DEPLOYED: Final = "deployment"
"""Under which the last deployment is kept."""

type Applied = Callable[[Deployment], None]
type Prepared = Callable[[Deployment], Awaitable[None]]


async def kept(store: Store, name: str) -> bytes | None:
    """Something that the box remembers by a name."""

    def select(connection: sqlite3.Connection) -> bytes | None:
        row = connection.execute("SELECT value FROM box_state WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    return await store.read(select)


async def keep(store: Store, name: str, value: bytes) -> None:
    await store.write(
        lambda c: c.execute("INSERT OR REPLACE INTO box_state VALUES (?, ?)", (name, value)).rowcount
    )


class Fault(NamedTuple):
    """Why a package is not installed; `code` where there are words of both languages for it."""

    driver: str
    version: str
    why: str
    code: str = ""


class Deployer:
    """One per box. `applied` is called with each deployment once its drivers run."""

    def __init__(
        self,
        store: Store,
        supervisor: Supervisor,
        presence: Presence,
        wishes: Wishes,
        cloud: CloudCaller,
        drivers: Path,
        trusted: DriverTrust,
        machines: Machines,
    ) -> None:
        self._store = store
        self._supervisor = supervisor
        self._presence = presence
        self._wishes = wishes
        self._cloud = cloud
        self._drivers = drivers
        self._trusted = trusted
        self._machines = machines
        self.faults: dict[str, Fault] = {}
        """Packages of the last deployment that were not taken, by driver."""
        self.current: Deployment | None = None
        self.prepared: list[Prepared] = []
        """Called with each deployment before its drivers run."""
        self.applied: list[Applied] = []
        self.forget: list[Callable[[str], Awaitable[None]]] = [wishes.forget]
        """Called with each device that is no longer deployed."""
        self.unreported: DeploymentReport | None = None
        """The last outcome, while the cloud does not have it."""

    async def start(self) -> None:
        """Run what was deployed last."""
        data = await kept(self._store, DEPLOYED)
        if data is None:
            return
        try:
            deployment = msgspec.json.decode(data, type=Deployment)
        except msgspec.MsgspecError as error:
            log.error("the kept deployment cannot be read and is fetched again: %s", error)
            return
        await self._apply(deployment)

    async def refresh(self) -> bool:
        """Fetch and run what is wanted now; whether it was new. Raises CloudUnreachable, CloudRefused."""
        if self.unreported is not None and self.current is not None:
            await self._report(self.current, self.unreported)
        data = await self._cloud.get(edge_link.DEPLOYMENT)
        try:
            wanted = msgspec.json.decode(data, type=Deployment)
        except msgspec.MsgspecError as error:
            raise CloudRefused(
                status=200, error="", message=f"the deployment cannot be read: {error}"
            ) from None
        if wanted == self.current:
            return False
        await self._report(wanted, DeploymentReport(state="running", percent=10))
        await keep(self._store, DEPLOYED, data)
        reports = await self._apply(wanted)
        failed = any(report.state == "failed" for report in reports)
        await self._report(
            wanted, DeploymentReport(state="failed" if failed else "done", devices=reports, percent=100)
        )
        return True

    async def _report(self, deployment: Deployment, report: DeploymentReport) -> None:
        try:
            await self._cloud.post(edge_link.report_path(deployment.generation), report)
            self.unreported = None
        except (CloudUnreachable, CloudRefused) as error:
            log.warning("the deployment's state is not told: %s", error)
            self.unreported = report if report.state != "running" else self.unreported

    # applying

    async def _apply(self, wanted: Deployment) -> list[DeviceReport]:
        """Never raises for what is wrong with one driver: it is in the report, and the others run."""
        self._follow(wanted)
        for prepare in self.prepared:
            await prepare(wanted)
        self.faults = {
            package.id: fault for package in wanted.packages if (fault := await self._install(package))
        }
        before, self.current = self.current, wanted
        self._machines.learn(wanted.drivers)
        self._presence.know(
            {
                device.device_name: DeviceKey(
                    product_key=device.product_key,
                    device_name=device.device_name,
                    device_secret=device.device_secret,
                )
                for driver in wanted.drivers
                for device in driver.devices
            }
        )
        await self._drop(before, wanted)
        reports: list[DeviceReport] = []
        for driver in _losers_first(
            before, [deployed_driver for deployed_driver in wanted.drivers if deployed_driver.devices]
        ):
            fault = self.faults.get(driver.id)
            why = fault.why if fault is not None else await self._run(driver)
            reports += [
                DeviceReport(
                    device_name=device.device_name,
                    state="failed" if why else "running",
                    why=why,
                    code=fault.code if fault is not None else "",
                )
                for device in driver.devices
            ]
        for listener in self.applied:
            listener(wanted)
        return reports

    async def _run(self, driver: DeployedDriver) -> str:
        """Why it does not run; empty when it does, or goes on trying by itself."""
        entries = tuple(
            DeviceEntry(device.product_key, device.device_name, device.custom) for device in driver.devices
        )
        try:
            await self._supervisor.deploy(DriverDeployment(driver.id, driver.config, entries))
        except LinliError as error:
            log.error("driver %s is not deployed: %s", driver.id, error)
            return str(error)
        status = next(entry for entry in self._supervisor.status() if entry.driver == driver.id)
        return "" if status.state is State.RUNNING else status.why

    async def _drop(self, before: Deployment | None, wanted: Deployment) -> None:
        """Drivers and devices that are no longer deployed."""
        running = {status.driver for status in self._supervisor.status()}
        for driver in sorted(
            running - {deployed_driver.id for deployed_driver in wanted.drivers if deployed_driver.devices}
        ):
            await self._supervisor.remove(driver)
        gone = _names(before) - _names(wanted)
        for device in sorted(gone):
            for forget in self.forget:
                await forget(device)

    def _follow(self, wanted: Deployment) -> None:
        try:
            self._trusted.follow(wanted)
        except OSError as error:
            log.error("a new key for drivers is not kept: %s", error)

    async def _install(self, package: DeployedPackage) -> Fault | None:
        """Fetch a driver's package unless it is there; why that failed."""
        mark = self._drivers / f"{package.id}.installed"
        if mark.exists() and mark.read_text("utf-8") == package.sha256:
            return None
        try:
            data = await self._cloud.get(package.url or edge_link.package_path(package.id, package.version))
            if hashlib.sha256(data).hexdigest() != package.sha256:
                raise packages.PackageError("its SHA-256 is another one")
            self._trusted.check(package, data)
            manifest = packages.manifest_of(data)
            if manifest.id != package.id:
                raise packages.PackageError(f"it holds the driver {manifest.id}")
            folder = packages.unpack(data, self._drivers, manifest)
            await self._supervisor.replace(packages.installed_package(folder))
        except (LinliError, ValueError, OSError) as error:
            log.error("package %s %s is not installed: %s", package.id, package.version, error)
            code = error.code if isinstance(error, Distrusted) else ""
            return Fault(package.id, package.version, f"package {package.version}: {error}", code)
        mark.write_text(package.sha256, "utf-8")
        return None


def _names(deployment: Deployment | None) -> set[str]:
    drivers = deployment.drivers if deployment is not None else []
    return {device.device_name for driver in drivers for device in driver.devices}


def _losers_first(before: Deployment | None, drivers: list[DeployedDriver]) -> list[DeployedDriver]:
    """A device that goes from one driver to another must be gone from the first when the second starts."""
    had = {
        deployed_driver.id: {d.device_name for d in deployed_driver.devices}
        for deployed_driver in (before.drivers if before else [])
    }
    return sorted(
        drivers, key=lambda driver: not had.get(driver.id, set()) - {d.device_name for d in driver.devices}
    )
