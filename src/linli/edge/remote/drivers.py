"""Remote debugging of drivers: list them, call a device, restart, replace while running. G-C41.

Source: spec H 5.5, where one looks up a driver's code path and process, replaces its files and has it started again.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.edge.foreign.driver import ForeignDriver
from linli.edge.foreign.package import installed_package
from linli.edge.framework import discovery
from linli.edge.framework.errors import DriverFailed
from linli.edge.framework.manifest import ManifestError
from linli.edge.framework.supervisor import State, Status, Supervisor
from linli.edge.remote.duties import Refused

DRIVER: Final = 64


class DriverName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    driver: Annotated[str, Meta(min_length=1, max_length=DRIVER)]


class DeviceCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`service` of a device; `get` and `set` are the properties' own."""

    device: Annotated[str, Meta(min_length=1, max_length=64)]
    service: Annotated[str, Meta(min_length=1, max_length=64)]
    params: dict[str, Any] = {}


class DriverNow(msgspec.Struct, frozen=True, rename="camel"):
    """A deployed driver: where its code is and which process runs it."""

    driver: str
    name: str
    version: str
    state: str
    code_path: str
    pid: int
    """0 while it does not run."""
    own_process: bool
    devices: list[str]
    crashes: int
    why: str
    next_start_ms: int | None


class Replaced(msgspec.Struct, frozen=True, rename="camel"):
    before: str
    after: str
    state: str
    why: str


class DriverDesk:
    """A person's actions at the console on the drivers of one box."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def list(self) -> list[DriverNow]:
        return [self._now(status) for status in self._supervisor.status()]

    async def restart(self, asked: DriverName) -> DriverNow:
        """Raises DriverFailed."""
        await self._supervisor.restart(asked.driver)
        return self._driver_now(asked.driver)

    async def replace(self, asked: DriverName) -> Replaced:
        """Take the files that are at the driver's code path now, and run them with what is deployed.

        A copy that cannot be loaded is refused, and the old one goes on. Raises Refused, DriverFailed, ConfigBad.
        """
        installed = self._supervisor.installed(asked.driver)
        try:
            fresh = self._load(installed.folder)
        except ManifestError as error:
            raise Refused("bad_input", str(error), "driver") from error
        except Exception as error:  # a driver's import may fail in any way, and must fail alone
            raise Refused("failed", f"{type(error).__name__}: {error}", "driver") from error
        if fresh.manifest.id != asked.driver:
            raise Refused("bad_input", f"the folder now holds {fresh.manifest.id!r}", "driver")
        await self._supervisor.replace(fresh)
        now = self._driver_now(asked.driver)
        return Replaced(installed.manifest.version, fresh.manifest.version, now.state, now.why)

    async def call(self, asked: DeviceCall) -> dict[str, Any]:
        """Raises DeviceUnknown, ServiceUnknown, DeviceOffline, DeviceRefused, DriverFailed."""
        if asked.service == "get":
            names = [str(name) for name in asked.params.get("names", [])]
            return dict(await self._supervisor.get_properties(asked.device, names))
        if asked.service == "set":
            await self._supervisor.set_properties(asked.device, asked.params)
            return {}
        return dict(await self._supervisor.call(asked.device, asked.service, asked.params))

    @staticmethod
    def _load(folder: Path) -> discovery.Installed:
        if (folder / "code" / "index.py").exists():
            return installed_package(folder)
        discovery.forget(folder)
        return discovery.load(folder)

    def _driver_now(self, driver: str) -> DriverNow:
        status = next((entry for entry in self._supervisor.status() if entry.driver == driver), None)
        if status is None:
            raise DriverFailed(driver=driver, why="it is not deployed")
        return self._now(status)

    def _now(self, status: Status) -> DriverNow:
        installed = self._supervisor.installed(status.driver)
        foreign, pid = False, os.getpid()
        if status.state is State.RUNNING:
            running = self._supervisor.driver(status.driver)
            if isinstance(running, ForeignDriver):
                foreign, pid = True, running.pid
        else:
            foreign, pid = (installed.folder / "code" / "index.py").exists(), 0
        return DriverNow(
            driver=status.driver,
            name=installed.manifest.name,
            version=status.version,
            state=status.state.value,
            code_path=str(installed.folder),
            pid=pid,
            own_process=foreign,
            devices=list(status.devices),
            crashes=status.crashes,
            why=status.why,
            next_start_ms=status.next_start_ms,
        )
