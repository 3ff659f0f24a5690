"""Tables of people. Written by this room's services only."""

from linli.domains.people.models.accounts import (
    account_persons,
    account_roles,
    accounts,
    agreement_acceptances,
    agreements,
    login_links,
    login_starts,
    open_accounts,
    scan_logins,
    sign_in_codes,
    sms_outbox,
)
from linli.domains.people.models.households import (
    house_invitations,
    house_members,
    vehicles,
)
from linli.domains.people.models.organisations import (
    invitations,
    join_requests,
    organisations,
)
from linli.domains.people.models.persons import (
    community_persons,
    persons,
    resident_forms,
    user_group_members,
    user_groups,
)
from linli.domains.people.models.staff import (
    community_rights,
    company_role_holders,
    company_roles,
    department_members,
    departments,
    employees,
    project_group_members,
    staff,
    staff_log,
    staff_rights,
)

__all__ = [
    "account_persons",
    "account_roles",
    "accounts",
    "agreement_acceptances",
    "agreements",
    "community_persons",
    "community_rights",
    "company_role_holders",
    "company_roles",
    "department_members",
    "departments",
    "employees",
    "house_invitations",
    "house_members",
    "invitations",
    "join_requests",
    "login_links",
    "login_starts",
    "open_accounts",
    "organisations",
    "persons",
    "project_group_members",
    "resident_forms",
    "scan_logins",
    "sign_in_codes",
    "sms_outbox",
    "staff",
    "staff_log",
    "staff_rights",
    "user_group_members",
    "user_groups",
    "vehicles",
]
