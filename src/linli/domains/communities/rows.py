"""Communities, spaces, houses, assets and uploads as the queries read them. Times are UTC ms."""

from typing import NamedTuple

UNDER_REVIEW, APPROVED, REJECTED = 1, 2, 3
"""APPLY_STATUS."""


class Community(NamedTuple):
    """A row of `communities`, in the order of the columns."""

    community_id: int
    tenant_id: str
    project_id: str | None
    name: str
    kind: str
    city: str
    address: str
    poid: str
    lng: float | None
    lat: float | None
    service_start: str
    service_end: str
    managing_body: str
    apply_status: int
    reject_reason: str
    root_space_id: int | None
    scope_id: str | None
    time_zone: str
    phone: str
    applied_by: str
    reviewed_by: str
    reviewed_ms: int
    created_ms: int
    changed_ms: int
    body_kind: str
    service_state: str
    service_reason: str
    service_note: str
    service_ms: int


class Space(NamedTuple):
    """A row of `spaces`, in the order of the columns."""

    space_id: int
    tenant_id: str
    community_id: int
    parent_id: int | None
    kind: str
    name: str
    direction: int | None
    depth: int
    path: str
    order_key: str
    created_ms: int
    changed_ms: int


class House(NamedTuple):
    """A house in a list."""

    space_id: int
    community_id: int
    parent_id: int
    name: str
    location: str
    """Names from the first level below the root down, joined by "/"."""
    layout: str
    area_m2: float | None
    house_type: int | None
    house_status: int | None
    created_ms: int
    changed_ms: int


class Asset(NamedTuple):
    asset_id: int
    house_id: int
    type: int
    name: str


class Upload(NamedTuple):
    """A row of `uploads`, in the order of the columns."""

    upload_id: str
    tenant_id: str
    project_id: str | None
    community_id: int | None
    biz_code: str
    tmp_key: str
    object_key: str
    content_type: str
    size: int
    width: int
    height: int
    created_ms: int
