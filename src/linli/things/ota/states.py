"""One device's way through an upgrade: pure, so that every order of events can be tried.

    waiting ── noticed ──> notified ── progress ──> downloading ── 100 ──> installing ── new version ──> succeeded
       ^                       └──────────┬──────────────┴───────────────────┘
       └── tries are left ── failure, time-out, old version again
                                          └── none left ──> failed | timed_out | rolled_back, or rolling_back first

A reported target version is success from wherever it comes: some devices report nothing in between.
"""

from enum import StrEnum
from typing import Final

import msgspec


class JobState(StrEnum):
    WAITING = "waiting"
    """Its turn has not come, it was not reached yet, or it is to be tried again at `due_ms`."""
    NOTIFIED = "notified"
    DOWNLOADING = "downloading"
    INSTALLING = "installing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    ROLLING_BACK = "rolling_back"
    """The previous firmware is being offered again."""
    ROLLED_BACK = "rolled_back"
    """It runs its previous version, by itself or because it was offered again."""


OPEN: Final = frozenset(
    {
        JobState.WAITING,
        JobState.NOTIFIED,
        JobState.DOWNLOADING,
        JobState.INSTALLING,
        JobState.ROLLING_BACK,
    }
)
UNDER_WAY: Final = frozenset({JobState.NOTIFIED, JobState.DOWNLOADING, JobState.INSTALLING})
LOST: Final = frozenset(
    {
        JobState.FAILED,
        JobState.TIMED_OUT,
        JobState.ROLLED_BACK,
        JobState.ROLLING_BACK,
    }
)
"""The states that count as failures of a campaign."""


class Reason(StrEnum):
    """Why a try ended. The first four are the device's own steps (spec clients b.4)."""

    UPGRADE = "upgrade_failed"
    DOWNLOAD = "download_failed"
    CHECK = "check_failed"
    BURN = "burn_failed"
    OLD_VERSION = "old_version"
    """It restarted and still runs the version it had."""
    OTHER_VERSION = "other_version"
    """It restarted and runs neither the old nor the new version."""
    SILENT = "silent"
    SUPERSEDED = "superseded"
    OPERATOR = "operator"
    ENDED = "campaign_ended"
    RESTORE_FAILED = "restore_failed"
    DEVICE_GONE = "device_gone"


STEPS: Final = {-1: Reason.UPGRADE, -2: Reason.DOWNLOAD, -3: Reason.CHECK, -4: Reason.BURN}


class Policy(msgspec.Struct, frozen=True):
    """The goal of a campaign for its devices."""

    target: str
    """Version."""
    retries: int = 0
    retry_ms: int = 0
    timeout_ms: int = 3_600_000
    """From each sign of life to the next."""
    restores: bool = False
    """A device that failed while or after burning is offered its previous firmware."""


class Job(msgspec.Struct, frozen=True):
    state: JobState = JobState.WAITING
    progress: int = 0
    """Percent."""
    step: int = 0
    tries: int = 0
    """Tries that failed."""
    reason: str = ""
    detail: str = ""
    """In the device's own words."""
    from_version: str = ""
    """Its version when it got the notice; empty: it never reported one."""
    due_ms: int | None = None
    """When it is tried again (waiting) or given up (else)."""
    finished_ms: int | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN


def noticed(job: Job, policy: Policy, now_ms: int) -> Job:
    """The device was sent the notice, or asked for it."""
    due = now_ms + policy.timeout_ms
    match job.state:
        case JobState.WAITING:
            return msgspec.structs.replace(job, state=JobState.NOTIFIED, progress=0, step=0, due_ms=due)
        case JobState.NOTIFIED | JobState.DOWNLOADING | JobState.ROLLING_BACK:
            return msgspec.structs.replace(job, due_ms=due)
        case _:
            return job


def progressed(job: Job, policy: Policy, step: int, detail: str, now_ms: int) -> Job:
    """The device reported a step: -4 to -1 is a failure, 0 to 99 percent, 100 all is loaded and being burnt."""
    if job.state is JobState.ROLLING_BACK:
        if step < 0:
            return _end(job, JobState.FAILED, Reason.RESTORE_FAILED, now_ms, step=step, detail=detail)
        return msgspec.structs.replace(
            job, step=step, progress=min(step, 100), due_ms=now_ms + policy.timeout_ms
        )
    if job.state not in UNDER_WAY and job.state is not JobState.WAITING:
        return job
    if step < 0:
        if job.state is JobState.WAITING:
            return job  # the last words of a try that was given up
        noted = msgspec.structs.replace(job, step=step, detail=detail)
        burnt = job.state is JobState.INSTALLING or step == -4
        return _fail(noted, policy, STEPS.get(step, Reason.UPGRADE), now_ms, burnt=burnt)
    if job.state is JobState.INSTALLING and step < 100:
        return msgspec.structs.replace(job, due_ms=now_ms + policy.timeout_ms)
    return msgspec.structs.replace(
        job,
        state=JobState.INSTALLING if step >= 100 else JobState.DOWNLOADING,
        step=step,
        progress=min(step, 100),
        detail=detail,
        due_ms=now_ms + policy.timeout_ms,
    )


