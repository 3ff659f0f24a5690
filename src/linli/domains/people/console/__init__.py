"""Web routes of the organisation, of user groups and of the property's employees; listed by the console."""

from linli.domains.people.console.companies import agreement_routes, organisation_routes
from linli.domains.people.console.departments import department_routes
from linli.domains.people.console.employees import employee_routes
from linli.domains.people.console.messages import sms_routes
from linli.domains.people.console.permissions import permission_routes
from linli.domains.people.console.person_groups import person_group_routes
from linli.domains.people.console.persons import person_routes
from linli.domains.people.console.roles import rights_routes, role_routes, staff_log_routes
from linli.domains.people.console.user_groups import community_user_routes, user_group_routes

ROUTES = (
    rights_routes,
    role_routes,
    person_routes,
    person_group_routes,
    staff_log_routes,
    sms_routes,
    user_group_routes,
    community_user_routes,
    department_routes,
    employee_routes,
    permission_routes,
    organisation_routes,
    agreement_routes,
)
