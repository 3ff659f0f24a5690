"""Open API: setting properties and calling services. Spec D 3.2 API-14, API-15."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.openapi.wire import SERVICE, Address, SystemBusy, answer_busy, device_at

TIMEOUT_S = 2.8
"""Under the 3 s that the API is given, so that the answer is ours."""


class PropertiesSet(Address, rename="camel", kw_only=True):
    items: Annotated[dict[str, Any], Meta(description="属性标识到值 / values by property identifier")]


@method(
    "/app/thing/properties/set",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, DeviceOffline, SystemBusy),
    title="设置物的属性",
    title_en="Set properties of a device",
    contract=Contract(source="spec D 3.2 API-14"),
)
@answer_busy()
async def set_properties(data: PropertiesSet, scope: Scope, db: Database, invoker: Invoker) -> None:
    """Sent to the device. It answers in its own time; its next report shows the effect."""
    device = await device_at(scope, db, data)
    await invoker.send_properties(scope, device.iot_id, data.items)


class ServiceCall(Address, rename="camel", kw_only=True):
    identifier: Annotated[str, Meta(description="服务标识 / service identifier")]
    args: Annotated[dict[str, Any], Meta(description="入参 / inputs")]


class ServiceResult(msgspec.Struct, rename="camel"):
    message_id: Annotated[str, Meta(description="消息 id / id of the message to the device")]
    data: Annotated[
        dict[str, Any] | UnsetType, Meta(description="同步服务的出参 / outputs of a synchronous service")
    ] = UNSET


@method(
    "/app/thing/service/invoke",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, DeviceOffline, DeviceSilent, DeviceRefused, SystemBusy),
    title="触发物的服务",
    title_en="Call a service of a device",
    contract=Contract(source="spec D 3.2 API-15"),
)
@answer_busy()
async def invoke_service(data: ServiceCall, scope: Scope, db: Database, invoker: Invoker) -> ServiceResult:
    """A synchronous service is waited for; of an asynchronous one only the message id comes back."""
    device = await device_at(scope, db, data)
    outcome = await invoker.call(scope, device.iot_id, data.identifier, data.args, timeout_s=TIMEOUT_S)
    return ServiceResult(outcome.message_id, outcome.data if outcome.waited else UNSET)
