"""Campaigns: people's decisions about them. The engine does the rest over time."""

from typing import Any, Final

import msgspec

from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.groups.queries import get_group
from linli.things.ota import campaign_rows, job_rows, jobs, selection, states
from linli.things.ota import firmware as images
from linli.things.ota.campaign_rows import Campaign, CampaignState, Kind
from linli.things.ota.errors import CampaignOver, FirmwareNotTried, NobodyToUpgrade, NoPreviousFirmware
from linli.things.ota.firmware import Firmware, get_firmware
from linli.things.ota.models import ota_campaigns
from linli.things.ota.queries import previous_versions
from linli.things.ota.selection import Aim, Selection
from linli.things.ota.states import JobState, Reason
from linli.things.queries.devices import get_device

MINUTE_MS: Final = 60_000
_AGAIN: Final = frozenset({JobState.FAILED, JobState.TIMED_OUT, JobState.CANCELLED, JobState.ROLLED_BACK})
PAGE: Final = 500


class Rules(msgspec.Struct, frozen=True):
    """How fast and how carefully a campaign goes."""

    percent: int = 100
    """Grey scale: the share of the devices that is let in, until it is widened."""
    rate: int = 0
    """Devices a minute; 0: no limit."""
    retries: int = 0
    """Further tries of a device after the first."""
    retry_minutes: int = 10
    timeout_minutes: int = 60
    """From each sign of life of a device to the next."""
    stop_percent: int = 0
    """Stop when so many of the devices that are done were lost; 0: never."""
    stop_least: int = 5
    """Do not judge before so many devices are done."""
    restores: bool = True
    """Offer the previous firmware to a device that failed while or after burning."""
    starts_ms: int | None = None
    ends_ms: int | None = None


class NewCampaign(msgspec.Struct, frozen=True):
    firmware_no: int
    kind: Kind
    name: str = ""
    community_id: int | None = None
    """None: all communities of the tenant, for those who see all of them."""
    selection: Selection = Selection()
    rules: Rules = Rules()


def aim_of(firmware: Firmware, *, community_id: int | None, chosen: Selection) -> Aim:
    return Aim(
        firmware.product_no,
        firmware.module,
        firmware.version,
        firmware.source_version,
        community_id,
        chosen,
    )


async def count_devices(scope: Scope, db: Reader, *, new: NewCampaign) -> int:
    """How many devices a campaign would begin with. Raises NotFound, BadInput."""
    firmware = await get_firmware(scope, db, firmware_no=new.firmware_no)
    _check_community(scope, new.community_id)
    await _check_group(scope, db, new.selection)
    aim = aim_of(firmware, community_id=new.community_id, chosen=new.selection)
    return await selection.count_candidates(scope, db, aim)


async def start_campaign(scope: Scope, tx: Tx, *, new: NewCampaign) -> Campaign:
    """Write a campaign down; the engine begins it at once or when its time has come.

    Raises BadInput, NotFound, FirmwareNotTried, NobodyToUpgrade.
    """
    _check_rules(new.rules, tx.db.clock.now_ms())
    _check_community(scope, new.community_id)
    firmware = await get_firmware(scope, tx, firmware_no=new.firmware_no)
    if new.kind != "trial" and firmware.state not in {"verified", "exempt"}:
        raise FirmwareNotTried(version=firmware.version)
    await _check_group(scope, tx, new.selection)
    aim = aim_of(firmware, community_id=new.community_id, chosen=new.selection)
    if new.kind != "dynamic" and not await selection.count_candidates(scope, tx, aim):
        raise NobodyToUpgrade()
    number = await tx.insert(ota_campaigns, _row(scope, tx, new, firmware))
    campaign = await campaign_rows.get_campaign(scope, tx, campaign_no=number or 0)
    if new.kind == "trial" and firmware.state not in {"verified", "exempt"}:
        await images.mark_firmware(tx, firmware_no=firmware.firmware_no, state="verifying")
    await jobs.wake(tx, campaign, campaign.starts_ms)
    return campaign


