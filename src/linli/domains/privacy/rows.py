"""Requests for deletion and exports of personal data as the queries read them, with their states. Times are UTC ms."""

from typing import Literal, NamedTuple

from linli.kernel.entry import Filter

WAITING, DONE, REFUSED, WITHDRAWN = "waiting", "done", "refused", "withdrawn"
MAKING, READY, FAILED = "making", "ready", "failed"


class DeletionRequest(NamedTuple):
    """A row of `deletion_requests`, in the order of the columns."""

    request_id: int
    tenant_id: str
    community_id: int
    identity_id: str
    account_id: int
    name: str
    words: str
    state: str
    reason: str
    decided_by: str
    decided_ms: int
    due_ms: int
    reminded: int
    created_ms: int


class DataExport(NamedTuple):
    """A row of `data_exports`, in the order of the columns."""

    export_id: int
    account_id: int
    language: str
    state: str
    object_key: str
    size: int
    created_ms: int
    ready_ms: int
    expires_ms: int


class DeletionFilter(Filter, frozen=True):
    """Requests of a community: all, or those of one state."""

    state: Literal["waiting", "done", "refused", "withdrawn"] | None = None
