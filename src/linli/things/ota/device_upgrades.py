"""The upgrades of one device, for its log. The caller knows the device."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader
from linli.things.ota.models import ota_campaigns, ota_jobs


class DeviceUpgrade(NamedTuple):
    """Where a device stands in one campaign, as of its last step."""

    changed_ms: int
    job_no: int
    state: str
    reason: str
    detail: str
    progress: int
    module: str
    version: str
    from_version: str


_j = ota_jobs.c
_low, _high, _number = (bindparam(name, type_=INT) for name in ("low", "high", "number"))
_jobs = Query(
    select(
        _j.changed_ms,
        _j.job_no,
        _j.state,
        _j.reason,
        _j.detail,
        _j.progress,
        _j.module,
        ota_campaigns.c.version,
        _j.from_version,
    )
    .select_from(ota_jobs.join(ota_campaigns, ota_campaigns.c.campaign_no == _j.campaign_no))
    .where(
        _j.device_no == bindparam("device_no", type_=INT),
        _j.changed_ms >= _low,
        (_j.changed_ms < _high) | ((_j.changed_ms == _high) & (_j.job_no < _number)),
    )
    .order_by(_j.changed_ms.desc(), _j.job_no.desc())
    .limit(bindparam("most", type_=INT)),
    DeviceUpgrade,
    unscoped="the caller found the device in its scope",
)


async def upgrades_of(
    db: Reader, *, device_no: int, low_ms: int, before: tuple[int, int], most: int
) -> list[DeviceUpgrade]:
    """Since `low_ms` and before (ms, job), the last moved first."""
    return await _jobs.all(db, device_no=device_no, low=low_ms, high=before[0], number=before[1], most=most)
