"""Console: when a camera is recorded here, and how that goes."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.hours import Hours, read_hours, tell_hours
from linli.domains.people.rights import Right
from linli.domains.video.queries import cameras as cameras_queries
from linli.domains.video.queries import recording as queries
from linli.domains.video.recorder.room import Recordings
from linli.domains.video.recording_rows import Plan
from linli.domains.video.service import recording as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

USE, MANAGE = Right.RECORDINGS_SEE.value, Right.RECORDINGS_MANAGE.value
PLAN_HISTORY = Kind(name=service.HISTORY, see=USE, manage=MANAGE)

Mode = Annotated[
    Literal["off", "plan", "event"],
    Meta(description="Not; in the hours; in the hours, but only around alarms with 10 s before them."),
]


class RecordingPlanForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    mode: Mode
    hours: Annotated[Hours | None, Meta(description="Null: at all hours.")] = None
    sub: Annotated[bool, Meta(description="The small stream.")] = False
    days: Annotated[int, Meta(ge=1, le=service.MOST_DAYS, description="Kept for so long.")] = 30
    most_mb: Annotated[
        int, Meta(ge=0, le=service.MOST_MB, description="Most megabytes of this camera; 0: no own limit.")
    ] = 0


class RecordingCondition(msgspec.Struct, rename="camel", frozen=True):
    """The plan of a camera, and what the recorder says."""

    served: Annotated[bool, Meta(description="Whether this platform records at all.")]
    mode: Mode
    hours: Hours | None
    sub: bool
    days: int
    most_mb: int
    state: Annotated[
        Literal["off", "waiting", "recording", "away"],
        Meta(description="Not wanted now; waits for an alarm; writes; should write and cannot."),
    ]
    cause: Annotated[str, Meta(description="Code of why it cannot.")]
    reason: Annotated[str, Meta(description="The same in words; empty: the code says it.")]
    manual_until_ms: Annotated[int, Meta(description="By hand until then; 0: not.")]
    bytes: int
    locked_bytes: int
    first_ms: Annotated[int, Meta(description="Begin of the oldest; 0: there is none.")]


class ManualForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    minutes: Annotated[int, Meta(ge=0, le=1_440, description="From now on; 0: no longer.")]


recording_routes = Routes(
    "/communities/{community_id:int}/cameras/{camera_id:int}/recording", tags=("cameras",)
)


@recording_routes.get(right=USE, raises=(NotFound,))
async def recording_condition(
    community_id: int, camera_id: int, scope: Scope, db: Database, clock: Clock, recordings: Recordings
) -> RecordingCondition:
    """When a camera is recorded, whether it is now, and how much there is."""
    row = await cameras_queries.camera(scope, db, camera_id, community_id=community_id)
    plan = await queries.plan_of(scope, db, row.iot_id) or Plan(row.iot_id, scope.tenant, community_id)
    use = await queries.use_of(scope, db, row.iot_id)
    recorded = recordings.recorder.camera(row.iot_id) if recordings.recorder is not None else None
    state: Literal["off", "waiting", "recording", "away"] = "off"
    cause = reason = ""
    if recorded is not None and recorded.wanted():
        if recorded.trouble:
            state, cause = "away", recorded.trouble
            reason = recorded.reason.text(scope.language) if recorded.reason is not None else ""
        else:
            state = "recording" if recorded.writing else "waiting"
    there = recordings.recorder.ledger.bytes_of(row.iot_id) if recordings.recorder is not None else 0
    manual_ms = plan.manual_until_ms if plan.manual_until_ms > clock.now_ms() else 0
    return RecordingCondition(
        recordings.recorder is not None, plan.mode, tell_hours(plan.hours), bool(plan.sub), plan.days, plan.most_mb,  # type: ignore[arg-type]
        state, cause, reason, manual_ms, max(use.bytes, there), use.locked_bytes, use.first_ms,
    )  # fmt: skip


@recording_routes.put(right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_recording_plan(
    community_id: int, camera_id: int, data: RecordingPlanForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Say when a camera is recorded here. It begins, or ends, within seconds."""
    row = await cameras_queries.camera(scope, tx, camera_id, community_id=community_id)
    form = service.PlanForm(data.mode, read_hours(data.hours, "hours"), data.sub, data.days, data.most_mb)
    await service.set_plan(
        scope, tx, community_id=community_id, iot_id=row.iot_id, form=form, now_ms=clock.now_ms()
    )


@recording_routes.post("/manual", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def record_by_hand(
    community_id: int, camera_id: int, data: ManualForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Record from now on for some minutes, whatever the plan says."""
    row = await cameras_queries.camera(scope, tx, camera_id, community_id=community_id)
    await service.record_by_hand(
        scope, tx, community_id=community_id, iot_id=row.iot_id, lasts_ms=data.minutes * 60_000,
        now_ms=clock.now_ms(),
    )  # fmt: skip


__all__ = ["recording_routes"]
