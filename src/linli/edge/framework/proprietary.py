"""Drivers of devices without a public protocol: they list the public parts, and name the missing parts.

Such a driver can be chosen, its devices entered, checked and deployed. It opens no connection and makes nothing up: its
devices stay offline with the reason, calls are refused with it, and rights wait. A vendor's signed package with the same
id takes its place, with the same devices and forms.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from linli.edge.framework.contract import DriverContext
from linli.edge.framework.errors import DriverFailed

NEEDS_PACKAGE: Final = "needs the vendor's protocol package"


class ClosedDriver:
    """`driver`: its id; `missing`: the parts of the protocol that are not public, for a person."""

    def __init__(self, context: DriverContext[Any, Any], driver: str, missing: str) -> None:
        self._context = context
        self._driver = driver
        self.why = f"{NEEDS_PACKAGE} ({missing})"

    async def start(self) -> None:
        for device in self._context.devices:
            self._context.log(device.name).warning("cannot be reached", why=self.why)
            await self._context.things.offline(device.name, self.why)

    async def stop(self) -> None:
        """Nothing is open."""

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]:
        raise self._refusal()

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None:
        raise self._refusal()

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        raise self._refusal()

    def _refusal(self) -> DriverFailed:
        return DriverFailed(driver=self._driver, why=self.why)
