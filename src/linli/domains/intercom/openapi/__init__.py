"""Open-API methods of the intercom (spec B 3.20, E 3.4); the composing function registers this module."""

from linli.domains.intercom.openapi.doors import (
    add_rooms,
    delete_rooms,
    door_number,
    issue_number,
    query_rooms,
)
from linli.domains.intercom.openapi.houses import delete_house, get_house, save_house
from linli.domains.intercom.openapi.numbers import (
    add_accounts,
    add_groups,
    add_members,
    delete_accounts,
    delete_groups,
    get_account,
    list_members,
    remove_members,
    renew_password,
)
from linli.domains.intercom.openapi.servers import bind_server, bound_server, list_servers

__all__ = [
    "add_accounts",
    "add_groups",
    "add_members",
    "add_rooms",
    "bind_server",
    "bound_server",
    "delete_accounts",
    "delete_groups",
    "delete_house",
    "delete_rooms",
    "door_number",
    "get_account",
    "get_house",
    "issue_number",
    "list_members",
    "list_servers",
    "query_rooms",
    "remove_members",
    "renew_password",
    "save_house",
]
