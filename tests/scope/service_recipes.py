"""Recipes of the service models: made from their documents, since every method of a model is called alike.

The town serves them itself: what is shown here is that a device of another tenant never reaches who answers.
"""

from collections.abc import Callable
from typing import Any

from linli.openapi import reference
from linli.servicebus import documents
from linli.servicebus.bus import ServiceBus
from linli.servicebus.documents import Field, Method, ServiceModel
from linli.servicebus.params import result_of

_SAMPLES = {"string": "x", "int": 1, "long": 1, "float": 1.0, "bool": True, "any": "x"}


def sample(field: Field) -> Any:
    """A value that the field takes."""
    kind = field.item if field.type == "array" else field.type
    if kind == "object":
        value: Any = {inner.name: sample(inner) for inner in field.fields}
    elif field.values:
        first = next(iter(field.values))
        value = first if kind == "string" else int(first)
    else:
        value = _SAMPLES.get(kind or "any", "x")
    return [value] if field.type == "array" else value


def recipe(method: Method) -> Callable[[Any], dict[str, Any]]:
    params = {field.name: sample(field) for field in method.input}
    if {"productKey", "deviceName"} <= params.keys():
        return lambda x: {**params, "productKey": x.product, "deviceName": x.door_name}
    return lambda x: params


def service_recipes() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    return {
        (f"/{model.id}/{method.name}", method.version): [recipe(method)]
        for model in documents.built_in().values()
        for method in model.methods
    }


async def serve_all(bus: ServiceBus) -> None:
    """Answer every model of the platform, in the shape that its document gives."""

    async def answer(tenant_id: str, model: ServiceModel, method: Method) -> Any:
        return reference.example_of(result_of(model.id, method)) or {}

    bus.stand_in = answer
