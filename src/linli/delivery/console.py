"""Deliveries: the desired rows of devices, their progress, and the reasons of failures."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.delivery import queries
from linli.delivery.boards import boards
from linli.delivery.ports import SubjectNames
from linli.delivery.schemas import DesiredFilter, DesiredRow
from linli.delivery.service import rows
from linli.delivery.words import hidden_words
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import shown_credential
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.sync import State, wire_status
from linli.things.queries import devices

STUCK = (
    "needManual",
    "unknownError",
    "transferTimeout",
    "deleteFailed",
    "deleteTimeout",
    "faceDlError",
    "faceCheckError",
    "faceCheckTimeout",
    "facePushError",
)
MOST_RETRIED = 1000


class DeliveryRow(msgspec.Struct, rename="camel", frozen=True):
    """One thing that should hold on one device."""

    id: str
    iot_id: str
    device_name: str
    device_online: bool
    community_id: str
    kind: str
    """The kind, e.g. `door.qr`."""
    credential: str
    """The end of a card's number or a code; empty for PINs."""
    subject: str
    """identityId of the person, where there is one."""
    subject_name: Annotated[str, Meta(description="Of the person; empty where they are not known here.")]
    deleting: bool
    status: str
    """The wire status, e.g. `toBeTransferred` (spec B 2.1)."""
    reason: str
    """Why it got no further, in the caller's language; empty when nothing is wrong."""
    failures: int
    next_try_ms: int | None
    changed_ms: int
    confirmed_ms: int | None


class DeliveryStep(msgspec.Struct, rename="camel", frozen=True):
    """One change in the life of a delivery."""

    at_ms: int
    generation: int
    status: str
    reason: str
    caller: str
    """Who caused it: `staff:12`, `resident:3`, `app:30239797`, `system:visitors`, `device`."""
    caller_name: str
    """Of the account, where a person caused it; otherwise empty."""


class DeviceProgress(msgspec.Struct, rename="camel", frozen=True):
    """One device: how much of what should hold there does."""

    iot_id: str
    name: str
    online: bool
    held: int
    cannot: int
    """Should be there and is not confirmed: the person should enter and cannot."""
    should_not: int
    """Should be deleted and is not confirmed: the person may still enter and should not."""
    needs_person: int
    refused: Annotated[int, Meta(description="Of those not confirmed: entries that the device did not take.")]
    refusal: Annotated[str, Meta(description="Why, in the device's own words.")]
    changed_ms: int
    compared_ms: int | None
    compared_held: int | None
    """How many entries the device itself listed when it was last asked; None: it cannot tell, or was not asked."""
    compared_missing: int
    compared_surplus: int
    compared_error: str
    """`offline` or `refused`: it did not say."""
    compared_detail: Annotated[str, Meta(description="What it said instead.")]


class Retried(msgspec.Struct, rename="camel", frozen=True):
    due: int


class StatusCount(msgspec.Struct, rename="camel", frozen=True):
    status: str
    count: int


def reason_text(reason: str, detail: str, language: str) -> str:
    """The reason in words; an unknown key shows the device's own words."""
    if not reason:
        return ""
    key = f"delivery.reason.{reason}"
    text = i18n.text(key, language, detail=detail)
    return detail or reason if text == key else text


async def delivery_rows(
    scope: Scope, db: Reader, rows: list[DesiredRow], persons: SubjectNames
) -> list[DeliveryRow]:
    """Rows with the names of their devices and persons."""
    names = await persons.names(scope, db, sorted({row.subject for row in rows if row.subject}))
    device_rows = await devices.find_devices(scope, db, iot_ids=[row.device for row in rows])
    by_id = {device.iot_id: device for device in device_rows}
    return [
        DeliveryRow(
            id=str(row.id),
            iot_id=row.device,
            device_name=(device.nickname or device.device_name) if (device := by_id.get(row.device)) else "",
            device_online=bool(device and device.online),
            community_id=str(row.community_id),
            kind=row.kind,
            credential=shown_credential(row.kind, row.credential),
            subject=row.subject,
            subject_name=names.get(row.subject, ""),
            deleting=row.deleting,
            status=row.status,
            reason=reason_text(
                row.reason, hidden_words(row.detail, [(row.kind, row.credential)]), scope.language
            ),
            failures=row.failures,
            next_try_ms=row.next_try_ms,
            changed_ms=row.changed_ms,
            confirmed_ms=row.confirmed_ms,
        )
        for row in rows
    ]


routes = Routes("/deliveries", tags=("deliveries",))


class DeliveryFilter(Filter, frozen=True):
    """Deliveries, as their list is asked for."""

    community_id: int | None = None
    status: Annotated[str | None, Meta(description="Wire statuses, comma-separated.")] = None
    iot_id: str | None = None
    credential: str | None = None
    subject: Annotated[str | None, Meta(description="identityId")] = None
    verdict: Annotated[
        Literal["cannot", "should_not"] | None,
        Meta(description="Who should enter and cannot, or may still enter and should not."),
    ] = None