def reported(job: Job, policy: Policy, version: str, now_ms: int) -> Job:
    """The device reported its version."""
    if not job.open:
        return job
    if job.state is JobState.ROLLING_BACK:
        if version == job.from_version:
            return _end(job, JobState.ROLLED_BACK, job.reason, now_ms)
        return job
    if version == policy.target:
        return _end(job, JobState.SUCCEEDED, "", now_ms, progress=100)
    if job.state is not JobState.INSTALLING:
        return job
    if version == job.from_version or not job.from_version:
        return _fail(job, policy, Reason.OLD_VERSION, now_ms, fell_back=True)
    return _fail(job, policy, Reason.OTHER_VERSION, now_ms, burnt=True)


def expired(job: Job, policy: Policy, now_ms: int) -> Job:
    """`due_ms` has come."""
    if job.due_ms is None or job.due_ms > now_ms:
        return job
    if job.state in UNDER_WAY:
        burnt = job.state is JobState.INSTALLING
        return _fail(job, policy, Reason.SILENT, now_ms, end=JobState.TIMED_OUT, burnt=burnt)
    if job.state is JobState.ROLLING_BACK:
        return _end(job, JobState.FAILED, Reason.RESTORE_FAILED, now_ms)
    return job


def cancelled(job: Job, reason: Reason, now_ms: int) -> Job:
    """Nobody waits for it any more. A device may still finish a job that it has begun."""
    return _end(job, JobState.CANCELLED, reason, now_ms) if job.open else job


def restored(job: Job, reason: Reason, now_ms: int) -> Job:
    """An operator takes the upgrade back: offer the previous firmware. Without a known one nothing changes."""
    if not job.from_version or job.state not in {JobState.SUCCEEDED, JobState.INSTALLING}:
        return job
    return msgspec.structs.replace(
        job, state=JobState.ROLLING_BACK, reason=reason, progress=0, step=0, due_ms=None, finished_ms=None
    )


def unrestorable(job: Job, now_ms: int) -> Job:
    """Its earlier version is not stored."""
    return _end(job, JobState.FAILED, job.reason, now_ms)


def again(job: Job, now_ms: int) -> Job:
    """A person has it tried once more, with all its tries."""
    if job.state not in {JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED, JobState.ROLLED_BACK}:
        return job
    return Job(from_version=job.from_version, due_ms=now_ms)


def _fail(
    job: Job,
    policy: Policy,
    reason: Reason,
    now_ms: int,
    *,
    end: JobState = JobState.FAILED,
    burnt: bool = False,
    fell_back: bool = False,
) -> Job:
    """`burnt`: the device may hold half an image. `fell_back`: it runs its old version already."""
    if job.tries < policy.retries:
        return msgspec.structs.replace(
            job,
            state=JobState.WAITING,
            tries=job.tries + 1,
            progress=0,
            reason=reason,
            due_ms=now_ms + policy.retry_ms,
        )
    job = msgspec.structs.replace(job, tries=job.tries + 1)
    if fell_back:
        return _end(job, JobState.ROLLED_BACK, reason, now_ms)
    if burnt and policy.restores and job.from_version:
        return msgspec.structs.replace(
            job, state=JobState.ROLLING_BACK, reason=reason, progress=0, due_ms=None
        )
    return _end(job, end, reason, now_ms)


def _end(
    job: Job,
    state: JobState,
    reason: str,
    now_ms: int,
    *,
    progress: int | None = None,
    step: int | None = None,
    detail: str | None = None,
) -> Job:
    return msgspec.structs.replace(
        job,
        state=state,
        reason=str(reason),
        progress=job.progress if progress is None else progress,
        step=job.step if step is None else step,
        detail=job.detail if detail is None else detail,
        due_ms=None,
        finished_ms=now_ms,
    )


def must_stop(lost: int, finished: int, *, percent: int, least: int) -> bool:
    """Whether so many of the finished devices were lost that a campaign must not go on. `percent` 0: never."""
    return bool(percent) and finished >= max(least, 1) and lost * 100 >= percent * finished


def allowed(total: int, percent: int) -> int:
    """How many of `total` devices a grey scale of `percent` lets in, at least one."""
    return -(-total * percent // 100)
