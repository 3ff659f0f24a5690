"""Parameters of service models' methods, read from the models' documents."""

from typing import Any, Final

from linli.domains.sandbox.examples.by_field import example_value
from linli.domains.sandbox.examples.view import View
from linli.openapi.registry import MethodSpec
from linli.servicebus import documents
from linli.servicebus.documents import Field

_SAMPLES: Final = {"string": "1", "int": 1, "long": 1, "float": 1.0, "bool": True, "any": "1"}


def of_model(spec: MethodSpec, view: View) -> dict[str, Any] | None:
    """None for a method of no service model."""
    model_id, _, name = spec.path.removeprefix("/").partition("/")
    model = documents.built_in().get(model_id)
    method = None if model is None else model.method(name)
    if method is None:
        return None
    return {field.name: _sample(field, view) for field in method.input}


def _sample(field: Field, view: View) -> Any:
    kind = field.item if field.type == "array" else field.type
    if kind == "object":
        value: Any = {inner.name: _sample(inner, view) for inner in field.fields}
    elif field.values:
        first = next(iter(field.values))
        value = first if kind == "string" else int(first)
    elif kind == "string" and (sample := example_value(field.name, view)) is not None:
        value = sample
    else:
        value = _SAMPLES.get(kind or "any", "1")
    return [value] if field.type == "array" else value
