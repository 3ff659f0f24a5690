"""Web routes of the application platform: projects, their capabilities, devices and keys; listed by the console."""

from linli.domains.projects.console.devices import project_device_routes
from linli.domains.projects.console.keys import project_key_routes
from linli.domains.projects.console.models import project_model_routes
from linli.domains.projects.console.projects import platform_project_routes
from linli.domains.projects.console.reviews import capability_review_routes

ROUTES = (
    platform_project_routes,
    project_device_routes,
    project_key_routes,
    project_model_routes,
    capability_review_routes,
)
