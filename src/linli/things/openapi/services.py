"""Open API: calling a device's service. Spec E 3.2 B12 (1.0.2) and 3.5 F9 (1.0.1), spec B 3.15."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import get_device

TIMEOUT_S = 14.0
"""Under the 15 s that the API is given, so that the answer is ours."""


class ServiceInvoke(msgspec.Struct, rename="camel"):
    identifier: Annotated[str, Meta(description="服务标识 / service identifier")]
    args: Annotated[
        dict[str, Any] | str, Meta(description="入参，对象或其 JSON 文本 / inputs, an object or its JSON")
    ]
    iot_id: Annotated[str | None, Meta(description="设备 id / device id")] = None
    product_key: Annotated[str | None, Meta(description="产品 key / product key")] = None
    device_name: Annotated[str | None, Meta(description="设备名称 / device name")] = None


@method(
    "/cloud/thing/service/invoke",
    "1.0.2",
    service="thing",
    token="optional",
    raises=(BadInput, NotFound, DeviceOffline, DeviceSilent, DeviceRefused),
    title="调用设备服务",
    title_en="Call a service of a device",
    contract=Contract(source="spec E 3.2 B12"),
)
@method(
    "/cloud/thing/service/invoke",
    "1.0.1",
    service="thing",
    token="optional",
    raises=(BadInput, NotFound, DeviceOffline, DeviceSilent, DeviceRefused),
    title="调用设备服务",
    title_en="Call a service of a device",
    contract=Contract(source="spec E 3.5 F9"),
)
async def invoke_service(
    data: ServiceInvoke, scope: Scope, db: Database, invoker: Invoker
) -> dict[str, Any] | None:
    """A synchronous service answers with the device's output, or null where it has none; others are only sent."""
    device = await get_device(
        scope,
        db,
        iot_id=data.iot_id or "",
        product_key=data.product_key or "",
        device_name=data.device_name or "",
    )
    outcome = await invoker.call(scope, device.iot_id, data.identifier, _args(data.args), timeout_s=TIMEOUT_S)
    return outcome.data or None


def _args(value: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    try:
        return msgspec.json.decode(value or "{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise BadInput(field="args", rule="type", expected="JSONObject") from error
