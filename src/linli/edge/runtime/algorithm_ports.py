"""The face algorithm service on this box. It runs if the form of a door names an address of the box.

The form of a door that compares faces itself has the address that computes its vectors (算法服务地址). A vendor's address
is called unchanged. An address of this box is served by the box's own models. It serves only the box itself and the doors
deployed on it, because the published protocol has no secret.
"""

import asyncio
import socket
from typing import Final

from linli.edge.algorithm import AlgorithmService
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeployedDevice, Deployment
from linli.vision.engine.ports import Engine

log = logger(__name__)

type Address = tuple[str, int]

RETRY_S: Final = 30.0
"""After which a port that was taken is tried again."""


class AlgorithmPorts:
    """One per box. `deployed` says what is wanted, `run` brings it about."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: frozenset[Address] = frozenset()
        self._callers: frozenset[str] = frozenset()
        self._news = asyncio.Event()
        self._services: dict[Address, AlgorithmService] = {}

    @property
    def served(self) -> list[Address]:
        """Where it answers now."""
        return sorted(self._services)

    def deployed(self, deployment: Deployment) -> None:
        devices = [device for driver in deployment.drivers for device in driver.devices]
        named = {address for device in devices if (address := algorithm_of(device)) is not None}
        self._wanted = frozenset(address for address in named if _is_own(address[0]))
        self._callers = frozenset(str(device.custom.get("ip", "")) for device in devices) - {""}
        self._news.set()

    async def run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self._follow():
                loop = asyncio.get_running_loop()
                loop.call_later(RETRY_S, self._news.set)

    async def stop(self) -> None:
        for service in self._services.values():
            await service.stop()
        self._services.clear()

    async def _follow(self) -> bool:
        """Whether all that is wanted runs."""
        for address in self._services.keys() - self._wanted:
            await self._services.pop(address).stop()
        for address in sorted(self._wanted - self._services.keys()):
            host, port = address
            service = AlgorithmService(self._engine, host=host, port=port, lets_in=self._lets_in)
            try:
                await service.start()
            except OSError as error:
                log.error("the face algorithm service does not run at %s:%d: %s", host, port, error)
                continue
            self._services[address] = service
            log.info("the face algorithm service runs at %s:%d", host, port)
        return self._wanted <= self._services.keys()

    def _lets_in(self, caller: str) -> bool:
        return caller in self._callers or _is_own(caller)


def algorithm_of(device: DeployedDevice) -> Address | None:
    """Where the form of a device has its vectors from."""
    host, port = device.custom.get("algorithmIp"), device.custom.get("algorithmPort")
    return (host, port) if isinstance(host, str) and host and isinstance(port, int) and port else None


def _is_own(host: str) -> bool:
    """Whether an address is one of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return host not in ("0.0.0.0", "::")
