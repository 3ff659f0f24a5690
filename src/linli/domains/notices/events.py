"""What happens to notices, told to the other rooms in the transaction that wrote it."""

from typing import ClassVar, Literal

from linli.kernel.events import Event


class NoticeChanged(Event, frozen=True):
    """Published notices of a community changed (push topic `community/message/change`, spec B §4.5). Nobody hears
    of drafts."""

    name: ClassVar[str] = "notices.changed"
    tenant_id: str
    community_id: int
    ids: list[int]
    type: Literal["publish", "update", "delete"]
