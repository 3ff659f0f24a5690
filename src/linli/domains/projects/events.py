"""Events of projects, raised in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class ProjectCreated(Event, frozen=True):
    """A project was created. The room of spaces makes its root `root_space_id`."""

    name: ClassVar[str] = "project.created"

    tenant_id: str
    project_id: str
    title: str
    root_space_id: int
    made_by_project: str | None
    """The project whose key created it by API; None: created in the console."""


class CapabilityDecided(Event, frozen=True):
    """A capability was approved or rejected."""

    name: ClassVar[str] = "project.capability_decided"

    tenant_id: str
    project_id: str
    capability: str
    approved: bool
