"""Deployments as the console shows them, and what it sends."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.rows import Deployment
from linli.domains.boxes.snapshots import Differences
from linli.kernel import i18n
from linli.protocols.edge_link import DeviceReport


class DeploymentRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    gateway_id: str
    generation: int
    kind: Annotated[str, Meta(description="devices, settings, roll_back, restore")]
    state: Annotated[str, Meta(description="waiting, running, done, failed, superseded")]
    percent: int
    reason: str
    by_name: str
    drivers: int
    devices: int
    created_ms: int
    taken_ms: int | None
    finished_ms: int | None


class DeploymentDetail(msgspec.Struct, rename="camel", frozen=True):
    deployment: DeploymentRow
    changes: Differences
    devices: list[DeviceReport]
    rolls_back: Annotated[Differences, Meta(description="What putting this one back would change now.")]


def in_words(why: str, language: str) -> str:
    """The box's text, or the text for its code."""
    text = i18n.text(f"edge_refusal.{why}", language) if why.startswith("edge.") else why
    return why if text.startswith("edge_refusal.") else text


def device_row(device_report: DeviceReport, language: str) -> DeviceReport:
    return msgspec.structs.replace(
        device_report, why=in_words(device_report.code, language) if device_report.code else device_report.why
    )


def deployment_row(row: Deployment, names: dict[int, str], language: str) -> DeploymentRow:
    differences = msgspec.json.decode(row.changes, type=Differences)
    by = names.get(int(row.by_id), row.by_id) if row.by_id.isdecimal() else row.by_id
    return DeploymentRow(
        id=str(row.deployment_id),
        gateway_id=str(row.gateway_id or ""),
        generation=row.generation,
        kind=row.kind,
        state=row.state,
        percent=row.percent,
        reason=in_words(row.reason, language),
        by_name=by,
        drivers=len(differences.drivers),
        devices=len(differences.devices),
        created_ms=row.created_ms,
        taken_ms=row.taken_ms,
        finished_ms=row.finished_ms,
    )


class DeployForm(msgspec.Struct, rename="camel", frozen=True):
    offline: Annotated[
        int | None, Meta(description="How many devices the person saw go off-line; another number refuses.")
    ] = None
    force: Annotated[bool, Meta(description="Send all of it though nothing changed.")] = False


class RolledBack(msgspec.Struct, rename="camel", frozen=True):
    id: str
    lost: Annotated[list[str], Meta(description="Devices that cannot come back: they were deleted.")]
