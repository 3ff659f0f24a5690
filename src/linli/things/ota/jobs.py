"""Moves jobs: applies an event of `states` to a row, and leaves in the same unit what must follow from it."""

from typing import Any, Final

import msgspec

from linli.kernel import outbox
from linli.kernel.db import Tx
from linli.kernel.events import emit
from linli.things.events import UpgradeFinished, UpgradeMoved
from linli.things.ota import campaign_rows, job_rows, states
from linli.things.ota.campaign_rows import Campaign
from linli.things.ota.job_rows import JobRow
from linli.things.ota.states import Job, JobState, Reason

TICK: Final = "ota.tick"
OFFER: Final = "ota.offer"
KEPT: Final = -1
"""A time that stays as it is."""
_SOON_MS: Final = 1_000


class Tick(msgspec.Struct, frozen=True):
    """Outbox payload: the engine looks at a campaign."""

    campaign_no: int


class Offer(msgspec.Struct, frozen=True):
    """Outbox payload: send a device the notice of its job; again if the last one went out before `before_ms`."""

    job_no: int
    before_ms: int = 0


async def wake(tx: Tx, campaign: Campaign, due_ms: int) -> None:
    """Have the engine look at a campaign at `due_ms`, unless it will before.

    The row is not locked here: devices report side by side, and the engine holds the row while it works. A tick that is
    about to run is no excuse, since it may have looked already.
    """
    if tx.db.clock.now_ms() + _SOON_MS < campaign.next_tick_ms <= due_ms:
        return
    await outbox.add(tx, TICK, Tick(campaign.campaign_no), due_ms=due_ms)


async def offer(tx: Tx, job_no: int, *, before_ms: int = 0) -> None:
    """Have the device's notice sent after the commit."""
    await outbox.add(tx, OFFER, Offer(job_no, before_ms))


async def advance(
    tx: Tx,
    row: JobRow,
    job: Job,
    campaign: Campaign,
    *,
    released_ms: int | None = KEPT,
    notified_ms: int | None = KEPT,
    offers: bool = True,
) -> bool:
    """Write what became of a job. False: nothing did.

    A job that waits for another try wakes the campaign when that is due; one that ended is told to the other rooms.
    """
    released = row.released_ms if released_ms == KEPT else released_ms
    notified = row.notified_ms if notified_ms == KEPT else notified_ms
    if (job, released, notified) == (row.job, row.released_ms, row.notified_ms):
        return False
    now_ms = tx.db.clock.now_ms()
    await job_rows.save_job(tx, row, job, now_ms=now_ms, released_ms=released, notified_ms=notified)
    if job.state is JobState.WAITING and job.due_ms is not None:
        await wake(tx, campaign, max(job.due_ms, now_ms))
    if offers and job.state is JobState.ROLLING_BACK and row.state != JobState.ROLLING_BACK:
        await offer(tx, row.job_no)
    await emit(tx, UpgradeMoved(row.tenant_id, row.community_id, row.campaign_no, row.job_no))
    if row.job.open and not job.open:
        await wake(tx, campaign, now_ms)
        await emit(tx, _finished(row, job, campaign, now_ms))
    return True


async def supersede(tx: Tx, row: JobRow) -> bool:
    """Close older jobs of the same device and module that have not begun. False: a newer one is there already."""
    for other in await job_rows.open_jobs(tx, device_no=row.device_no, module=row.module):
        if other.job_no == row.job_no or other.campaign_no == row.campaign_no:
            continue
        if other.job_no > row.job_no:
            return False
        campaign = await campaign_by_no(tx, other.campaign_no)
        now_ms = tx.db.clock.now_ms()
        await advance(tx, other, states.cancelled(other.job, Reason.SUPERSEDED, now_ms), campaign)
    return True


async def campaign_by_no(tx: Tx, campaign_no: int) -> Campaign:
    """The campaign of a job, unlocked."""
    return await campaign_rows.get_campaign(campaign_rows.EVERYWHERE, tx, campaign_no=campaign_no)


def _finished(row: JobRow, job: Job, campaign: Campaign, now_ms: int) -> UpgradeFinished:
    return UpgradeFinished(
        device_no=row.device_no,
        iot_id=row.iot_id,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        project_id=row.project_id,
        campaign_no=row.campaign_no,
        module=row.module,
        version=campaign.version,
        outcome=job.state.value,
        reason=job.reason,
        at_ms=now_ms,
    )


def percent_of(step: Any) -> int | None:
    """A step as devices send it: a number or its digits, -4 to 100 (spec clients b.4). None for anything else."""
    try:
        number = int(step) if not isinstance(step, bool) else None
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number is not None and -100 <= number <= 100 else None
