"""Open-API methods of lifts (spec E 3.5); the composing function registers this module.

`/cloud/thing/service/invoke` 1.0.1, which calls every service of 4.6, is a method of things.
"""

from linli.domains.elevators.openapi.calls import call_lift
from linli.domains.elevators.openapi.credentials import delete_credential, query_credential, save_credential
from linli.domains.elevators.openapi.linkages import add_linkage, delete_linkage, get_linkage, update_linkage
from linli.domains.elevators.openapi.persons import delete_person, query_person, save_person

__all__ = [
    "add_linkage",
    "call_lift",
    "delete_credential",
    "delete_linkage",
    "delete_person",
    "get_linkage",
    "query_credential",
    "query_person",
    "save_credential",
    "save_person",
    "update_linkage",
]
