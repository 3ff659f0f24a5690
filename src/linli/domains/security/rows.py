"""What the queries return, in the order of the columns, with the states they may have."""

from typing import Any, Final, NamedTuple

import msgspec

WAITING, HELD, FAILED, REMOVING = "waiting", "held", "failed", "removing"
TAKEN, MISSED = "taken", "missed"
OPEN, HANDLED = "open", "handled"
CAMERA_REPORT: Final = "gb-"
"""So begin the reports of alarms that cameras tell of by GB/T 28181."""
LAST_REPORT: Final = "lastReport"
"""Of a counted one, in its details: so that what is told again is not counted again."""
CAMERA_KINDS: Final = 20_000
"""Their kinds are this + 100 times the standard's method + its type: above those that makers declare."""


class Adapter(NamedTuple):
    node_id: int
    manufacture: str
    tenant_id: str
    community_id: int | None
    ip: str
    port: int
    since_ms: int
    reached: int
    stranger: str
    confirmed: str
    seen_ms: int


class SecurityCamera(NamedTuple):
    iot_id: str
    tenant_id: str
    community_id: int | None
    node_id: int | None
    works: int
    why: str
    snapshot_url: str
    seen_ms: int


class Library(NamedTuple):
    library_id: int
    tenant_id: str
    community_id: int | None
    iot_id: str
    name: str
    type: int
    ext_info: str
    purpose: str
    approver: str
    expires_ms: int | None
    remote_id: str
    state: str
    why: str
    change_no: int
    created_ms: int
    changed_ms: int


class Face(NamedTuple):
    face_id: int
    tenant_id: str
    community_id: int | None
    library_id: int
    iot_id: str
    name: str
    ext_info: str
    object_key: str
    md5: str
    model_id: str
    vector: bytes | None
    remote_id: str
    state: str
    why: str
    created_ms: int
    changed_ms: int


class Rule(NamedTuple):
    iot_id: str
    event_type: int
    tenant_id: str
    community_id: int | None
    week: str
    state: str
    why: str
    fired_ms: int
    changed_ms: int

    @property
    def days(self) -> list[dict[str, Any]]:
        return msgspec.json.decode(self.week, type=list[dict[str, Any]])


class Plan(NamedTuple):
    plan_id: int
    tenant_id: str
    project_id: str
    community_id: int | None
    task_id: str
    body: str
    looked_ms: int
    next_ms: int | None
    changed_ms: int

    @property
    def facts(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])


class PlanCamera(NamedTuple):
    plan_id: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    state: str
    why: str
    node_id: int | None
    taken_ms: int


class Alarm(NamedTuple):
    alarm_id: int
    tenant_id: str
    community_id: int | None
    iot_id: str
    report_id: str
    event_id: str
    event_type: int
    status: int | None
    confidence: int | None
    corners: str
    details: str
    ext_info: str
    scene_key: str
    target_key: str
    face_key: str
    at_ms: int
    created_ms: int
    state: str
    verdict: str
    note: str
    handled_by: str
    handled_ms: int | None

    @property
    def facts(self) -> dict[str, Any]:
        return msgspec.json.decode(self.details, type=dict[str, Any])

    @property
    def by_camera(self) -> bool:
        """Whether the camera itself told of it."""
        return self.report_id.startswith(CAMERA_REPORT)


class Capture(NamedTuple):
    capture_id: int
    tenant_id: str
    community_id: int | None
    iot_id: str
    report_id: str
    task_id: str
    object_key: str
    model_id: str
    vector: bytes | None
    look: str
    at_ms: int
    created_ms: int
