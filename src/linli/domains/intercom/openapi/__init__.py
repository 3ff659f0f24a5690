"""Open-API methods of the intercom (spec A 3, B 3.20, E 3.4); the composing function registers this module."""

from linli.domains.intercom.openapi.doors import (
    add_rooms,
    delete_rooms,
    door_number,
    issue_number,
    query_rooms,
)
from linli.domains.intercom.openapi.home_terminals import (
    bind_terminal,
    list_terminals,
    rename_terminal,
    unbind_terminal,
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
from linli.domains.intercom.openapi.terminals import (
    binding_code,
    binding_status,
    channel,
    open_door,
    unbind_here,
    usable_doors,
)

__all__ = [
    "add_accounts",
    "add_groups",
    "add_members",
    "add_rooms",
    "bind_server",
    "bind_terminal",
    "binding_code",
    "binding_status",
    "bound_server",
    "channel",
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
    "list_terminals",
    "open_door",
    "query_rooms",
    "remove_members",
    "rename_terminal",
    "renew_password",
    "save_house",
    "unbind_here",
    "unbind_terminal",
    "usable_doors",
]
