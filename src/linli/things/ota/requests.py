"""Messages and requests of devices about firmware (spec clients b.4, e.14). A sub-device is named by the topic of its
gateway."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Tx
from linli.kernel.events import emit
from linli.kernel.objects import ObjectStore
from linli.protocols.linkkit.topics import UplinkKind
from linli.things.events import FirmwareReported
from linli.things.inbox.envelopes import BAD_PARAMS
from linli.things.inbox.messages import Message
from linli.things.inbox.request import Request, RequestRefused
from linli.things.inbox.requests import Requests
from linli.things.models import device_firmware
from linli.things.ota import campaign_rows, job_rows, jobs, selection, states
from linli.things.ota import firmware as images
from linli.things.ota.campaign_rows import Campaign
from linli.things.ota.firmware import DEFAULT_MODULE, Firmware
from linli.things.ota.job_rows import JobRow
from linli.things.ota.models import ota_jobs
from linli.things.ota.notices import upgrade_data
from linli.things.ota.states import JobState

RESEND_MS: Final = 30_000
"""ms: a device that reports its version within this time of the last notice gets no second one."""
_MAX_WORD: Final = 64
_MAX_DETAIL: Final = 500
_TOLD_AGAIN: Final = frozenset({JobState.NOTIFIED, JobState.DOWNLOADING})

_version = Query(
    select(device_firmware.c.version).where(
        device_firmware.c.device_no == bindparam("device_no", type_=INT),
        device_firmware.c.module == bindparam("of_module"),
    )
)
_in_campaign = Query(
    select(ota_jobs.c.job_no).where(
        ota_jobs.c.campaign_no == bindparam("no", type_=INT),
        ota_jobs.c.device_no == bindparam("device_no", type_=INT),
    ),
    unscoped="the device asks for itself",
)


class OtaRequests:
    """Handlers of the uplinks of one process."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def register(self, requests: Requests) -> None:
        requests.on(UplinkKind.OTA_INFORM, self.inform)
        requests.on(UplinkKind.OTA_PROGRESS, self.progress)
        requests.on(UplinkKind.FIRMWARE_GET, self.firmware_get)
        requests.on(UplinkKind.OTA_REQUEST, self.firmware_get)

    async def inform(self, tx: Tx, request: Request) -> None:
        """`{"version": "1.0", "module": "default"}`: the version on the device. It has no reply."""
        params = _params(request)
        version = _word(params, "version")
        await self._report(tx, request, _module(params), version)

    async def progress(self, tx: Tx, request: Request) -> None:
        """`{"step": "50", "desc": "", "module": "default"}`. Steps below zero are failures."""
        params = _params(request)
        step = jobs.percent_of(params.get("step"))
        if step is None:
            raise RequestRefused(BAD_PARAMS, "params.step: must be -4 to 100")
        detail = str(params.get("desc") or "")[:_MAX_DETAIL].replace("\0", "")
        module = _module(params) if "module" in params else ""
        rows = await job_rows.open_jobs(tx, device_no=request.device.device_no, module=module)
        for row in rows[:1]:
            campaign = await jobs.campaign_by_no(tx, row.campaign_no)
            job = states.progressed(row.job, campaign.policy, step, detail, request.now_ms)
            await jobs.advance(tx, row, job, campaign)

    async def firmware_get(self, tx: Tx, request: Request) -> dict[str, Any] | None:
        """The firmware to load now, with a new address; `{}` when there is none. A version that comes along counts."""
        params = _params(request)
        module = _module(params)
        if "version" in params:
            await self._report(tx, request, module, _word(params, "version"), asked=True)
        for row in await job_rows.open_jobs(tx, device_no=request.device.device_no, module=module):
            campaign = await jobs.campaign_by_no(tx, row.campaign_no)
            firmware = await wanted(tx, row, campaign)
            if firmware is None or (row.state == JobState.WAITING and _not_yet(row, request.now_ms)):
                continue
            job = states.noticed(row.job, campaign.policy, request.now_ms)
            await jobs.advance(tx, row, job, campaign, notified_ms=request.now_ms)
            return upgrade_data(firmware, self._objects)
        return None

    async def _report(
        self, tx: Tx, request: Request, module: str, version: str, *, asked: bool = False
    ) -> None:
        device, now_ms = request.device, request.now_ms
        before = await _version.scalar(tx, device_no=device.device_no, of_module=module)
        report = {
            "device_no": device.device_no,
            "module": module,
            "version": version,
            "reported_ms": now_ms,
        }
        await tx.upsert(
            device_firmware, [report], keys=("device_no", "module"), update=("version", "reported_ms")
        )
        if version != before:
            event = FirmwareReported(
                device_no=device.device_no,
                iot_id=device.iot_id,
                tenant_id=device.tenant_id,
                community_id=device.community_id,
                project_id=device.project_id,
                module=module,
                version=version,
                version_before=before or "",
                at_ms=now_ms,
            )
            await emit(tx, event, key=device.iot_id)
        rows = await job_rows.open_jobs(tx, device_no=device.device_no, module=module)
        for row in rows:
            await self._meet_version(tx, row, version, now_ms, asked=asked)
        await _join(tx, request, module, now_ms)

    async def _meet_version(self, tx: Tx, row: JobRow, version: str, now_ms: int, *, asked: bool) -> None:
        """A job meets the version that its device reports."""
        campaign = await jobs.campaign_by_no(tx, row.campaign_no)
        job = states.reported(row.job, campaign.policy, version, now_ms)
        if job.state is JobState.WAITING and job.from_version != version:
            job = msgspec.structs.replace(job, from_version=version)
        await jobs.advance(tx, row, job, campaign)
        if asked or not job.open or job.due_ms == now_ms:
            return
        waits = job.state is JobState.WAITING and not (job.due_ms and job.due_ms > now_ms)
        stale = (row.notified_ms or 0) + RESEND_MS <= now_ms
        if waits or (stale and job.state in _TOLD_AGAIN | {JobState.ROLLING_BACK}):
            await jobs.offer(tx, row.job_no, before_ms=0 if waits else now_ms)


