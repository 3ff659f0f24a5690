"""Service models as methods of the gateway: `POST /{model}/{method}`, signed and granted like any other (spec F 3.8)."""

from typing import Any

import msgspec

from linli.kernel.db import Database
from linli.kernel.entry.needs import Need
from linli.kernel.errors import Forbidden, NotFound
from linli.kernel.scope import Scope
from linli.openapi.plans import MethodPlan
from linli.openapi.registry import Call, Handler, MethodSpec
from linli.servicebus import documents
from linli.servicebus.bus import Caller, ServiceBus
from linli.servicebus.documents import Method, ServiceModel
from linli.servicebus.errors import BadAnswer, NobodyServes, ProviderDown, ServiceRefused
from linli.servicebus.params import params_of, passed_on, result_of
from linli.things.queries.devices import get_device


def specs() -> list[MethodSpec]:
    """Every method of the models that come with the platform. A model is one service to grant, named by its id."""
    return [_spec(model, method) for model in documents.built_in().values() for method in model.methods]


class MorePlans:
    """Plans of what is in no registry: models of a tenant's own, and built-in methods called by their model's version."""

    def __init__(self, bus: ServiceBus, db: Database) -> None:
        self._bus = bus
        self._db = db
        self._plans: dict[tuple[str, int], tuple[Method, MethodPlan]] = {}

    async def __call__(self, tenant_id: str, path: str, version: str) -> MethodPlan | None:
        built = self._built_in(path, version) or await self._bus.method(tenant_id, path, version)
        if built is None:
            return None
        model, method = built
        key = f"{model.id}/{method.name}", id(method)
        cached = self._plans.get(key)
        if cached is None or cached[0] is not method:
            if len(self._plans) > 2000:
                self._plans.clear()
            cached = self._plans[key] = (
                method,
                MethodPlan(_spec(model, method), {ServiceBus: self._bus, Database: self._db}),
            )
        return cached[1]

    @staticmethod
    def _built_in(path: str, version: str) -> tuple[ServiceModel, Method] | None:
        _, _, tail = path.partition("/")
        model_id, _, name = tail.partition("/")
        model = documents.built_in().get(model_id)
        method = model.method(name) if model is not None else None
        if model is None or method is None:
            return None
        short = method.version.rpartition(".")[0]  # a test body of the source says 1.0 for 1.0.0
        return (model, method) if version in (model.version, short) else None


async def _own_device(scope: Scope, db: Database, params: dict[str, Any]) -> None:
    """A device that the parameters name is one of the caller's: providers answer for all of a tenant. Raises NotFound."""
    iot_id, product_key, device_name = (params.get(name) for name in ("iotId", "productKey", "deviceName"))
    if isinstance(product_key, str) and isinstance(device_name, str) and product_key and device_name:
        await get_device(scope, db, product_key=product_key, device_name=device_name)
    if isinstance(iot_id, str) and iot_id:
        await get_device(scope, db, iot_id=iot_id)


def _spec(model: ServiceModel, method: Method) -> MethodSpec:
    return MethodSpec(
        path=f"/{model.id}/{method.name}",
        version=method.version,
        service=model.id,
        token="none",
        raises=(NobodyServes, ProviderDown, BadAnswer, ServiceRefused, NotFound, Forbidden),
        title=method.title or method.name,
        title_en=method.title_en or method.title or method.name,
        rate=None,
        legacy=False,
        source="F 3.3-3.5",
        handler=_handler(model, method),
        params_name="data",
        params=params_of(model.id, method),
        result=result_of(model.id, method) or Any,
        needs=(Need("scope", Scope), Need("db", Database), Need("call", Call), Need("bus", ServiceBus)),
        description=model.titled("en"),
        description_zh=model.titled("zh-CN"),
    )


def _handler(model: ServiceModel, method: Method) -> Handler:
    async def call_service(
        data: msgspec.Struct, scope: Scope, db: Database, call: Call, bus: ServiceBus
    ) -> msgspec.Raw:
        """Route the call to the model's provider for the caller's project and wait for the answer."""
        params = passed_on(method, data)
        await _own_device(scope, db, params)
        caller = Caller(call.tenant_id, call.project_id, call.app_key, call.request_id, call.id)
        answered = await bus.call(scope, caller, model.id, method.name, method.version, params)
        return answered.data

    return call_service
