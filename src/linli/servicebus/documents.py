"""The document of a service model: its methods and their fields, as integrators write and read it.

    {"id": "meterService", "version": "1.0", "title": "表计服务", "titleEn": "Meter service", "methods": [
        {"name": "read", "version": "1.0.0", "title": "读数", "titleEn": "Read",
         "input": [{"name": "meterId", "type": "string", "required": true}],
         "output": {"name": "data", "type": "object", "fields": [{"name": "total", "type": "float"}]}}]}

Built-in models come with the platform (`data/`); tenants bring their own in the same form.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from linli.kernel.errors import BadInput

type FieldType = Literal["string", "int", "long", "float", "bool", "object", "array", "any"]

MAX_BYTES: Final = 256 * 1024
MAX_METHODS: Final = 200
MAX_FIELDS: Final = 200
"""Of one method, nested ones counted."""
MAX_DEPTH: Final = 6
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,63}")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}")


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One member of a method's input or output."""

    name: str
    type: FieldType
    required: bool = False
    title: str = ""
    item: FieldType | None = None
    """The items of an array."""
    fields: tuple["Field", ...] = ()
    """Members of an object, or of the objects in an array."""
    values: dict[str, str] = {}
    """The meaning of each allowed value; empty if any value is allowed."""


class Method(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    version: str
    title: str = ""
    title_en: str = ""
    input: tuple[Field, ...] = ()
    output: Field | None = None
    """The content of the answer's `data`; None: nothing."""


class ServiceModel(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    version: str
    title: str = ""
    title_en: str = ""
    methods: tuple[Method, ...] = ()

    def method(self, name: str) -> Method | None:
        return next((method for method in self.methods if method.name == name), None)

    def titled(self, language: str) -> str:
        return (self.title_en if language == "en" else self.title) or self.title or self.title_en or self.id


_decode = msgspec.json.Decoder(ServiceModel).decode


def read(text: str) -> ServiceModel:
    """Read and check a document. Raises BadInput that names the member and the rule."""
    if len(text.encode()) > MAX_BYTES:
        raise BadInput(field="document", rule="too_long", limit=MAX_BYTES)
    try:
        model = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(field="document", rule="unfit", said=str(error)) from error
    check(model)
    return model


def check(model: ServiceModel) -> None:
    """Raises BadInput for names, versions and sizes that no caller could use."""
    _matches(_ID, model.id, "id", "meterService")
    _matches(_VERSION, model.version, "version", "1.0")
    if not 1 <= len(model.methods) <= MAX_METHODS:
        raise BadInput(field="methods", rule="range", low=1, high=MAX_METHODS)
    seen: set[str] = set()
    for index, method in enumerate(model.methods):
        at = f"methods[{index}]"
        _matches(_NAME, method.name, f"{at}.name", "readMeter")
        _matches(_VERSION, method.version, f"{at}.version", "1.0.0")
        if method.name in seen:
            raise BadInput(field=f"{at}.name", rule="taken")
        seen.add(method.name)
        output = (method.output,) if method.output is not None else ()
        count = _check_fields(method.input, f"{at}.input", 1) + _check_fields(output, f"{at}.output", 1)
        if count > MAX_FIELDS:
            raise BadInput(field=at, rule="too_many_items", limit=MAX_FIELDS)


def _check_fields(fields: tuple[Field, ...], at: str, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise BadInput(field=at, rule="too_deep")
    names: set[str] = set()
    count = len(fields)
    for index, field in enumerate(fields):
        place = f"{at}[{index}]"
        _matches(_NAME, field.name, f"{place}.name", "meterId")
        if field.name in names:
            raise BadInput(field=f"{place}.name", rule="taken")
        names.add(field.name)
        if field.type == "array" and field.item is None:
            raise BadInput(field=f"{place}.item", rule="required")
        holds = field.item if field.type == "array" else field.type
        if field.fields and holds != "object":
            raise BadInput(field=f"{place}.fields", rule="only_objects")
        count += _check_fields(field.fields, f"{place}.fields", depth + 1)
    return count


def _matches(pattern: re.Pattern[str], text: str, field: str, example: str) -> None:
    if not pattern.fullmatch(text):
        raise BadInput(field=field, rule="format", example=example)


@cache
def built_in() -> dict[str, ServiceModel]:
    """The models that come with the platform, by id."""
    return {model.id: model for model in _built_in()}


def _built_in() -> Iterator[ServiceModel]:
    for file in sorted(resources.files("linli.servicebus").joinpath("data").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json"):
            yield _decode(file.read_bytes())
