"""Open-API methods of parking (spec B 3.18); the composing function registers this module.

`/cloud/thing/service/invoke`, which moves barriers and speaks to separate displays, is a method of things.
"""

from linli.domains.parking.openapi.concerns import add_to_list, delete_from_list, query_list
from linli.domains.parking.openapi.leds import send_led_content
from linli.domains.parking.openapi.permissions import add_permissions, delete_permissions, query_permissions
from linli.domains.parking.openapi.tolls import bind_toll, query_toll, unbind_toll

__all__ = [
    "add_permissions",
    "add_to_list",
    "bind_toll",
    "delete_from_list",
    "delete_permissions",
    "query_list",
    "query_permissions",
    "query_toll",
    "send_led_content",
    "unbind_toll",
]
