"""Campaigns for the people who run devices: begin one, watch it, hold it, widen it, take it back."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.groups.queries import get_group
from linli.things.ota import campaign_rows, campaigns, job_rows, queries, selection
from linli.things.ota.campaign_rows import Campaign, CampaignState, Kind
from linli.things.ota.campaigns import NewCampaign, Rules
from linli.things.ota.console.firmware import CampaignStarted
from linli.things.ota.errors import CampaignOver, FirmwareNotTried, NobodyToUpgrade, NoPreviousFirmware
from linli.things.ota.firmware import get_firmware
from linli.things.ota.job_rows import JobRow
from linli.things.ota.selection import MAX_CHOSEN, Selection
from linli.things.ota.states import OPEN, JobState
from linli.things.queries.products import like_pattern


class RulesForm(msgspec.Struct, rename="camel"):
    """How fast and how carefully; see `campaigns.Rules`."""

    percent: Annotated[int, Meta(description="Grey scale: share of the devices let in at first.")] = 100
    rate: Annotated[int, Meta(description="Devices a minute; 0: no limit.")] = 0
    retries: int = 0
    retry_minutes: int = 10
    timeout_minutes: int = 60
    stop_percent: Annotated[int, Meta(description="Stop at this share of lost devices; 0: never.")] = 0
    stop_least: int = 5
    restores: bool = True
    starts_ms: int | None = None
    ends_ms: int | None = None


class DeviceGroup(msgspec.Struct):
    """Devices with a tag in common."""

    key: str
    value: str


class CampaignForm(msgspec.Struct, rename="camel"):
    firmware_id: int
    dynamic: Annotated[bool, Meta(description="Also devices that report an old version later.")] = False
    name: str = ""
    community_id: Annotated[int | None, Meta(description="None: the whole tenant.")] = None
    versions: Annotated[list[str], Meta(max_length=100)] = []
    iot_ids: Annotated[list[str], Meta(max_length=MAX_CHOSEN)] = []
    device_names: Annotated[list[str], Meta(max_length=MAX_CHOSEN)] = []
    group: DeviceGroup | None = None
    device_group_id: Annotated[int | None, Meta(description="Members of this device group.")] = None
    rules: RulesForm = msgspec.field(default_factory=RulesForm)


class CandidateCount(msgspec.Struct, frozen=True):
    devices: int


class CampaignRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    kind: Kind
    firmware_id: str
    product_key: str
    product_name: str
    module: str
    version: str
    source_version: str
    community_id: str | None
    state: CampaignState
    reason: str
    percent: int
    rate: int
    retries: int
    retry_minutes: int
    timeout_minutes: int
    stop_percent: int
    stop_least: int
    restores: bool
    starts_ms: int
    ends_ms: int | None
    created_by: str
    created_ms: int
    started_ms: int | None
    finished_ms: int | None
    counts: dict[JobState, int]
    """Devices by state; states without any are left out."""
    total: int
    done: int


class LostDevices(msgspec.Struct, frozen=True):
    """A reason for which devices were lost."""

    reason: str
    devices: int


class PreviousVersion(msgspec.Struct, frozen=True):
    """A version that devices had before, and whether a roll-back can offer it."""

    version: str
    devices: int
    stored: bool


class CampaignDetail(CampaignRow, rename="camel", frozen=True):
    lost: list[LostDevices]
    previous: list[PreviousVersion]
    versions: list[str]
    group: DeviceGroup | None
    device_group: str | None
    """Name of the device group that it goes to; a number sign and its id when it is gone."""
    chosen: int
    """Devices chosen one by one."""


class UpgradeRow(msgspec.Struct, rename="camel", frozen=True):
    """One device of a campaign."""

    id: str
    iot_id: str
    device_name: str
    nickname: str
    online: bool
    state: JobState
    progress: int
    step: int
    tries: int
    reason: str
    detail: str
    """In the device's own words."""
    from_version: str
    current_version: str
    next_ms: int | None
    """When it is tried again or given up."""
    notified_ms: int | None
    changed_ms: int
    finished_ms: int | None

    @staticmethod
    def of(row: JobRow) -> "UpgradeRow":
        return UpgradeRow(
            id=str(row.job_no),
            iot_id=row.iot_id,
            device_name=row.device_name,
            nickname=row.nickname,
            online=bool(row.online),
            state=JobState(row.state),
            progress=row.progress,
            step=row.step,
            tries=row.tries,
            reason=row.reason,
            detail=row.detail,
            from_version=row.from_version,
            current_version=row.current_version or "",
            next_ms=row.due_ms,
            notified_ms=row.notified_ms,
            changed_ms=row.changed_ms,
            finished_ms=row.finished_ms,
        )


