"""Notices as the queries read them, with their states. Times are UTC ms."""

from typing import Final, NamedTuple

import msgspec

from linli.domains.notices.schemas import Publication

DRAFT: Final = "draft"
SCHEDULED: Final = "scheduled"
PUBLISHED: Final = "published"
STATES: Final = (DRAFT, SCHEDULED, PUBLISHED)


class Notice(NamedTuple):
    """A row of `notices`, in the order of the columns."""

    notice_id: int
    tenant_id: str
    community_id: int
    title: str
    publications: str
    type: int
    publish_type: int
    is_top: int
    in_spaces: int
    state: str
    publish_ms: int
    created_by: str
    created_ms: int
    changed_ms: int
    deleted_ms: int
    deleted_by: str

    @property
    def groups(self) -> list[Publication]:
        return msgspec.json.decode(self.publications, type=list[Publication])
