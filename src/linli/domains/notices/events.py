"""Events of notices, raised in the transaction that wrote them."""

from typing import ClassVar, Literal

from linli.kernel.events import Event


class NoticeChanged(Event, frozen=True):
    """Published notices of a community changed (push topic `community/message/change`, spec B §4.5). Drafts raise
    nothing."""

    name: ClassVar[str] = "notices.changed"
    tenant_id: str
    community_id: int
    ids: list[int]
    type: Literal["publish", "update", "delete"]
