"""Open-API methods of things; the composing function registers this module."""

from linli.things.openapi.control import invoke_service as invoke_app_service
from linli.things.openapi.control import set_properties
from linli.things.openapi.devices import (
    get_info,
    get_properties,
    get_status,
    get_statuses,
    get_thing_model,
    list_info,
)
from linli.things.openapi.lists import get_snapshots, list_things
from linli.things.openapi.services import invoke_service
from linli.things.openapi.timelines import get_event_timeline, get_property_timeline, get_service_records
from linli.things.openapi.topology import get_tags, get_topology

__all__ = [
    "get_event_timeline",
    "get_info",
    "get_properties",
    "get_property_timeline",
    "get_service_records",
    "get_snapshots",
    "get_status",
    "get_statuses",
    "get_tags",
    "get_thing_model",
    "get_topology",
    "invoke_app_service",
    "invoke_service",
    "list_info",
    "list_things",
    "set_properties",
]
