"""Web routes of the organisation: roles, persons, person groups, who gave what; listed by the console."""

from litestar import Controller

from linli.domains.people.console.messages import SmsRoutes
from linli.domains.people.console.person_groups import PersonGroupRoutes
from linli.domains.people.console.persons import PersonRoutes
from linli.domains.people.console.roles import RightsRoutes, RoleRoutes, StaffLogRoutes

CONTROLLERS: tuple[type[Controller], ...] = (
    RightsRoutes,
    RoleRoutes,
    PersonRoutes,
    PersonGroupRoutes,
    StaffLogRoutes,
    SmsRoutes,
)