async def try_firmware(scope: Scope, tx: Tx, *, firmware_no: int, iot_id: str) -> Campaign:
    """Bring a firmware to one device first; the result becomes the firmware's state.

    Raises NotFound, BadInput, NobodyToUpgrade.
    """
    firmware = await get_firmware(scope, tx, firmware_no=firmware_no)
    (chosen,) = await selection.resolve(
        scope, tx, product_key=firmware.product_key, iot_ids=[iot_id], device_names=[]
    )
    device = await get_device(scope, tx, iot_id=chosen)
    community = None if scope.communities is None else device.community_id
    rules = Rules(timeout_minutes=30)
    new = NewCampaign(firmware_no, "trial", firmware.version, community, Selection(iot_ids=(chosen,)), rules)
    return await start_campaign(scope, tx, new=new)


async def pause_campaign(scope: Scope, tx: Tx, *, campaign_no: int) -> None:
    """Tell no further device. Devices with an offer go on. Raises NotFound, CampaignOver."""
    campaign = await _locked(scope, tx, campaign_no, allowed={"scheduled", "running"})
    await campaign_rows.change_campaign(
        tx, campaign.campaign_no, state="paused", reason=Reason.OPERATOR.value
    )


async def resume_campaign(scope: Scope, tx: Tx, *, campaign_no: int) -> None:
    """Go on after a pause or a stop; failures until now are no longer judged. Raises NotFound, CampaignOver."""
    campaign = await _locked(scope, tx, campaign_no, allowed={"paused", "stopped"})
    now_ms = tx.db.clock.now_ms()
    state: CampaignState = "running" if campaign.started_ms else "scheduled"
    await campaign_rows.change_campaign(
        tx, campaign.campaign_no, state=state, reason="", judged_from_ms=now_ms
    )
    await job_rows.offer_again(tx, campaign.campaign_no, now_ms=now_ms)
    await jobs.wake(tx, campaign, now_ms)


async def widen_campaign(scope: Scope, tx: Tx, *, campaign_no: int, percent: int) -> None:
    """Let in more of the devices. Raises NotFound, CampaignOver, BadInput."""
    campaign = await _locked(scope, tx, campaign_no, allowed={"scheduled", "running", "paused", "stopped"})
    if not campaign.percent < percent <= 100:
        raise BadInput(field="percent", rule="range", low=min(campaign.percent + 1, 100), high=100)
    await campaign_rows.change_campaign(tx, campaign.campaign_no, percent=percent)
    await jobs.wake(tx, campaign, tx.db.clock.now_ms())


async def cancel_campaign(scope: Scope, tx: Tx, *, campaign_no: int) -> None:
    """End it: devices in line are taken out by the engine. Raises NotFound, CampaignOver."""
    campaign = await _locked(scope, tx, campaign_no, allowed=campaign_rows.NOT_OVER)
    now_ms = tx.db.clock.now_ms()
    await campaign_rows.change_campaign(
        tx, campaign.campaign_no, state="cancelled", reason=Reason.OPERATOR.value, finished_ms=now_ms
    )
    await jobs.wake(tx, campaign, now_ms)


async def roll_back_campaign(scope: Scope, tx: Tx, *, campaign_no: int) -> None:
    """Offer every upgraded device the version it had before, as fast as the campaign's rate lets it.

    Raises NotFound, CampaignOver, NoPreviousFirmware.
    """
    campaign = await _locked(scope, tx, campaign_no, allowed=_TAKEN_BACK)
    if campaign.kind == "trial" and campaign.state == "running":
        raise CampaignOver(state=campaign.state)
    if not any(row.stored for row in await previous_versions(tx, campaign_no=campaign.campaign_no)):
        raise NoPreviousFirmware()
    now_ms = tx.db.clock.now_ms()
    await campaign_rows.change_campaign(
        tx,
        campaign.campaign_no,
        state="rolling_back",
        reason=Reason.OPERATOR.value,
        expanded=0,
        expanded_upto=0,
        finished_ms=None,
    )
    await jobs.wake(tx, campaign, now_ms)


async def retry_job(scope: Scope, tx: Tx, *, campaign_no: int, job_no: int) -> None:
    """Try one lost device again, in its turn. Raises NotFound, CampaignOver."""
    campaign = await _locked(scope, tx, campaign_no, allowed=_RETRIES)
    row = await job_rows.seen_job(scope, tx, campaign_no=campaign_no, job_no=job_no)
    await _again(tx, campaign, [row])


