"""Web routes of the application platform: projects, their capabilities, devices and keys; listed by the console."""

from litestar import Controller

from linli.domains.projects.console.devices import ProjectDeviceRoutes
from linli.domains.projects.console.keys import ProjectKeyRoutes
from linli.domains.projects.console.models import ProjectModelRoutes
from linli.domains.projects.console.projects import PlatformProjectRoutes
from linli.domains.projects.console.reviews import CapabilityReviewRoutes

ROUTES: tuple[type[Controller], ...] = (
    PlatformProjectRoutes,
    ProjectDeviceRoutes,
    ProjectKeyRoutes,
    ProjectModelRoutes,
    CapabilityReviewRoutes,
)
