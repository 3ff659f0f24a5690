"""Thing models (物模型, TSL): typed model, documents, explaining validation, compiled value checks. Pure."""

from linli.tsl.differences import Difference, compare
from linli.tsl.document import examine, export, export_json, parse, parse_json, to_document, to_storage
from linli.tsl.model import Event, Property, Service, ThingModel
from linli.tsl.problems import ModelRefused, Problem, ValueOutside, ValueRefused
from linli.tsl.types import type_name, unit_of
from linli.tsl.units import UNITS, Unit
from linli.tsl.values import CompiledModel, PostedValue, PropertyRule, compile_model, read_time

__all__ = [
    "UNITS",
    "CompiledModel",
    "Difference",
    "Event",
    "ModelRefused",
    "PostedValue",
    "Problem",
    "Property",
    "PropertyRule",
    "Service",
    "ThingModel",
    "Unit",
    "ValueOutside",
    "ValueRefused",
    "compare",
    "compile_model",
    "examine",
    "export",
    "export_json",
    "parse",
    "parse_json",
    "read_time",
    "to_document",
    "to_storage",
    "type_name",
    "unit_of",
]
