"""The fields of a method as a Struct type, so that the gateway checks and documents it like any other method's."""

from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, Final

import msgspec

from linli.kernel.errors import BadInput
from linli.openapi.descriptions import BETWEEN, half
from linli.servicebus.documents import Field, Method

_SCALARS: Final[Mapping[str, Any]] = {
    "string": str,
    "int": int,
    "long": int,
    "float": float,
    "bool": bool,
    "any": Any,
}


def params_of(model_id: str, method: Method) -> type[msgspec.Struct]:
    """The type of a method's `params`. Members have the wire's names; absent ones stay absent on their way on."""
    return _struct(f"{model_id}_{method.name}_params", method.input)


def result_of(model_id: str, method: Method) -> Any:
    """The type of `data`, for the reference; None where there is none."""
    return None if method.output is None else _type(method.output, f"{model_id}_{method.name}_data")


def passed_on(method: Method, params: msgspec.Struct) -> dict[str, Any]:
    """The parameters for the provider: the declared members that were sent; a single item is put into a list (spec F
    4.2).

    Raises BadInput for a value that is not among those allowed.
    """
    values = msgspec.to_builtins(params)
    assert isinstance(values, dict)
    _settle(method.input, values, "")
    return values


def _settle(fields: tuple[Field, ...], values: dict[str, Any], at: str) -> None:
    for field in fields:
        value = values.get(field.name)
        if value is None:
            continue
        place = f"{at}{field.name}"
        if field.type == "array":
            items = value if isinstance(value, list) else [value]
            values[field.name] = items
        else:
            items = [value]
        for index, item in enumerate(items):
            where = f"{place}[{index}]" if field.type == "array" else place
            if field.values and str(item) not in field.values:
                raise BadInput(field=where, rule="one_of", allowed=", ".join(field.values))
            if field.fields and isinstance(item, dict):
                _settle(field.fields, item, f"{where}.")


def _struct(name: str, fields: tuple[Field, ...]) -> type[msgspec.Struct]:
    members: list[Any] = []
    wire: dict[str, str] = {}
    for index, field in enumerate(fields):
        wire[f"f{index}"] = field.name
        kind: Any = Annotated[
            _type(field, f"{name}_{field.name}"), msgspec.Meta(description=_described(field))
        ]
        if field.required:
            members.append((f"f{index}", kind))
        else:
            members.append((f"f{index}", kind | None | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(name, members, rename=wire, kw_only=True, module=__name__)


def _type(field: Field, name: str) -> Any:
    if field.type == "array":
        item = _scalar(field.item or "any", field.fields, f"{name}Item")
        many: Any = GenericAlias(list, (item,))
        return many if item is Any or field.item == "array" else many | item
    return _scalar(field.type, field.fields, name)


def _scalar(kind: str, fields: tuple[Field, ...], name: str) -> Any:
    if kind == "object":
        return _struct(name, fields) if fields else dict[str, Any]
    if kind == "array":
        return list[Any]
    return _SCALARS[kind]


def _described(field: Field) -> str:
    in_both = [_in_language(field, language) for language in ("zh-CN", "en")]
    return BETWEEN.join(dict.fromkeys(in_both))


def _in_language(field: Field, language: str) -> str:
    meanings = ", ".join(f"{value} {half(meaning, language)}" for value, meaning in field.values.items())
    return f"{field.title} ({meanings})" if field.title and meanings else field.title or meanings
