"""The TSL document: reading one with every fault explained, and writing the exact form of `dsl/get`.

A document lists properties, events and services. Three members are made from the properties and never stored: the
services `set` and `get` and the event `post`. Numbers in `specs` are strings. Source: spec D, 3.5 and golden V-05.
"""

from typing import Any, Final

import msgspec

from linli.tsl.model import Event, Property, Service, ThingModel
from linli.tsl.problems import ModelRefused, Problem
from linli.tsl.reading import Reader
from linli.tsl.types import ArrayOf, Bool, DataType, Date, Enum, Member, Number, StructOf, Text, type_name

SCHEMA: Final = "https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json"
"""Clients compare the string; nothing is ever fetched from it."""


def parse(document: object) -> ThingModel:
    """Read a decoded TSL document; generated members and `profile` are skipped. Raises ModelRefused."""
    reader = Reader()
    model = reader.model(document)
    if reader.problems:
        raise ModelRefused(reader.problems)
    return model


def examine(document: object) -> tuple[ThingModel, list[Problem]]:
    """The readable part of a document, and all its faults: for a document that is being edited."""
    reader = Reader()
    return reader.model(document), reader.problems


def parse_json(text: str | bytes) -> ThingModel:
    """As `parse`, from JSON text. Raises ModelRefused, also when it is no JSON."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelRefused([Problem("$", "not_json", {"reason": str(error)})]) from error
    return parse(document)


def export(model: ThingModel, product_key: str, device_name: str = "") -> dict[str, Any]:
    """The whole document of one device (or, without `device_name`, of a product), generated members included."""
    profile = {"productKey": product_key} | ({"deviceName": device_name} if device_name else {})
    return {
        "schema": SCHEMA,
        "profile": profile,
        "link": f"/sys/{product_key}/{device_name}/thing/",
        "services": [*_generated_services(model), *map(_service, model.services)],
        "properties": [_property(item) for item in model.properties],
        "events": [_generated_event(model), *map(_event, model.events)],
    }


def export_json(model: ThingModel, product_key: str, device_name: str = "") -> str:
    return msgspec.json.encode(export(model, product_key, device_name)).decode()


def to_document(model: ThingModel) -> dict[str, Any]:
    """The simple form: the document without profile and generated members, as people write it."""
    return {
        "services": [_service(item) for item in model.services],
        "properties": [_property(item) for item in model.properties],
        "events": [_event(item) for item in model.events],
    }


def to_storage(model: ThingModel) -> str:
    """The stored form of a model: the simple form. `parse_json` reads it back."""
    return msgspec.json.encode(to_document(model)).decode()


def _generated_services(model: ThingModel) -> list[dict[str, Any]]:
    return [
        {
            "outputData": [],
            "identifier": "set",
            "inputData": [_member(item) for item in model.properties if item.writable],
            "method": "thing.service.property.set",
            "name": "set",
            "required": True,
            "callType": "async",
            "desc": "属性设置",
        },
        {
            "outputData": [_member(item) for item in model.properties],
            "identifier": "get",
            "inputData": [item.identifier for item in model.properties],
            "method": "thing.service.property.get",
            "name": "get",
            "required": True,
            "callType": "async",
            "desc": "属性获取",
        },
    ]


def _generated_event(model: ThingModel) -> dict[str, Any]:
    return {
        "outputData": [_member(item) for item in model.properties],
        "identifier": "post",
        "method": "thing.event.property.post",
        "name": "post",
        "type": "info",
        "required": True,
        "desc": "属性上报",
    }


def _property(item: Property) -> dict[str, Any]:
    out = _member(item) | {"accessMode": "rw" if item.writable else "r", "required": item.required}
    return out | ({"desc": item.desc} if item.desc is not None else {})


def _event(item: Event) -> dict[str, Any]:
    out: dict[str, Any] = {
        "outputData": [_member(member) for member in item.output],
        "identifier": item.identifier,
        "method": item.method,
        "name": item.name,
        "type": item.type,
        "required": item.required,
    }
    return out | ({"desc": item.desc} if item.desc is not None else {})


def _service(item: Service) -> dict[str, Any]:
    out: dict[str, Any] = {
        "outputData": [_member(member) for member in item.output],
        "identifier": item.identifier,
        "inputData": [_member(member) for member in item.input],
        "method": item.method,
        "name": item.name,
        "required": item.required,
        "callType": item.call_type,
    }
    return out | ({"desc": item.desc} if item.desc is not None else {})


def _member(item: Property | Member) -> dict[str, Any]:
    return {"identifier": item.identifier, "dataType": _type(item.type), "name": item.name}


def _type(data_type: DataType) -> dict[str, Any]:
    return {"specs": _specs(data_type), "type": type_name(data_type)}


def _specs(data_type: DataType) -> Any:
    match data_type:
        case Number(min=low, max=high, step=step, unit=unit, unit_name=unit_name):
            written = {
                "unit": unit or None,
                "min": None if low is None else f"{low}",
                "unitName": unit_name or None,
                "max": None if high is None else f"{high}",
                "step": None if step is None else f"{step}",
            }
            return {key: value for key, value in written.items() if value is not None}
        case Text(length=length):
            return {"length": str(length)}
        case Date():
            return {}
        case Bool(labels=labels):
            return {"0": labels[0], "1": labels[1]}
        case Enum(items=items):
            return {str(number): label for number, label in items}
        case StructOf(members=members):
            return [_member(member) for member in members]
        case ArrayOf(size=size, item=item):
            return {"item": _type(item), "size": str(size)}
