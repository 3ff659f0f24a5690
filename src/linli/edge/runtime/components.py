"""Components of the box (组件): those that the cloud wants run, the others do not. Spec C §6.

Reports say the real state, not the desired state. A part that does not start is `failed` with its reason and is tried
again; the others go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from linli.edge.components import ComponentManifest
from linli.edge.framework.supervisor import State, Status
from linli.kernel.errors import LinliError
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import (
    COMPONENTS_MOST,
    WHY_MOST,
    BoxSettings,
    ComponentHealth,
    Deployment,
    WantedComponent,
)

log = logger(__name__)

AGAIN_S: Final = 60.0
"""Before a part that failed is started again."""
DRIVER: Final = "driver."
"""Begins the code of a driver."""

type Params = Mapping[str, Any]


class PartFailed(Exception):
    """Why a part cannot run."""


async def _nothing() -> None: ...


async def _nothing_with(params: Params) -> None: ...


def always(deployment: Deployment) -> WantedComponent | None:
    """For a part that runs as long as the box."""
    return WantedComponent(code="always")


def installed(code: str) -> Callable[[Deployment], WantedComponent | None]:
    """For a part that the cloud installs, starts and stops."""

    def wanted(deployment: Deployment) -> WantedComponent | None:
        if deployment.components is None:
            return WantedComponent(code=code)
        return next((each for each in deployment.components if each.code == code and each.on), None)

    return wanted


def named(code: str) -> Callable[[Deployment], WantedComponent | None]:
    """As `installed`, but for a part that a cloud which names none does not have."""
    by_name = installed(code)
    return lambda deployment: by_name(deployment) if deployment.components is not None else None


def with_drivers(code: str) -> Callable[[Deployment], WantedComponent | None]:
    """For the part that runs the drivers: it also runs where drivers are deployed."""
    by_name = installed(code)
    return lambda deployment: (
        by_name(deployment) or (WantedComponent(code=code) if deployment.drivers else None)
    )


def switched(
    code: str, is_on: Callable[[BoxSettings], bool]
) -> Callable[[Deployment], WantedComponent | None]:
    """For a part with a switch of the cluster."""
    return lambda deployment: WantedComponent(code=code) if is_on(deployment.settings) else None


class Part(NamedTuple):
    """`start` gets the parameters and raises whatever keeps it from running; `failing` says why one that started does
    not work, or is empty.
    """

    code: str
    wanted: Callable[[Deployment], WantedComponent | None]
    start: Callable[[Params], Awaitable[None]] = _nothing_with
    stop: Callable[[], Awaitable[None]] = _nothing
    failing: Callable[[], str] = str


class Components:
    """The parts of one box, in the order in which they start; drivers are told with them."""

    def __init__(
        self,
        manifests: Mapping[str, ComponentManifest],
        parts: Iterable[Part],
        drivers: Callable[[], list[Status]],
    ) -> None:
        self._manifests = manifests
        self._parts = list(parts)
        self._drivers = drivers
        self._wanted: dict[str, Params] = {}
        self._running: dict[str, Params] = {}
        self._faults: dict[str, str] = {}
        self._turn = asyncio.Lock()

    async def follow(self, deployment: Deployment) -> None:
        """Start and stop what it says. Never raises for what is wrong with one part."""
        async with self._turn:
            for part in self._parts:
                wanted = part.wanted(deployment)
                if wanted is None:
                    self._wanted.pop(part.code, None)
                else:
                    self._wanted[part.code] = dict(wanted.params)
                await self._bring(part)

    async def run(self) -> None:
        """Try parts that failed again, now and then."""
        while True:
            await asyncio.sleep(AGAIN_S)
            async with self._turn:
                for part in self._parts:
                    if part.code in self._faults:
                        await self._bring(part)

    async def stop(self) -> None:
        async with self._turn:
            for part in reversed(self._parts):
                await self._stop(part)

    async def _bring(self, part: Part) -> None:
        wanted = self._wanted.get(part.code)
        if part.code in self._running and self._running[part.code] != wanted:
            await self._stop(part)
        self._faults.pop(part.code, None)
        if wanted is None or part.code in self._running:
            return
        try:
            await part.start(wanted)
        except Exception as error:  # one part must not keep the others, and the doors, from running
            self._faults[part.code] = _why(error)
            log.error("component %s does not run: %s", part.code, self._faults[part.code], exc_info=error)
        else:
            self._running[part.code] = wanted
            log.info("component %s runs", part.code)

    async def _stop(self, part: Part) -> None:
        if self._running.pop(part.code, None) is None:
            return
        try:
            await part.stop()
        except Exception:  # as above
            log.exception("component %s did not stop well", part.code)

    # what is told

    def health(self) -> list[ComponentHealth]:
        """The states of every part of this box, and of its drivers."""
        parts = [self._health(part) for part in self._parts]
        return (parts + [_driver(status) for status in self._drivers()])[:COMPONENTS_MOST]

    def _health(self, part: Part) -> ComponentHealth:
        version = self._manifests[part.code].version
        if part.code not in self._wanted:
            return ComponentHealth(code=part.code, state="stopped", version=version)
        why = self._faults.get(part.code, "") or (part.failing() if part.code in self._running else "")
        return ComponentHealth(
            code=part.code, state="failed" if why else "running", version=version, why=why[:WHY_MOST]
        )


def _why(error: Exception) -> str:
    text = str(error)
    return text if text and isinstance(error, PartFailed | LinliError | OSError) else repr(error)


def _driver(status: Status) -> ComponentHealth:
    """A driver that waits to be started again has failed."""
    runs = status.state in (State.RUNNING, State.STARTING)
    state = "running" if runs else "stopped" if status.state is State.STOPPED else "failed"
    return ComponentHealth(
        code=f"{DRIVER}{status.driver}",
        state=state,  # type: ignore[arg-type]
        version=status.version[:32],
        why="" if runs else status.why[:WHY_MOST],
    )
