"""A driver's tests: cases that a device must pass, and its simulator as a stand-in for the device.

A driver's `bench.py` has `CASES`, its `simulator.py` has `create(kit)`. The bench (`edge.bench`) runs them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from linli.edge.framework.contract import Driver
from linli.edge.framework.recorder import Collected
from linli.edge.framework.supervisor import Supervisor
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids


class Kit(NamedTuple):
    """The arguments of a simulator."""

    clock: Clock
    ids: Ids


class Subject(Protocol):
    """The device under test, or its simulator."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The driver's configuration for the test. Of a simulator: listen on 127.0.0.1 alone."""
        ...

    @property
    def custom(self) -> Mapping[str, Any]:
        """The device's configuration. Read once `start` has returned."""
        ...

    @property
    def abilities(self) -> frozenset[str]:
        """Which cases concern it."""
        ...

    async def start(self) -> None:
        """Power on."""
        ...

    async def meet(self, driver: Driver) -> None:
        """The driver runs now: come to it, if this is a device that comes by itself."""
        ...

    async def stop(self) -> None:
        """Power off, so that the driver must notice."""
        ...

    async def close(self) -> None: ...

    async def act(self, action: str, **values: Any) -> Any:
        """A person does something at the device, such as swiping a card."""
        ...


class Failed(Exception):
    """The device fails the case; the text says what was seen."""


class NotHere(Exception):
    """The case cannot be run with this subject; the text says why."""


@dataclass(slots=True)
class Trial:
    """The arguments of a case."""

    device: str
    subject: Subject
    supervisor: Supervisor
    driver_id: str
    things: Collected
    clock: Clock
    patience_s: float
    """How long something may take, by the clock of the bench."""
    notes: dict[str, Any] = field(default_factory=dict)
    """Figures for the report."""

    @property
    def driver(self) -> Driver:
        return self.supervisor.driver(self.driver_id)

    async def call(self, service: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        return await self.supervisor.call(self.device, service, params or {})

    @staticmethod
    def expect(seen: bool, why: str) -> None:
        if not seen:
            raise Failed(why)

    async def until(self, condition: Callable[[], bool], why: str, patience_s: float | None = None) -> None:
        """Wait by the bench's clock. Raises Failed."""
        end = self.clock.now_ms() + (self.patience_s if patience_s is None else patience_s) * 1000
        while not condition():
            if self.clock.now_ms() > end:
                raise Failed(
                    f"{why}: not within {self.patience_s if patience_s is None else patience_s:.0f} s"
                )
            await asyncio.sleep(0.01)


class Case(NamedTuple):
    """`id` names it in reports; its title stands in the driver's strings under `case.<id>`."""

    id: str
    source: str
    """Where the demand comes from, e.g. `spec G 12, 5`."""
    run: Callable[[Trial], Awaitable[None]]
    """Raises Failed or NotHere. Any other error is a failure of the case, too."""
    needs: frozenset[str] = frozenset()
    """Abilities without which the case does not concern the device."""
