"""Open-API methods of people (spec B §3.7-3.8, 3.11, 3.12, 3.21); the composing function registers this module."""

from linli.domains.people.openapi.accounts import (
    find_account_by_phone,
    freeze_account,
    register_account,
    unfreeze_account,
    unregister_account,
)
from linli.domains.people.openapi.departments import (
    create_department,
    delete_department,
    modify_department,
    query_departments,
)
from linli.domains.people.openapi.employees import (
    add_to_department,
    create_employee,
    delete_employee,
    get_employee,
    list_departments_of_employee,
    modify_employee,
    query_department_employees,
    query_employees,
    remove_from_department,
)
from linli.domains.people.openapi.groups import (
    add_group,
    add_group_1_0_0,
    add_group_member,
    delete_group,
    delete_group_member,
    query_groups,
    update_group,
)
from linli.domains.people.openapi.permissions import list_community_auth, query_app_permissions
from linli.domains.people.openapi.residents import (
    delete_member,
    list_houses_of_user,
    list_members,
    query_residents,
    save_member,
)
from linli.domains.people.openapi.users import (
    add_user,
    add_user_1_0_0,
    delete_user,
    get_user,
    query_users,
    query_users_1_0_0,
    update_user,
)
from linli.domains.people.openapi.vehicles import (
    add_vehicles,
    delete_vehicles,
    query_vehicles,
    update_vehicles,
)

__all__ = [
    "add_group",
    "add_group_1_0_0",
    "add_group_member",
    "add_to_department",
    "add_user",
    "add_user_1_0_0",
    "add_vehicles",
    "create_department",
    "create_employee",
    "delete_department",
    "delete_employee",
    "delete_group",
    "delete_group_member",
    "delete_member",
    "delete_user",
    "delete_vehicles",
    "find_account_by_phone",
    "freeze_account",
    "get_employee",
    "get_user",
    "list_community_auth",
    "list_departments_of_employee",
    "list_houses_of_user",
    "list_members",
    "modify_department",
    "modify_employee",
    "query_app_permissions",
    "query_department_employees",
    "query_departments",
    "query_employees",
    "query_groups",
    "query_residents",
    "query_users",
    "query_users_1_0_0",
    "query_vehicles",
    "register_account",
    "remove_from_department",
    "save_member",
    "unfreeze_account",
    "unregister_account",
    "update_group",
    "update_user",
    "update_vehicles",
]
