"""What other rooms may want to know of projects."""

from typing import ClassVar

from linli.kernel.events import Event


class ProjectCreated(Event, frozen=True):
    """A project exists. Whoever keeps spaces makes its root under `root_space_id`."""

    name: ClassVar[str] = "project.created"

    tenant_id: str
    project_id: str
    title: str
    root_space_id: int
    made_by_project: str | None
    """The project whose key made it by API; None: people did."""


class CapabilityDecided(Event, frozen=True):
    """A capability was approved or rejected."""

    name: ClassVar[str] = "project.capability_decided"

    tenant_id: str
    project_id: str
    capability: str
    approved: bool
