"""What the cloud asks of a box's car parks for a person, over its line, as the service bus does. Source: spec F 8.2."""

from typing import Final, Protocol

import msgspec

from linli.domains.boxes.errors import OrderRefused
from linli.domains.boxes.parking.rows import OrderRow
from linli.domains.boxes.rows import Node
from linli.kernel.scope import Scope

MODEL: Final = "iotx_parking_service_model"
SECONDS: Final = 9.0
_DONE: Final = 200


class Asks(Protocol):
    """`things.downlink.rrpc.Rrpc`."""

    async def ask(
        self, scope: Scope, iot_id: str, tail: str, payload: bytes, *, timeout_s: float
    ) -> bytes: ...


class _Answer(msgspec.Struct):
    code: int
    message: str | None = None
    localized: str | None = msgspec.field(default=None, name="localizedMsg")


async def settle_order(asks: Asks, node: Node, order: OrderRow, *, status: int, reason: str) -> None:
    """`status` as `payStatus`. Raises DeviceOffline, DeviceSilent, OrderRefused."""
    params = {
        "parkingLotId": order.lot_id,
        "orderNumber": order.number,
        "payStatus": status,
        "reason": reason,
    }
    envelope = msgspec.json.encode(
        {"id": order.number, "version": "1.0", "request": {"apiVer": "1.0"}, "params": params}
    )
    scope = Scope.system(node.tenant_id, "boxes")
    tail = f"servicebus/{MODEL}/parkingLotVehicleOrderCompleted"
    content = await asks.ask(scope, node.iot_id, tail, envelope, timeout_s=SECONDS)
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise OrderRefused(why=str(error)) from None
    if answer.code != _DONE:
        raise OrderRefused(why=answer.localized or answer.message or str(answer.code))
