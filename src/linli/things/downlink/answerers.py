"""Devices that no line of their own leads to: a room that speaks their protocol answers for them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from linli.kernel.errors import LinliError
from linli.kernel.scope import Scope
from linli.things.downlink.records import CallRecord
from linli.things.fleet import DeviceEntry


class Answerer(Protocol):
    """Also for products whose thing model lacks the service: it checks the inputs itself."""

    async def takes(self, device: DeviceEntry, service: str) -> bool:
        """Whether it answers this service of this device."""
        ...

    async def answer(
        self, scope: Scope, device: DeviceEntry, service: str, inputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The outputs. Raises LinliError."""
        ...


async def answer_here(
    answerer: Answerer,
    scope: Scope,
    device: DeviceEntry,
    record: CallRecord,
    save: Callable[[DeviceEntry, CallRecord], Awaitable[None]],
) -> dict[str, Any]:
    """Raises LinliError; the record says how it ended either way."""
    try:
        data = await answerer.answer(scope, device, record.identifier, record.input)
    except LinliError as error:
        record.state, record.reason, record.answered_ms = "refused", str(error)[:200], record.called_ms
        await save(device, record)
        raise
    record.state, record.answered_ms = "answered", record.called_ms
    await save(device, record)
    return data