async def came_online(tx: Tx, message: Message) -> None:
    """A device is back: the last notice may be lost, so it is sent again."""
    if message.identifier != "online":
        return
    for row in await job_rows.open_jobs(tx, device_no=message.device.device_no):
        if row.state != JobState.INSTALLING:  # it restarted, and is about to say into what
            await jobs.offer(tx, row.job_no, before_ms=message.received_ms)


async def wanted(tx: Tx, row: JobRow, campaign: Campaign) -> Firmware | None:
    """The firmware that a job offers its device now: the campaign's, or in a roll-back the one before.

    None: nothing. A campaign that does not run offers nothing to further devices; an earlier offer may still be
    fetched.
    """
    if row.state == JobState.WAITING and campaign.state != "running":
        return None
    if row.state == JobState.ROLLING_BACK:
        return await images.full_image(
            tx, product_no=campaign.product_no, module=row.module, version=row.from_version
        )
    if row.state == JobState.INSTALLING:
        return None
    return await images.get_firmware(campaign_rows.EVERYWHERE, tx, firmware_no=campaign.firmware_no)


async def _join(tx: Tx, request: Request, module: str, now_ms: int) -> None:
    """Dynamic campaigns take in a device that reports an old version."""
    device = request.device
    for campaign in await campaign_rows.dynamic_campaigns(
        tx, product_no=device.product.product_no, module=module
    ):
        if await _in_campaign.one(tx, no=campaign.campaign_no, device_no=device.device_no):
            return
        if await selection.is_candidate(tx, campaign.aim, device_no=device.device_no):
            await tx.upsert(
                ota_jobs,
                [job_rows.new_job(campaign, device.device_no, now_ms)],
                keys=("campaign_no", "device_no"),
            )
            await jobs.wake(tx, campaign, now_ms)
            return


def _not_yet(row: JobRow, now_ms: int) -> bool:
    return row.due_ms is not None and row.due_ms > now_ms


def _params(request: Request) -> dict[str, Any]:
    params = request.post.params
    if params is None:
        return {}
    if not isinstance(params, dict):
        raise RequestRefused(BAD_PARAMS, "params: must be an object")
    return params


def _word(params: dict[str, Any], name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_WORD or "\0" in value:
        raise RequestRefused(BAD_PARAMS, f"params.{name}: must be 1 to {_MAX_WORD} characters")
    return value


def _module(params: dict[str, Any]) -> str:
    return _word(params, "module") if params.get("module") else DEFAULT_MODULE