async def retry_failed(scope: Scope, tx: Tx, *, campaign_no: int) -> int:
    """Try every lost device again, at most 500 of them in one call; how many. Raises NotFound, CampaignOver."""
    campaign = await _locked(scope, tx, campaign_no, allowed=_RETRIES)
    lost = frozenset({JobState.FAILED, JobState.TIMED_OUT, JobState.ROLLED_BACK})
    rows = await job_rows.jobs_in(tx, campaign_no, lost, limit=PAGE)
    await _again(tx, campaign, rows)
    return len(rows)


_TAKEN_BACK: Final[frozenset[CampaignState]] = frozenset(
    {"running", "paused", "stopped", "finished", "cancelled"}
)
_RETRIES: Final[frozenset[CampaignState]] = frozenset({"running", "paused", "stopped", "finished"})


async def _again(tx: Tx, campaign: Campaign, rows: list[job_rows.JobRow]) -> None:
    now_ms = tx.db.clock.now_ms()
    if not rows or not all(row.state in _AGAIN for row in rows):
        raise CampaignOver(state=rows[0].state if rows else campaign.state)
    if campaign.state == "finished":
        await campaign_rows.change_campaign(
            tx, campaign.campaign_no, state="running", finished_ms=None, judged_from_ms=now_ms
        )
    for row in rows:
        await jobs.advance(
            tx, row, states.again(row.job, now_ms), campaign, released_ms=row.released_ms or now_ms
        )
    await jobs.wake(tx, campaign, now_ms)


async def _locked(
    scope: Scope, tx: Tx, campaign_no: int, *, allowed: frozenset[CampaignState] | set[CampaignState]
) -> Campaign:
    await campaign_rows.get_campaign(scope, tx, campaign_no=campaign_no)
    campaign = await campaign_rows.lock_campaign(tx, campaign_no)
    assert campaign is not None  # campaigns are never deleted
    if campaign.state not in allowed:
        raise CampaignOver(state=campaign.state)
    return campaign


async def _check_group(scope: Scope, db: Reader, chosen: Selection) -> None:
    if chosen.device_group:
        await get_group(scope, db, group_no=chosen.device_group)


def _check_community(scope: Scope, community_id: int | None) -> None:
    if community_id is None:
        if scope.communities is not None:
            raise BadInput(field="communityId", rule="required")
        return
    scope.allow(community_id)


def _check_rules(rules: Rules, now_ms: int) -> None:
    limits = {
        "percent": (rules.percent, 1, 100),
        "rate": (rules.rate, 0, 10_000),
        "retries": (rules.retries, 0, 10),
        "retryMinutes": (rules.retry_minutes, 0, 10_080),
        "timeoutMinutes": (rules.timeout_minutes, 1, 10_080),
        "stopPercent": (rules.stop_percent, 0, 100),
        "stopLeast": (rules.stop_least, 1, 10_000),
    }
    for field, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise BadInput(field=field, rule="range", low=low, high=high)
    if rules.ends_ms is not None and rules.ends_ms <= max(now_ms, rules.starts_ms or 0):
        raise BadInput(field="endsMs", rule="after", other="startsMs")


def _row(scope: Scope, tx: Tx, new: NewCampaign, firmware: Firmware) -> dict[str, Any]:
    rules, now_ms = new.rules, tx.db.clock.now_ms()
    return {
        "tenant_id": firmware.tenant_id,
        "community_id": new.community_id,
        "firmware_no": firmware.firmware_no,
        "product_no": firmware.product_no,
        "module": firmware.module,
        "version": firmware.version,
        "source_version": firmware.source_version,
        "name": new.name.strip()[:100] or firmware.version,
        "kind": new.kind,
        "selection": msgspec.json.encode(new.selection).decode(),
        "percent": rules.percent,
        "rate": rules.rate,
        "retries": rules.retries,
        "retry_ms": rules.retry_minutes * MINUTE_MS,
        "timeout_ms": rules.timeout_minutes * MINUTE_MS,
        "stop_percent": rules.stop_percent,
        "stop_least": rules.stop_least,
        "restores": int(rules.restores),
        "starts_ms": max(rules.starts_ms or 0, now_ms),
        "ends_ms": rules.ends_ms,
        "state": "scheduled",
        "created_by": scope.caller.id,
        "created_ms": now_ms,
    }
