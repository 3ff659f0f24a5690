"""Web routes of the organisation, of user groups and of the property's employees; listed by the console."""

from litestar import Controller

from linli.domains.people.console.companies import AgreementRoutes, OrganisationRoutes
from linli.domains.people.console.departments import DepartmentRoutes
from linli.domains.people.console.employees import EmployeeRoutes
from linli.domains.people.console.messages import SmsRoutes
from linli.domains.people.console.permissions import PermissionRoutes
from linli.domains.people.console.person_groups import PersonGroupRoutes
from linli.domains.people.console.persons import PersonRoutes
from linli.domains.people.console.roles import RightsRoutes, RoleRoutes, StaffLogRoutes
from linli.domains.people.console.user_groups import CommunityUserRoutes, UserGroupRoutes

ROUTES: tuple[type[Controller], ...] = (
    RightsRoutes,
    RoleRoutes,
    PersonRoutes,
    PersonGroupRoutes,
    StaffLogRoutes,
    SmsRoutes,
    UserGroupRoutes,
    CommunityUserRoutes,
    DepartmentRoutes,
    EmployeeRoutes,
    PermissionRoutes,
    OrganisationRoutes,
    AgreementRoutes,
)
