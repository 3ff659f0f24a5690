"""Runs campaigns: adds devices, offers upgrades in turn, ends silent upgrades, and stops or finishes the campaign.

Outbox rows (`jobs.Tick`, `jobs.Offer`) drive everything, so it survives restarts and any number of processes may run
it. A tick locks its campaign's row and does a page of work in one transaction.
"""

from typing import Final

import msgspec

from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.events import emit
from linli.kernel.objects import ObjectStore
from linli.things.events import UpgradeMoved
from linli.things.mqtt.ports import Publisher
from linli.things.ota import campaign_rows, job_rows, jobs, notices, selection, states
from linli.things.ota import firmware as images
from linli.things.ota.campaign_rows import Campaign, CampaignState
from linli.things.ota.job_rows import JobRow
from linli.things.ota.jobs import Offer, Tick
from linli.things.ota.models import ota_jobs
from linli.things.ota.requests import wanted
from linli.things.ota.states import OPEN, JobState, Reason

PAGE: Final = 200
"""Devices in one transaction."""
HEARTBEAT_MS: Final = 60_000
"""A campaign with open jobs is looked at so often at least: time-outs are found no later than this."""
MINUTE_MS: Final = 60_000
FAILURE_RATE: Final = "failure_rate"
"""`reason` of a campaign that stopped itself."""

_MAY_END: Final[frozenset[CampaignState]] = frozenset({"scheduled", "running", "paused", "stopped"})
_TAKES_BACK: Final = OPEN | {JobState.SUCCEEDED}


class Engine:
    """`tick` and `offer` are outbox jobs."""

    def __init__(self, db: Database, publisher: Publisher, objects: ObjectStore, clock: Clock) -> None:
        self._db = db
        self._publisher = publisher
        self._objects = objects
        self._clock = clock

    async def tick(self, payload: Tick) -> None:
        """One look at a campaign, and the date of the next."""

        async def work(tx: Tx) -> None:
            campaign = await campaign_rows.lock_campaign(tx, payload.campaign_no)
            if campaign is not None:
                await _Look(tx, campaign, self._clock.now_ms()).run()

        await self._db.run(work)

    async def offer(self, payload: Offer) -> None:
        """Send a device its notice. One that is away gets it when it comes online or reports its version.

        Not kept for persistent sessions: the address in it would run out before the device is back.
        """
        now_ms = self._clock.now_ms()

        async def look(tx: Tx) -> tuple[JobRow, Campaign, images.Firmware] | None:
            row = await job_rows.get_job(tx, payload.job_no)
            if row is None or not _tellable(row, payload, now_ms):
                return None
            campaign = await jobs.campaign_by_no(tx, row.campaign_no)
            firmware = await wanted(tx, row, campaign)
            if firmware is None:
                if row.state == JobState.ROLLING_BACK:
                    await jobs.advance(tx, row, states.unrestorable(row.job, now_ms), campaign)
                return None
            return row, campaign, firmware

        due = await self._db.run(look)
        if due is None:
            return
        row, campaign, firmware = due
        sent = self._publisher.publish(
            row.product_key,
            row.device_name,
            notices.notice_topic(row.product_key, row.device_name),
            notices.notice(row.job_no, notices.upgrade_data(firmware, self._objects)),
            qos=1,
        )
        if not sent:
            return

        async def work(tx: Tx) -> None:
            row = await job_rows.get_job(tx, payload.job_no)
            if row is not None:
                job = states.noticed(row.job, campaign.policy, now_ms)
                await jobs.advance(tx, row, job, campaign, notified_ms=now_ms)

        await self._db.run(work)


def _tellable(row: JobRow, payload: Offer, now_ms: int) -> bool:
    match row.state:
        case JobState.WAITING:
            return row.released_ms is not None and (row.due_ms is None or row.due_ms <= now_ms)
        case JobState.ROLLING_BACK | JobState.NOTIFIED | JobState.DOWNLOADING:
            untold = row.state == JobState.ROLLING_BACK and row.due_ms is None
            return row.released_ms is not None and (untold or (row.notified_ms or 0) < payload.before_ms)
        case _:
            return False


