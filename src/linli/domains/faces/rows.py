"""Rows as the queries of pictures, consents and erasures read them. Times are UTC ms."""

from typing import NamedTuple


class Image(NamedTuple):
    id: int
    tenant_id: str
    owner: str
    user_type: str
    user_id: str
    identity_id: str
    community_id: int | None
    face_id: str
    object_key: str
    md5: str
    size: int
    source: str
    user_name: str
    face_ext: str
    user_ext: str
    user_role: int | None
    mobile: str
    policy: str
    expires_ms: int | None
    live: int
    created_ms: int
    changed_ms: int


class Consent(NamedTuple):
    id: int
    tenant_id: str
    community_id: int | None
    image_id: int
    identity_id: str
    purpose: str
    how: str
    asked_by: str
    text_version: str
    guardian: str
    given_ms: int
    expires_ms: int | None
    ended_ms: int | None
    end_reason: str
    ended_by: str
    proof_key: str
    """Key of the signed form in the object store; empty: none."""


class StaffFace(NamedTuple):
    community_id: int
    account_id: int
    tenant_id: str
    identity_id: str
    since_ms: int


class Erasure(NamedTuple):
    id: int
    tenant_id: str
    community_id: int | None
    image_id: int
    face_id: str
    identity_id: str
    reason: str
    caller: str
    asked_ms: int
    picture_ms: int | None
    finished_ms: int | None


class ErasureDevice(NamedTuple):
    erasure_id: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    device_name: str
    confirmed_ms: int | None
    gone_ms: int | None


class Deployment(NamedTuple):
    iot_id: str
    user_group_id: str
    tenant_id: str
    community_id: int
    live: int
    deployed_ms: int
    changed_ms: int
