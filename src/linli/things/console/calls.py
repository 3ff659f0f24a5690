"""Setting a device's properties."""

from typing import Any

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.entry import Routes
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceRefused

SUCCESS = 200


class PropertySet(msgspec.Struct, rename="camel"):
    items: dict[str, Any]


class ServiceAnswer(msgspec.Struct, rename="camel", frozen=True):
    """The device's answer. `code` is its own; 200 is success."""

    code: int
    message: str
    data: Any
    took_ms: int


device_call_routes = Routes("/devices/{iot_id:str}", tags=("devices",))


@device_call_routes.post("/properties/set", right="devices.manage", status=200)
async def set_properties(
    iot_id: str, data: PropertySet, scope: Scope, invoker: Invoker, clock: Clock
) -> ServiceAnswer:
    """Set properties and wait until the device has them."""
    begun = clock.now_ms()
    try:
        await invoker.set_properties(scope, iot_id, data.items)
    except DeviceRefused as refused:
        return _refusal(refused, clock.now_ms() - begun)
    return ServiceAnswer(SUCCESS, "", None, clock.now_ms() - begun)


def _refusal(refused: DeviceRefused, took_ms: int) -> ServiceAnswer:
    facts = refused.facts
    return ServiceAnswer(
        int(facts.get("answer", 0)), masked_text(str(facts.get("message", ""))), None, took_ms
    )