class WidenRequest(msgspec.Struct):
    percent: int


class RetriedUpgrades(msgspec.Struct, frozen=True):
    devices: int


async def _row(db: Reader, row: Campaign) -> CampaignRow:
    return CampaignRow(**await _facts(db, row))


async def _facts(db: Reader, row: Campaign) -> dict[str, Any]:
    counts = await job_rows.counts_of(db, row.campaign_no)
    return {
        "id": str(row.campaign_no),
        "name": row.name,
        "kind": row.kind,
        "firmware_id": str(row.firmware_no),
        "product_key": row.product_key,
        "product_name": row.product_name,
        "module": row.module,
        "version": row.version,
        "source_version": row.source_version,
        "community_id": None if row.community_id is None else str(row.community_id),
        "state": row.state,
        "reason": row.reason,
        "percent": row.percent,
        "rate": row.rate,
        "retries": row.retries,
        "retry_minutes": row.retry_ms // campaigns.MINUTE_MS,
        "timeout_minutes": row.timeout_ms // campaigns.MINUTE_MS,
        "stop_percent": row.stop_percent,
        "stop_least": row.stop_least,
        "restores": bool(row.restores),
        "starts_ms": row.starts_ms,
        "ends_ms": row.ends_ms,
        "created_by": row.created_by,
        "created_ms": row.created_ms,
        "started_ms": row.started_ms,
        "finished_ms": row.finished_ms,
        "counts": {state: count.number for state, count in counts.items()},
        "total": sum(count.number for count in counts.values()),
        "done": sum(count.number for state, count in counts.items() if state not in OPEN),
    }


async def _new(within: Scope, db: Reader, form: CampaignForm) -> NewCampaign:
    """The form with its devices found. Raises NotFound, BadInput."""
    firmware = await get_firmware(within, db, firmware_no=form.firmware_id)
    chosen = await selection.resolve(
        within, db, product_key=firmware.product_key, iot_ids=form.iot_ids, device_names=form.device_names
    )
    group = (form.group.key, form.group.value) if form.group else None
    return NewCampaign(
        form.firmware_id,
        "dynamic" if form.dynamic else "static",
        form.name,
        form.community_id,
        Selection(tuple(form.versions), chosen, group, form.device_group_id or 0),
        Rules(**msgspec.structs.asdict(form.rules)),
    )


async def _group_name(scope: Scope, db: Database, group_no: int) -> str | None:
    if not group_no:
        return None
    try:
        return (await get_group(scope, db, group_no=group_no)).name
    except NotFound:
        return f"#{group_no}"


campaign_routes = Routes("/firmware-campaigns", tags=("firmware",))


class CampaignFilter(Filter, frozen=True):
    """Campaigns, as their list is asked for."""

    firmware_id: int | None = None
    state: Annotated[str, Meta(description="Comma-separated states.")] = ""


@campaign_routes.get(right="devices.use", raises=(NotFound,))
async def list_campaigns(
    scope: Scope, db: Database, page: PageRequest, where: CampaignFilter
) -> Page[CampaignRow]:
    """Campaigns in sight, the newest first, each with its devices by state."""
    if where.firmware_id is not None:
        await get_firmware(scope, db, firmware_no=where.firmware_id)
    campaign_page = await queries.list_campaigns(
        scope, db, page=page, firmware_no=where.firmware_id, states=_split(where.state)
    )
    return Page.of(page, campaign_page.total, [await _row(db, row) for row in campaign_page.data])


@campaign_routes.post(right="devices.manage", raises=(NotFound, FirmwareNotTried, NobodyToUpgrade))
async def start(data: CampaignForm, scope: Scope, tx: Tx) -> CampaignStarted:
    """Begin a campaign, now or at its date. Those who see some communities only must name one of them."""
    campaign = await campaigns.start_campaign(scope, tx, new=await _new(scope, tx, data))
    return CampaignStarted(str(campaign.campaign_no))


@campaign_routes.post("/count", right="devices.manage", status=200, raises=(NotFound,))
async def count(data: CampaignForm, scope: Scope, db: Database) -> CandidateCount:
    """How many devices such a campaign would begin with; nothing is begun."""
    new = await _new(scope, db, data)
    return CandidateCount(await campaigns.count_devices(scope, db, new=new))


