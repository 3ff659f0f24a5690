"""Captures: written once, told to subscribers, looked at for a face, searched by a picture, erased in time."""

import math
import struct
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.databus import records
from linli.domains.security.models import captures
from linli.domains.security.queries import happened as queries
from linli.domains.security.rows import Capture
from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SecurityReport
from linli.things.queries.devices import DeviceRow
from linli.vision.looks import Look

MODEL: Final = "securityCapture"
URL_SECONDS: Final = 7 * 86_400
SEARCHED_MOST: Final = 50_000
"""Captures that one search compares: a day of 500 cameras with a picture each quarter of an hour."""
_seen = update_of(
    captures,
    ("model_id", "vector", "look"),
    captures.c.capture_id == bindparam("row", type_=INT),
    in_scope(captures),
)
_drop = Command(
    delete(captures).where(any_of(captures.c.capture_id, "rows")),
    unscoped="pictures of every tenant are erased in time",
)


async def take(
    scope: Scope, tx: Tx, device: DeviceRow, report: SecurityReport, *, task_id: str, objects: ObjectStore, now_ms: int
) -> int | None:  # fmt: skip
    """Write a capture; None: it was taken before. `task_id`: as the plan's caller named it."""
    if await queries.is_known(scope, tx, report.id):
        return None
    row = Capture(
        capture_id=0,
        tenant_id=scope.tenant,
        community_id=device.community_id,
        iot_id=device.iot_id,
        report_id=report.id,
        task_id=task_id,
        object_key=report.scene,
        model_id="",
        vector=None,
        look="",
        at_ms=report.at_s * 1000,
        created_ms=now_ms,
    )._asdict()
    del row["capture_id"]
    capture_id = await tx.insert(captures, row)
    record: dict[str, Any] = {
        "productKey": device.product_key,
        "deviceName": device.device_name,
        "captureTime": report.at_s,
        "picUrl": objects.url(report.scene, expires_s=URL_SECONDS),
    }
    if task_id:
        record["taskId"] = task_id
    await records.insert_record(
        scope, tx, model_id=MODEL, row=record, community_id=device.community_id, source="security"
    )
    return capture_id


async def seen(scope: Scope, tx: Tx, capture_id: int, look: Look) -> None:
    """What the models saw in it: the largest face, if there is one."""
    face = look.face
    facts = {} if face is None else {
        "left": face.left, "top": face.top, "width": face.width, "height": face.height,
        "pictureWidth": look.width, "pictureHeight": look.height, "yaw": face.yaw, "pitch": face.pitch,
        "roll": face.roll,
    }  # fmt: skip
    await _seen.run(
        tx,
        scope,
        row=capture_id,
        model_id=look.model_id,
        vector=look.vector or None,
        look=msgspec.json.encode(facts).decode(),
    )


def likeness(first: bytes, other: bytes) -> float:
    """0 to 1 of two unit vectors; 0 where they are not comparable."""
    if len(first) != len(other) or not first:
        return 0.0
    count = len(first) // 4
    entry, two = struct.unpack(f"<{count}f", first), struct.unpack(f"<{count}f", other)
    return max(0.0, min(1.0, math.sumprod(entry, two)))


async def drop(tx: Tx, capture_ids: list[int]) -> None:
    await _drop.run(tx, rows=capture_ids)
