"""Jobs, one a device of a campaign, as the rest of the room reads and writes them."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, any_of, in_scope, update_of
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.models import device_firmware, devices
from linli.things.ota.campaign_rows import WORKER, Campaign
from linli.things.ota.models import ota_jobs
from linli.things.ota.states import LOST, OPEN, UNDER_WAY, Job, JobState


class JobRow(NamedTuple):
    """A job with the facts of its device and of its campaign that every step needs."""

    job_no: int
    tenant_id: str
    campaign_no: int
    device_no: int
    module: str
    state: JobState
    progress: int
    step: int
    tries: int
    reason: str
    detail: str
    from_version: str
    due_ms: int | None
    created_ms: int
    released_ms: int | None
    notified_ms: int | None
    changed_ms: int
    finished_ms: int | None
    iot_id: str
    device_name: str
    product_key: str
    nickname: str
    online: int
    community_id: int | None
    project_id: str | None
    current_version: str | None

    @property
    def job(self) -> Job:
        return Job(
            state=JobState(self.state),
            progress=self.progress,
            step=self.step,
            tries=self.tries,
            reason=self.reason,
            detail=self.detail,
            from_version=self.from_version,
            due_ms=self.due_ms,
            finished_ms=self.finished_ms,
        )


def in_states(table: Any, states: frozenset[JobState]) -> ColumnElement[bool]:
    """Jobs in one of these states, which the statement fixes."""
    return or_(*(table.c.state == state.value for state in sorted(states)))


_JOB_OWN = JobRow._fields[: JobRow._fields.index("iot_id")]
JOB_FROM = ota_jobs.join(devices, devices.c.device_no == ota_jobs.c.device_no).outerjoin(
    device_firmware,
    and_(device_firmware.c.device_no == ota_jobs.c.device_no, device_firmware.c.module == ota_jobs.c.module),
)
JOB_COLUMNS = [
    *(ota_jobs.c[name] for name in _JOB_OWN),
    devices.c.iot_id,
    devices.c.device_name,
    devices.c.product_key,
    devices.c.nickname,
    devices.c.online,
    devices.c.community_id,
    devices.c.project_id,
    device_firmware.c.version,
]
JOB = select(*JOB_COLUMNS).select_from(JOB_FROM)

_job = Query(
    JOB.where(ota_jobs.c.job_no == bindparam("no", type_=INT)).with_for_update(of=ota_jobs),
    JobRow,
    unscoped=WORKER,
)
_seen_job = Query(
    JOB.where(
        ota_jobs.c.job_no == bindparam("no", type_=INT),
        ota_jobs.c.campaign_no == bindparam("campaign", type_=INT),
        in_scope(devices),
    ).with_for_update(of=ota_jobs),
    JobRow,
    unscoped="jobs are seen where their devices are",
)
_open_of_device = Query(
    JOB.where(
        ota_jobs.c.device_no == bindparam("device_no", type_=INT),
        or_(bindparam("of_module") == "", ota_jobs.c.module == bindparam("of_module")),
        in_states(ota_jobs, OPEN),
        ota_jobs.c.released_ms.is_not(None),
    )
    .order_by(ota_jobs.c.job_no.desc())
    .with_for_update(of=ota_jobs),
    JobRow,
    unscoped=WORKER,
)
_save = update_of(
    ota_jobs,
    (
        "state",
        "progress",
        "step",
        "tries",
        "reason",
        "detail",
        "from_version",
        "due_ms",
        "released_ms",
        "notified_ms",
        "changed_ms",
        "finished_ms",
    ),
    ota_jobs.c.job_no == bindparam("no", type_=INT),
    unscoped=WORKER,
)


class Count(NamedTuple):
    state: JobState
    number: int
    released: int


_counts = Query(
    select(ota_jobs.c.state, func.count(), func.count(ota_jobs.c.released_ms))
    .where(ota_jobs.c.campaign_no == bindparam("no", type_=INT))
    .group_by(ota_jobs.c.state),
    Count,
    unscoped="the campaign was found in the scope",
)
_by_states = Query(
    JOB.where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        any_of(ota_jobs.c.state, "states"),
        ota_jobs.c.job_no > bindparam("after", type_=INT),
    )
    .order_by(ota_jobs.c.job_no)
    .limit(bindparam("limit", type_=INT))
    .with_for_update(of=ota_jobs),
    JobRow,
    unscoped=WORKER,
)
_due = Query(
    JOB.where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.due_ms <= bindparam("now", type_=INT),
        in_states(ota_jobs, OPEN),
    )
    .order_by(ota_jobs.c.job_no)
    .limit(bindparam("limit", type_=INT))
    .with_for_update(of=ota_jobs),
    JobRow,
    unscoped=WORKER,
)
_other = ota_jobs.alias("other")
_turn = Query(
    JOB.where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.released_ms.is_(None),
        any_of(ota_jobs.c.state, "states"),
        ~select(_other.c.job_no)
        .where(
            _other.c.device_no == ota_jobs.c.device_no,
            _other.c.module == ota_jobs.c.module,
            _other.c.job_no != ota_jobs.c.job_no,
            in_states(_other, UNDER_WAY - {JobState.NOTIFIED}),
        )
        .exists(),
    )
    .order_by(ota_jobs.c.job_no)
    .limit(bindparam("limit", type_=INT))
    .with_for_update(of=ota_jobs),
    JobRow,
    unscoped=WORKER,
)
_held_back = Command(
    update(ota_jobs)
    .where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.state == JobState.WAITING.value,
        ota_jobs.c.released_ms.is_not(None),
        ota_jobs.c.due_ms.is_(None),
    )
    .values(due_ms=bindparam("now", type_=INT)),
    unscoped="the campaign was found in the scope",
)
_judged = Query(
    select(ota_jobs.c.state, func.count())
    .where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        or_(
            ota_jobs.c.finished_ms >= bindparam("since", type_=INT),
            and_(
                ota_jobs.c.state == JobState.ROLLING_BACK.value,
                ota_jobs.c.changed_ms >= bindparam("since", type_=INT),
            ),
        ),
    )
    .group_by(ota_jobs.c.state),
    unscoped=WORKER,
)
_next_due = Query(
    select(func.min(ota_jobs.c.due_ms)).where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT), in_states(ota_jobs, OPEN)
    ),
    unscoped=WORKER,
)


async def get_job(tx: Tx, job_no: int) -> JobRow | None:
    return await _job.one(tx, no=job_no)


async def seen_job(scope: Scope, tx: Tx, *, campaign_no: int, job_no: int) -> JobRow:
    """A job whose device the caller sees. Raises NotFound."""
    row = await _seen_job.one(tx, scope, no=job_no, campaign=campaign_no)
    if row is None:
        raise NotFound(what="upgrade", id=job_no)
    return row


async def open_jobs(tx: Tx, *, device_no: int, module: str = "") -> list[JobRow]:
    """The due jobs of a device, newest first; an empty module means all modules."""
    return await _open_of_device.all(tx, device_no=device_no, of_module=module)


async def jobs_in(
    tx: Tx, campaign_no: int, states: frozenset[JobState], *, limit: int, after: int = 0
) -> list[JobRow]:
    return await _by_states.all(tx, no=campaign_no, states=sorted(states), after=after, limit=limit)


async def due_jobs(tx: Tx, campaign_no: int, *, now_ms: int, limit: int) -> list[JobRow]:
    return await _due.all(tx, no=campaign_no, now=now_ms, limit=limit)


async def jobs_in_line(tx: Tx, campaign_no: int, states: frozenset[JobState], *, limit: int) -> list[JobRow]:
    """Jobs whose turn may come now: not released yet, and their device is loading nothing else for this module."""
    return await _turn.all(tx, no=campaign_no, states=sorted(states), limit=limit)


async def offer_again(tx: Tx, campaign_no: int, *, now_ms: int) -> None:
    """Send the notices that were due while the campaign paused."""
    await _held_back.run(tx, no=campaign_no, now=now_ms)


async def judged(db: Reader, campaign: Campaign) -> tuple[int, int]:
    """(devices lost, devices done) since the campaign was last resumed."""
    counts = dict(await _judged.all(db, no=campaign.campaign_no, since=campaign.judged_from_ms))
    lost = sum(number for state, number in counts.items() if state in LOST)
    return lost, lost + counts.get(JobState.SUCCEEDED, 0)


async def next_due(tx: Tx, campaign_no: int) -> int | None:
    due = await _next_due.scalar(tx, no=campaign_no)
    return None if due is None else int(due)


async def counts_of(db: Reader, campaign_no: int) -> dict[JobState, Count]:
    return {JobState(row.state): row for row in await _counts.all(db, no=campaign_no)}


async def save_job(
    tx: Tx, row: JobRow, job: Job, *, now_ms: int, released_ms: int | None, notified_ms: int | None
) -> None:
    marks: dict[str, Any] = {"released_ms": released_ms, "notified_ms": notified_ms, "changed_ms": now_ms}
    await _save.run(tx, no=row.job_no, **msgspec.structs.asdict(job), **marks)


def new_job(campaign: Campaign, device_no: int, now_ms: int) -> dict[str, Any]:
    """A row of `ota_jobs` for a device whose turn is still to come."""
    return {
        "tenant_id": campaign.tenant_id,
        "campaign_no": campaign.campaign_no,
        "device_no": device_no,
        "module": campaign.module,
        "state": JobState.WAITING,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
