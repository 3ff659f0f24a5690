"""Thing models (物模型, TSL): typed model, documents, explaining validation, compiled value checks. Pure."""

from linli.tsl.document import export, export_json, parse, parse_json, to_storage
from linli.tsl.model import Event, Property, Service, ThingModel
from linli.tsl.problems import ModelRefused, Problem, ValueOutside, ValueRefused
from linli.tsl.types import type_name, unit_of
from linli.tsl.values import CompiledModel, PostedValue, PropertyRule, compile_model, read_time

__all__ = [
    "CompiledModel",
    "Event",
    "ModelRefused",
    "PostedValue",
    "Problem",
    "Property",
    "PropertyRule",
    "Service",
    "ThingModel",
    "ValueOutside",
    "ValueRefused",
    "compile_model",
    "export",
    "export_json",
    "parse",
    "parse_json",
    "read_time",
    "to_storage",
    "type_name",
    "unit_of",
]
