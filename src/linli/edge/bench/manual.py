"""A real device on the bench: a person is asked to do the simulator's part."""

import asyncio
from collections.abc import Mapping
from typing import Any

from linli.edge.framework.certification import NotHere
from linli.edge.framework.contract import Driver


class ManualSubject:
    """Asks on the terminal and waits for Enter; `skip` leaves a step out."""

    def __init__(
        self, config: Mapping[str, Any], custom: Mapping[str, Any], abilities: frozenset[str]
    ) -> None:
        self.config = config
        self.custom = custom
        self.abilities = abilities

    async def start(self) -> None:
        await self._tell("Power the device on.")

    async def meet(self, driver: Driver) -> None:
        port = getattr(driver, "port", None)
        if port is not None:
            await self._ask(
                f"Enter this machine's address and port {port} on the device, or leave it if it is so."
            )

    async def stop(self) -> None:
        await self._ask("Take the device's power or network away.")

    async def close(self) -> None:
        """The device stays as it is."""

    async def act(self, action: str, **values: Any) -> Any:
        details = ", ".join(f"{name} {value}" for name, value in values.items())
        await self._ask(f"At the device: {action}{f' ({details})' if details else ''}.")

    async def _tell(self, what: str) -> None:
        """Ask for a condition that must be met before a try."""
        await asyncio.to_thread(input, f">> {what} Then press Enter: ")

    async def _ask(self, what: str) -> None:
        """Raises NotHere."""
        thread = await asyncio.to_thread(input, f">> {what} Then press Enter (or type skip): ")
        if thread.strip().lower() == "skip":
            raise NotHere("left out by whoever ran the bench")
