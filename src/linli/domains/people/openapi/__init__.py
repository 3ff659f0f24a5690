"""Open-API methods of people (spec B §3.7-3.8); the composing function registers this module."""

from linli.domains.people.openapi.residents import (
    delete_member,
    list_houses_of_user,
    list_members,
    query_residents,
    save_member,
)
from linli.domains.people.openapi.users import add_user, get_user, query_groups, query_users
from linli.domains.people.openapi.vehicles import (
    add_vehicles,
    delete_vehicles,
    query_vehicles,
    update_vehicles,
)

__all__ = [
    "add_user",
    "add_vehicles",
    "delete_member",
    "delete_vehicles",
    "get_user",
    "list_houses_of_user",
    "list_members",
    "query_groups",
    "query_residents",
    "query_users",
    "query_vehicles",
    "save_member",
    "update_vehicles",
]
