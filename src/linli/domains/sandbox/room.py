"""The parts of this room that the composing function registers and starts."""

from typing import Any

from linli.domains.sandbox import rows
from linli.domains.sandbox.keeper import Keeper
from linli.domains.sandbox.workshop import Workshop
from linli.openapi import reference
from linli.servicebus.bus import ServiceBus
from linli.servicebus.documents import Method, ServiceModel
from linli.servicebus.params import result_of
from linli.things.debugging.simulator import Simulator


class SandboxRoom:
    """The process that listens for devices starts `keeper`."""

    def __init__(self, shop: Workshop, simulator: Simulator, bus: ServiceBus, *, process: str) -> None:
        self.shop = shop
        self.simulator = simulator
        self.keeper = Keeper(shop, simulator, process=process)
        bus.stand_in = self._answer

    async def _answer(self, tenant_id: str, model: ServiceModel, method: Method) -> Any:
        """Answers calls of service models in place of an edge application, in the shape of the model's document."""
        if not await rows.is_sandbox(self.shop.db, tenant_id):
            return None
        return reference.example_of(result_of(model.id, method)) or {}