@routes.get(right="devices.use")
async def list_deliveries(
    scope: Scope, db: Database, page: PageRequest, where: DeliveryFilter, persons: SubjectNames
) -> Page[DeliveryRow]:
    """The desired rows of devices, the last changed first."""
    wanted = DesiredFilter(
        community_id=where.community_id,
        device=where.iot_id,
        subject=where.subject,
        credential=where.credential,
        statuses=tuple(where.status.split(",")) if where.status else None,
        verdict=where.verdict,
    )
    row_page = await queries.list_rows(scope, db, wanted=wanted, page=page)
    return Page.of(page, row_page.total, await delivery_rows(scope, db, row_page.data, persons))


class CountFilter(Filter, frozen=True):
    """Deliveries that are counted."""

    community_id: int | None = None
    iot_id: str | None = None


@routes.get("/counts", right="devices.use")
async def count(scope: Scope, db: Database, where: CountFilter) -> list[StatusCount]:
    """How many deliveries show each status."""
    wanted = DesiredFilter(community_id=where.community_id, device=where.iot_id)
    counts = await queries.count_by_status(scope, db, wanted=wanted)
    return [StatusCount(status, number) for status, number in sorted(counts.items())]


@routes.get("/devices", right="devices.use")
async def list_devices(
    scope: Scope, db: Database, page: PageRequest, community_id: int | None = None
) -> Page[DeviceProgress]:
    """The board: device by device, those with the most to do first."""
    board_page = await boards(scope, db, page=page, community_id=community_id)
    device_rows = await devices.find_devices(scope, db, iot_ids=[row.device for row in board_page.data])
    by_id = {device.iot_id: device for device in device_rows}
    rows = []
    for row in board_page.data:
        device, compared = by_id.get(row.device), row.compared
        rows.append(
            DeviceProgress(
                iot_id=row.device,
                name=(device.nickname or device.device_name) if device else "",
                online=bool(device and device.online),
                held=row.confirmed,
                cannot=row.cannot,
                should_not=row.should_not,
                needs_person=row.needs_person,
                refused=row.refused,
                refusal=hidden_words(row.refusal),
                changed_ms=row.changed_ms,
                compared_ms=row.compared_ms,
                compared_held=compared.held if compared and not compared.error else None,
                compared_missing=compared.missing + compared.different if compared else 0,
                compared_surplus=compared.surplus if compared else 0,
                compared_error=compared.error if compared else "",
                compared_detail=hidden_words(compared.detail) if compared else "",
            )
        )
    return Page.of(page, board_page.total, rows)


@routes.post("/devices/{iot_id:str}/compare", right="devices.use", raises=(NotFound,))
async def compare(iot_id: str, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Read a device's rows now; differences are repaired. A device that cannot tell is left alone."""
    await devices.get_device(scope, tx, iot_id=iot_id)
    await rows.compare_soon(tx, device=iot_id, now_ms=clock.now_ms())


@routes.post("/devices/{iot_id:str}/retry", right="devices.manage", status=200, raises=(NotFound,))
async def retry_device(iot_id: str, scope: Scope, tx: Tx, clock: Clock) -> Retried:
    """Reset everything on a device that needs a person or waits for another try, and try it at once."""
    await devices.get_device(scope, tx, iot_id=iot_id)
    wanted = DesiredFilter(device=iot_id, statuses=STUCK)
    page = await queries.list_rows(scope, tx, wanted=wanted, page=PageRequest(1, MOST_RETRIED))
    due = await rows.retry(scope, tx, row_ids=[row.id for row in page.data], now_ms=clock.now_ms())
    return Retried(due)


@routes.get("/{delivery_id:int}/history", right="devices.use", raises=(NotFound,))
async def history(delivery_id: int, scope: Scope, db: Database, persons: SubjectNames) -> list[DeliveryStep]:
    """The history of a delivery, newest first."""
    row = await queries.get_row(scope, db, row_id=delivery_id)
    steps = await queries.history_of(scope, db, row_id=row.id)
    names = await persons.caller_names(db, sorted({step.caller for step in steps}))
    return [
        DeliveryStep(
            at_ms=step.at_ms,
            generation=step.generation,
            status=wire_status(State(step.state), deleting=bool(step.deleting), reason=step.reason),
            reason=reason_text(
                step.reason, hidden_words(step.detail, [(row.kind, row.credential)]), scope.language
            ),
            caller=step.caller,
            caller_name=names.get(step.caller, ""),
        )
        for step in steps
    ]


@routes.post("/{delivery_id:int}/retry", right="devices.manage", raises=(NotFound,))
async def retry(delivery_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Try at once, whatever the back-off says; also out of "needs a person"."""
    await rows.retry(scope, tx, row_ids=[delivery_id], now_ms=clock.now_ms())


ROUTES = (routes,)