@campaign_routes.get("/{campaign_id:int}", right="devices.use", raises=(NotFound,))
async def detail(campaign_id: int, scope: Scope, db: Database) -> CampaignDetail:
    """One campaign, with the reasons of lost devices and the versions for a roll-back."""
    row = await campaign_rows.get_campaign(scope, db, campaign_no=campaign_id)
    chosen = row.aim.selection
    return CampaignDetail(
        **await _facts(db, row),
        lost=[
            LostDevices(*failure_reason)
            for failure_reason in await queries.failure_reasons(db, campaign_no=campaign_id)
        ],
        previous=[
            PreviousVersion(
                previous_version.version, previous_version.devices, previous_version.stored is not None
            )
            for previous_version in await queries.previous_versions(db, campaign_no=campaign_id)
        ],
        versions=list(chosen.versions),
        group=DeviceGroup(*chosen.group) if chosen.group else None,
        device_group=await _group_name(scope, db, chosen.device_group),
        chosen=len(chosen.iot_ids),
    )


class UpgradeFilter(Filter, frozen=True):
    """Devices of a campaign, as their list is asked for."""

    q: str = ""
    state: Annotated[str, Meta(description="Comma-separated states.")] = ""


@campaign_routes.get("/{campaign_id:int}/devices", right="devices.use", raises=(NotFound,))
async def list_devices(
    campaign_id: int, scope: Scope, db: Database, page: PageRequest, where: UpgradeFilter
) -> Page[UpgradeRow]:
    """Its devices in the order of their turns."""
    await campaign_rows.get_campaign(scope, db, campaign_no=campaign_id)
    jobs = await queries.list_jobs(
        scope,
        db,
        campaign_no=campaign_id,
        page=page,
        states=_split(where.state),
        pattern=like_pattern(where.q.strip()),
    )
    return Page.of(page, jobs.total, [UpgradeRow.of(row) for row in jobs.data])


@campaign_routes.post("/{campaign_id:int}/pause", right="devices.manage", raises=(NotFound, CampaignOver))
async def pause(campaign_id: int, scope: Scope, tx: Tx) -> None:
    """Tell no further device; those that were told go on."""
    await campaigns.pause_campaign(scope, tx, campaign_no=campaign_id)


@campaign_routes.post("/{campaign_id:int}/resume", right="devices.manage", raises=(NotFound, CampaignOver))
async def resume(campaign_id: int, scope: Scope, tx: Tx) -> None:
    """Go on after a pause or a stop."""
    await campaigns.resume_campaign(scope, tx, campaign_no=campaign_id)


@campaign_routes.post("/{campaign_id:int}/widen", right="devices.manage", raises=(NotFound, CampaignOver))
async def widen(campaign_id: int, data: WidenRequest, scope: Scope, tx: Tx) -> None:
    """Let in a greater share of the devices."""
    await campaigns.widen_campaign(scope, tx, campaign_no=campaign_id, percent=data.percent)


@campaign_routes.post("/{campaign_id:int}/cancel", right="devices.manage", raises=(NotFound, CampaignOver))
async def cancel(campaign_id: int, scope: Scope, tx: Tx) -> None:
    """End it. A device that is loading already may still finish."""
    await campaigns.cancel_campaign(scope, tx, campaign_no=campaign_id)


@campaign_routes.post(
    "/{campaign_id:int}/roll-back",
    right="devices.manage",
    raises=(NotFound, CampaignOver, NoPreviousFirmware),
)
async def roll_back(campaign_id: int, scope: Scope, tx: Tx) -> None:
    """Offer each upgraded device the version it had before, where that is stored."""
    await campaigns.roll_back_campaign(scope, tx, campaign_no=campaign_id)


@campaign_routes.post(
    "/{campaign_id:int}/retry", right="devices.manage", status=200, raises=(NotFound, CampaignOver)
)
async def retry_failed(campaign_id: int, scope: Scope, tx: Tx) -> RetriedUpgrades:
    """Try all lost devices again, at most 500 at a time."""
    return RetriedUpgrades(await campaigns.retry_failed(scope, tx, campaign_no=campaign_id))


@campaign_routes.post(
    "/{campaign_id:int}/devices/{upgrade_id:int}/retry",
    right="devices.manage",
    raises=(NotFound, CampaignOver),
)
async def retry(campaign_id: int, upgrade_id: int, scope: Scope, tx: Tx) -> None:
    """Try one lost device again."""
    await campaigns.retry_job(scope, tx, campaign_no=campaign_id, job_no=upgrade_id)


def _split(states: str) -> tuple[str, ...]:
    return tuple(state for state in states.split(",") if state)
