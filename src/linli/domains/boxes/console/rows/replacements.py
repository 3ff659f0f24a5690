"""Replacements of boxes as the console shows them, and what it sends."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.delivery.schemas import DesiredRow
from linli.domains.boxes.queries.replacements import Floor, Sync, SyncDevice
from linli.domains.boxes.rows import EdgeDevice, Replacement
from linli.domains.boxes.service.replacements import PERCENT
from linli.kernel import i18n

_DEVICES: Final = 200


class ReplaceForm(msgspec.Struct, rename="camel", frozen=True):
    serial_number: str
    model: Annotated[str, Meta(description="Of the new box, as its label says.")]


class ReplacementRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    old_serial: str
    new_serial: str
    old_version: str
    new_version: str
    state: Annotated[
        str,
        Meta(description="waiting, restoring, configuring, syncing, done, failed, cancelled"),
    ]
    percent: int
    reason: str
    created_ms: int
    activated_ms: int | None
    synced_ms: int | None
    finished_ms: int | None

    @staticmethod
    def of(row: Replacement) -> "ReplacementRow":
        return ReplacementRow(
            id=str(row.replacement_id),
            old_serial=row.old_serial,
            new_serial=row.new_serial,
            old_version=row.old_version,
            new_version=row.new_version,
            state=row.state,
            percent=PERCENT[row.state],
            reason=row.reason,
            created_ms=row.created_ms,
            activated_ms=row.activated_ms,
            synced_ms=row.synced_ms,
            finished_ms=row.finished_ms,
        )


class SyncKindRow(msgspec.Struct, rename="camel", frozen=True):
    kind: str
    total: int
    waiting: int
    done: int
    failed: int


class SyncDeviceRow(msgspec.Struct, rename="camel", frozen=True):
    """How far one device behind the box has come."""

    device_name: str
    alias: str
    total: int
    waiting: int
    done: int
    failed: int

    @staticmethod
    def of(row: SyncDevice) -> "SyncDeviceRow":
        waiting, done, failed = row.waiting, row.done, row.failed
        name, alias = row.device.device_name, row.device.alias
        return SyncDeviceRow(name, alias, waiting + done + failed, waiting, done, failed)


class FloorRow(msgspec.Struct, rename="camel", frozen=True):
    name: str
    version: str
    floor: str

    @staticmethod
    def of(row: Floor) -> "FloorRow":
        return FloorRow(*row)


class ReplacementDetail(msgspec.Struct, rename="camel", frozen=True):
    """The last replacement of a box and how far its data has come."""

    replacement: ReplacementRow | None
    sync_state: Annotated[str, Meta(description="idle, running, success, partial, failed")]
    sync_offered: bool
    kinds: list[SyncKindRow]
    devices: Annotated[list[SyncDeviceRow], Meta(description="What failed first; the first two hundred.")]
    too_old: list[FloorRow]

    @staticmethod
    def of(replacement: Replacement | None, sync: Sync, floors: list[Floor]) -> "ReplacementDetail":
        waits = (
            replacement is not None
            and replacement.state in ("configuring", "syncing")
            and replacement.synced_ms is None
        )
        return ReplacementDetail(
            ReplacementRow.of(replacement) if replacement else None,
            sync.state,
            bool(sync.offered or (waits and sync.kinds)),
            [SyncKindRow(*kind) for kind in sync.kinds],
            [SyncDeviceRow.of(sync_device) for sync_device in sync.devices[:_DEVICES]],
            [FloorRow.of(floor) for floor in floors],
        )


class SyncFailure(msgspec.Struct, rename="camel", frozen=True):
    device_name: str
    alias: str
    kind: str
    status: Annotated[str, Meta(description="As in deliveries, e.g. deviceOffline (spec B 2.1).")]
    credential: str
    reason: Annotated[str, Meta(description="Why it did not come, in the caller's language.")]

    @staticmethod
    def of(device: EdgeDevice, row: DesiredRow, language: str) -> "SyncFailure":
        key = f"delivery.reason.{row.reason}"
        text = i18n.text(key, language, detail=row.detail)
        words = row.detail or row.reason if text == key else text
        return SyncFailure(device.device_name, device.alias, row.kind, row.status, row.credential, words)
