"""Contract 1 between the box and a driver (ADR 0065).

In the words of the source's driver SDK (spec G 3.11): a driver gets its configuration and its devices, brings devices
online, reports properties and events, and answers get, set and service calls.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.framework.errors import DriverFailed, ServiceUnknown
from linli.edge.framework.forms import DriverConfig
from linli.edge.framework.shared import Shared
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids


@dataclass(frozen=True, slots=True)
class Device[D: DriverConfig]:
    """One device as it was deployed."""

    product_key: str
    name: str
    """DeviceName, unique on the box."""
    custom: D


class Things(Protocol):
    """Where a driver's devices report to. When an awaited report returns, the box keeps it: the driver may confirm it."""

    async def online(self, device: str) -> None: ...

    async def offline(self, device: str, why: str = "") -> None:
        """`why`: `silent`, `unreachable`, `driver_stopped`, or a few words that a person reads."""
        ...

    async def properties(self, device: str, values: Mapping[str, Any]) -> None: ...

    async def event(self, device: str, name: str, params: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class DriverContext[C: DriverConfig, D: DriverConfig]:
    """Everything a driver may use."""

    config: C
    devices: tuple[Device[D], ...]
    things: Things
    clock: Clock
    ids: Ids
    log: Callable[[str], DeviceLog]
    """The log of a device; of the driver itself under the empty name."""
    spawn: Callable[[Coroutine[Any, Any, None], str], None]
    """Run in the background as long as the driver runs. A task that fails is a crash of the driver, and of it alone."""
    shared: Shared
    services: Mapping[type, object]

    def service[S](self, kind: type[S]) -> S:
        """A service that the box offers to drivers, by its protocol class. Raises DriverFailed where there is none."""
        service = self.services.get(kind)
        if service is None:
            raise DriverFailed(driver="", why=f"this box offers no {kind.__name__}")
        return cast(S, service)


class Driver(Protocol):
    """The interface of a driver for the supervisor. The constructor only stores; a stopped driver is never started
    again."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]:
        """Raises ServiceUnknown, DeviceOffline, DeviceRefused; so do the next two."""
        ...

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None: ...

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]: ...


class BaseDriver:
    """Answers for what a driver does not have."""

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]:
        raise ServiceUnknown(", ".join(names))

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None:
        raise ServiceUnknown(", ".join(values))

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        raise ServiceUnknown(service)