class _Look:
    """One campaign, locked, at one moment."""

    def __init__(self, tx: Tx, campaign: Campaign, now_ms: int) -> None:
        self._tx = tx
        self._campaign = campaign
        self._now = now_ms
        self._changes: dict[str, object] = {}
        self._again = False
        """A page was full: go on at once."""
        self._wait_until: int | None = None
        """When the rate lets in the next devices."""

    @property
    def _state(self) -> CampaignState:
        return self._campaign.state

    async def run(self) -> None:
        if self._state == "scheduled" and self._campaign.starts_ms <= self._now:
            self._set(state="running", started_ms=self._now)
        await self._expire()
        if self._state == "running":
            await self._expand()
            await self._judge()
        elif self._state == "rolling_back":
            await self._take_back()
        await self._close()
        if self._state in campaign_rows.LIVE and self._campaign.expanded:
            await self._release()
        await self._finish()
        await self._plan()
        if self._changes:
            await campaign_rows.change_campaign(self._tx, self._campaign.campaign_no, **self._changes)
            event = UpgradeMoved(
                self._campaign.tenant_id, self._campaign.community_id, self._campaign.campaign_no, 0
            )
            await emit(self._tx, event)

    def _set(self, **values: object) -> None:
        self._campaign = self._campaign._replace(**values)  # type: ignore[arg-type]
        self._changes |= values

    async def _expire(self) -> None:
        """Silent devices, and those whose next try is due."""
        rows = await job_rows.due_jobs(self._tx, self._campaign.campaign_no, now_ms=self._now, limit=PAGE)
        for row in rows:
            job = row.job
            if job.state is not JobState.WAITING:
                after = states.expired(job, self._campaign.policy, self._now)
                await jobs.advance(self._tx, row, after, self._campaign)
            elif self._state in campaign_rows.LIVE:
                before = job.from_version or row.current_version or ""
                after = msgspec.structs.replace(job, due_ms=None, from_version=before)
                await jobs.advance(self._tx, row, after, self._campaign)
                await jobs.offer(self._tx, row.job_no)
        self._again |= len(rows) == PAGE and self._state in campaign_rows.LIVE

    async def _expand(self) -> None:
        """The devices that are there when the campaign begins become jobs, a page at a time."""
        campaign = self._campaign
        if campaign.expanded:
            return
        candidates = await selection.page_of_candidates(
            campaign_rows.EVERYWHERE.of_tenant(campaign.tenant_id),
            self._tx,
            campaign.aim,
            after=campaign.expanded_upto,
            limit=PAGE,
        )
        await self._tx.upsert(
            ota_jobs,
            [job_rows.new_job(campaign, candidate.device_no, self._now) for candidate in candidates],
            keys=("campaign_no", "device_no"),
        )
        if len(candidates) == PAGE:
            self._set(expanded_upto=candidates[-1].device_no)
            self._again = True
        else:
            self._set(expanded=1)

    async def _take_back(self) -> None:
        """Upgraded devices get their previous version; jobs that have not begun are removed."""
        campaign = self._campaign
        if campaign.expanded:
            return
        rows = await job_rows.jobs_in(
            self._tx, campaign.campaign_no, _TAKES_BACK, after=campaign.expanded_upto, limit=PAGE
        )
        for row in rows:
            job = row.job
            if job.state is JobState.ROLLING_BACK:
                continue
            after = states.restored(job, Reason.OPERATOR, self._now)
            if after is not job:
                stored = await images.full_image(
                    self._tx, product_no=campaign.product_no, module=row.module, version=row.from_version
                )
                if stored is not None:
                    await jobs.advance(self._tx, row, after, campaign, released_ms=None, offers=False)
            elif job.open:
                after = states.cancelled(job, Reason.OPERATOR, self._now)
                await jobs.advance(self._tx, row, after, campaign)
        if len(rows) == PAGE:
            self._set(expanded_upto=rows[-1].job_no)
            self._again = True
        else:
            self._set(expanded=1)

    async def _judge(self) -> None:
        """Stop where too many devices are lost."""
        campaign = self._campaign
        if not campaign.stop_percent:
            return
        lost, done = await job_rows.judged(self._tx, campaign)
        if states.must_stop(lost, done, percent=campaign.stop_percent, least=campaign.stop_least):
            self._set(state="stopped", reason=FAILURE_RATE)

    async def _close(self) -> None:
        """A campaign that was cancelled or whose time is over releases the devices that have not begun."""
        campaign = self._campaign
        if campaign.ends_ms is not None and campaign.ends_ms <= self._now and self._state in _MAY_END:
            self._set(state="finished", reason=Reason.ENDED.value, finished_ms=self._now)
        if self._state == "cancelled":
            reason = Reason.OPERATOR
        elif self._state == "finished" and self._campaign.reason == Reason.ENDED:
            reason = Reason.ENDED
        else:
            return
        waiting = frozenset({JobState.WAITING, JobState.NOTIFIED})
        rows = await job_rows.jobs_in(self._tx, campaign.campaign_no, waiting, limit=PAGE)
        for row in rows:
            await jobs.advance(self._tx, row, states.cancelled(row.job, reason, self._now), campaign)
        self._again |= len(rows) == PAGE

    async def _release(self) -> None:
        """Let in as many devices as the grey scale and the rate allow now."""
        room = await self._room()
        if room <= 0:
            return
        campaign = self._campaign
        turn = frozenset({JobState.ROLLING_BACK if self._state == "rolling_back" else JobState.WAITING})
        line = await job_rows.jobs_in_line(self._tx, campaign.campaign_no, turn, limit=min(room, PAGE))
        released = 0
        for row in line:
            if self._state == "running" and not await jobs.supersede(self._tx, row):
                after = states.cancelled(row.job, Reason.SUPERSEDED, self._now)
                await jobs.advance(self._tx, row, after, campaign)
                continue
            job = row.job
            if self._state == "running":
                job = msgspec.structs.replace(job, from_version=row.current_version or "")
            await jobs.advance(self._tx, row, job, campaign, released_ms=self._now, offers=False)
            released += 1
            if row.online:
                await jobs.offer(self._tx, row.job_no)
        if released and campaign.rate:
            self._set(window_sent=self._campaign.window_sent + released)
        self._again |= len(line) == PAGE and room > PAGE

    async def _room(self) -> int:
        """How many devices may be let in now."""
        campaign = self._campaign
        room = PAGE + 1
        if self._state == "running":
            counts = await job_rows.counts_of(self._tx, campaign.campaign_no)
            total = sum(count.number for count in counts.values())
            released = sum(count.released for count in counts.values())
            room = states.allowed(total, campaign.percent) - released
        if campaign.rate:
            if self._now >= campaign.window_ms + MINUTE_MS:
                self._set(window_ms=self._now, window_sent=0)
            free = self._campaign.rate - self._campaign.window_sent
            if free < room:
                self._wait_until = self._campaign.window_ms + MINUTE_MS
            room = min(room, free)
        return room

    async def _finish(self) -> None:
        """Over when every device is done; a dynamic campaign ends by its date or by hand."""
        campaign = self._campaign
        if not campaign.expanded or self._again or self._state not in campaign_rows.LIVE:
            return
        counts = await job_rows.counts_of(self._tx, campaign.campaign_no)
        if any(state in OPEN for state in counts):
            return
        if self._state == "rolling_back":
            self._set(state="rolled_back", finished_ms=self._now)
        elif campaign.kind != "dynamic":
            self._set(state="finished", finished_ms=self._now)
            if campaign.kind == "trial":
                works = set(counts) == {JobState.SUCCEEDED}
                await images.mark_firmware(
                    self._tx, firmware_no=campaign.firmware_no, state="verified" if works else "refused"
                )

    async def _plan(self) -> None:
        """When to look again. The new date is written before its row, so that only one chain of ticks goes on."""
        due = await self._next()
        planned = self._campaign.next_tick_ms
        if due is None:
            if planned:
                self._set(next_tick_ms=0)
        elif not self._now < planned <= due:
            self._set(next_tick_ms=due)
            await outbox.add(self._tx, jobs.TICK, Tick(self._campaign.campaign_no), due_ms=due)

    async def _next(self) -> int | None:
        campaign = self._campaign
        if self._again:
            return self._now + 1
        dates = [
            date
            for date in (
                campaign.starts_ms if self._state == "scheduled" else None,
                campaign.ends_ms if self._state in campaign_rows.NOT_OVER else None,
                self._wait_until,
            )
            if date is not None and date > self._now
        ]
        due = await job_rows.next_due(self._tx, campaign.campaign_no)
        if due is not None:
            soonest = self._now + (1 if self._state in campaign_rows.LIVE else HEARTBEAT_MS)
            dates.append(max(due, soonest))
        counts = await job_rows.counts_of(self._tx, campaign.campaign_no)
        if any(state in OPEN for state in counts) and self._state != "scheduled":
            dates.append(self._now + HEARTBEAT_MS)
        return min(dates, default=None)
