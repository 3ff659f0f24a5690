"""Events at the edge, published in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class EdgeMoved(Event, frozen=True):
    """A box, one of its deployments, components or its replacement went a step. `what` says which."""

    name: ClassVar[str] = "boxes.edge_moved"

    tenant_id: str
    community_id: int | None
    what: str
    cluster_id: int
    node_id: int = 0
    gateway_id: int = 0
