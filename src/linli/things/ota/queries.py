"""Reads of campaigns and of the firmware on devices."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import device_firmware, devices
from linli.things.ota.campaign_rows import CAMPAIGN, Campaign
from linli.things.ota.job_rows import JOB, JobRow, in_states
from linli.things.ota.models import firmwares, ota_campaigns, ota_jobs
from linli.things.ota.states import JobState


class Previous(NamedTuple):
    """A version that upgraded devices of a campaign ran before."""

    version: str
    devices: int
    stored: int | None
    """The number of its full image; None: it cannot be offered again."""


class RunningVersion(NamedTuple):
    module: str
    version: str
    devices: int


class DeviceFirmware(NamedTuple):
    module: str
    version: str
    reported_ms: int


_seen = (
    in_scope(ota_campaigns),
    or_(
        bindparam("firmware", type_=INT) == 0,
        ota_campaigns.c.firmware_no == bindparam("firmware", type_=INT),
    ),
    or_(bindparam("every_state", type_=INT) == 1, any_of(ota_campaigns.c.state, "states")),
)
_campaigns = Query(
    CAMPAIGN.where(*_seen)
    .order_by(ota_campaigns.c.campaign_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Campaign,
)
_campaigns_total = Query(select(func.count()).select_from(ota_campaigns).where(*_seen))
_mine = (
    in_scope(devices),
    ota_jobs.c.campaign_no == bindparam("no", type_=INT),
    or_(bindparam("every_state", type_=INT) == 1, any_of(ota_jobs.c.state, "states")),
    or_(
        bindparam("pattern") == "",
        devices.c.device_name.like(bindparam("pattern"), escape="\\"),
        devices.c.nickname.like(bindparam("pattern"), escape="\\"),
    ),
)
_jobs = Query(
    JOB.where(*_mine)
    .order_by(ota_jobs.c.job_no)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    JobRow,
    unscoped="jobs are seen where their devices are",
)
_jobs_total = Query(
    select(func.count())
    .select_from(ota_jobs.join(devices, devices.c.device_no == ota_jobs.c.device_no))
    .where(*_mine),
    unscoped="jobs are seen where their devices are",
)
_reasons = Query(
    select(ota_jobs.c.reason, func.count())
    .where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.reason != "",
        any_of(ota_jobs.c.state, "states"),
    )
    .group_by(ota_jobs.c.reason)
    .order_by(func.count().desc()),
    unscoped="the campaign was found in the scope",
)
_previous = Query(
    select(ota_jobs.c.from_version, func.count(), func.max(firmwares.c.firmware_no))
    .select_from(
        ota_jobs.join(ota_campaigns, ota_campaigns.c.campaign_no == ota_jobs.c.campaign_no).outerjoin(
            firmwares,
            and_(
                firmwares.c.product_no == ota_campaigns.c.product_no,
                firmwares.c.module == ota_jobs.c.module,
                firmwares.c.version == ota_jobs.c.from_version,
                firmwares.c.source_version == "",
            ),
        )
    )
    .where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.from_version != "",
        in_states(ota_jobs, frozenset({JobState.SUCCEEDED, JobState.INSTALLING})),
    )
    .group_by(ota_jobs.c.from_version)
    .order_by(ota_jobs.c.from_version),
    Previous,
    unscoped="the campaign was found in the scope",
)
_versions = Query(
    select(device_firmware.c.module, device_firmware.c.version, func.count())
    .select_from(device_firmware.join(devices, devices.c.device_no == device_firmware.c.device_no))
    .where(in_scope(devices), devices.c.product_key == bindparam("product"))
    .group_by(device_firmware.c.module, device_firmware.c.version)
    .order_by(device_firmware.c.module, func.count().desc(), device_firmware.c.version),
    RunningVersion,
)
_of_device = Query(
    select(device_firmware.c.module, device_firmware.c.version, device_firmware.c.reported_ms)
    .where(device_firmware.c.device_no == bindparam("device_no", type_=INT))
    .order_by(device_firmware.c.module),
    DeviceFirmware,
)


async def list_campaigns(
    scope: Scope,
    db: Reader,
    *,
    page: PageRequest,
    firmware_no: int | None = None,
    states: tuple[str, ...] = (),
) -> Page[Campaign]:
    """Newest first; of one firmware, or in some states."""
    binds: dict[str, Any] = {
        "firmware": firmware_no or 0,
        "every_state": 0 if states else 1,
        "states": list(states),
    }
    campaigns = await _campaigns.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _campaigns_total.scalar(db, scope, **binds), campaigns)


async def list_jobs(
    scope: Scope,
    db: Reader,
    *,
    campaign_no: int,
    page: PageRequest,
    states: tuple[str, ...] = (),
    pattern: str = "",
) -> Page[JobRow]:
    """Devices of a campaign that the caller sees, in the order of their turns."""
    binds: dict[str, Any] = {
        "no": campaign_no,
        "every_state": 0 if states else 1,
        "states": list(states),
        "pattern": pattern,
    }
    jobs = await _jobs.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _jobs_total.scalar(db, scope, **binds), jobs)


async def failure_reasons(db: Reader, *, campaign_no: int) -> list[tuple[str, int]]:
    """Why devices were lost, the most frequent first."""
    lost = [JobState.FAILED, JobState.TIMED_OUT, JobState.ROLLED_BACK, JobState.ROLLING_BACK]
    return [(reason, number) for reason, number in await _reasons.all(db, no=campaign_no, states=lost)]


async def previous_versions(db: Reader, *, campaign_no: int) -> list[Previous]:
    """The versions before a campaign on its upgraded devices, and whether they can be offered again."""
    return await _previous.all(db, no=campaign_no)


async def running_versions(scope: Scope, db: Reader, *, product_key: str) -> list[RunningVersion]:
    """How many devices of a product report which version."""
    return await _versions.all(db, scope, product=product_key)


async def firmware_of(db: Reader, *, device_no: int) -> list[DeviceFirmware]:
    """The versions that a device of the scope reports, for each module."""
    return await _of_device.all(db, device_no=device_no)
