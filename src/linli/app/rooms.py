"""The rooms of this process: which modules declare open-API methods."""

from types import ModuleType

from linli.databus import openapi as databus
from linli.databus import openapi_subscriptions as subscriptions
from linli.domains.access import openapi as access
from linli.domains.communities import openapi as communities
from linli.domains.elevators import openapi as elevators
from linli.domains.faces import openapi as faces
from linli.domains.intercom import openapi as intercom
from linli.domains.notices import openapi as notices
from linli.domains.parking import openapi as parking
from linli.domains.people import openapi as people
from linli.domains.projects import openapi as projects
from linli.domains.video import openapi as video
from linli.domains.visitors import openapi as visitors
from linli.openapi import token_methods
from linli.openapi.registry import Registry
from linli.protocols import edge_bus
from linli.servicebus import openapi as servicebus
from linli.things import openapi as things

METHODS: tuple[ModuleType, ...] = (
    token_methods,
    things,
    projects,
    communities,
    people,
    access,
    faces,
    intercom,
    elevators,
    parking,
    notices,
    visitors,
    video,
    databus,
    subscriptions,
)


def registry() -> Registry:
    """Every open-API method of the platform. Raises RegistryError on a wrong declaration."""
    methods = Registry()
    methods.add(*METHODS)
    for spec in servicebus.specs():
        methods.add_spec(spec)
    return methods


def list_apis() -> list[dict[str, str]]:
    """`{"path", "version", "kind"}` of everything the registries hold, in order."""
    models = {spec.key for spec in servicebus.specs()}
    rows = [
        {"path": m.path, "version": m.version, "kind": "service-model" if m.key in models else "open-api"}
        for m in registry()
    ]
    rows += [{"path": path, "version": edge_bus.VERSION, "kind": "edge-api"} for path in edge_bus.PATHS]
    return sorted(rows, key=lambda row: (row["kind"], row["path"], row["version"]))
