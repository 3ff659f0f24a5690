"""An alarm and an adapter of each lot."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.security.models import adapters
from linli.domains.security.queries import libraries as queries
from linli.domains.security.service import alarms, captures, desired, plans
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SecurityReport
from linli.things.queries.devices import get_device

STRANGER = "192.0.2.77"


async def add_security(platform: Platform, lot: Any) -> None:
    """The box is the lot's own."""
    owner, now = lot.project.owner, platform.clock.now_ms()
    async with platform.db.begin() as tx:
        device = await get_device(owner, tx, iot_id=lot.camera_device)
        report = SecurityReport(
            id=f"report-{lot.name}", kind="alarm", product_key=device.product_key, device_name=device.device_name,
            at_s=now // 1000, event_id=f"event-{lot.name}", event_type=2, details={"targetType": 1},
        )  # fmt: skip
        lot.security_alarm = await alarms.take(
            owner, tx, device, report, objects=platform.objects, now_ms=now
        )
        row = {
            "node_id": lot.edge_node, "manufacture": "HIK", "tenant_id": owner.tenant, "community_id": lot.community,
            "ip": "192.0.2.7", "port": 10080, "since_ms": now, "stranger": STRANGER, "seen_ms": now,
        }  # fmt: skip
        await tx.insert(adapters, row)
        spare = SecurityReport(
            id=f"capture-{lot.name}", kind="capture", product_key=device.product_key, device_name=device.device_name,
            at_s=now // 1000, scene=f"{owner.tenant}/security/{lot.name}.jpg",
        )  # fmt: skip
        await platform.objects.put(spare.scene, b"")
        lot.security_capture = await captures.take(
            owner, tx, device, spare, task_id="", objects=platform.objects, now_ms=now
        )
        for name in ("face_library", "spare_library"):
            library = await desired.create_library(
                owner, tx, device, facts={"groupName": f"{name} {lot.name}"}, purpose="寻人", approver="王主任",
                now_ms=now,
            )  # fmt: skip
            setattr(lot, name, library)
        for name in ("capture_plan", "spare_plan"):
            facts = {
                "taskId": f"{name} {lot.name}", "startDate": "2026-01-01", "endDate": "2099-01-01", "status": 0,
                "captureWeekDay": [{"weekDay": "MONDAY", "captureTime": ["08:00"]}],
            }  # fmt: skip
            plan = await plans.save(
                Scope.system(owner.tenant, "security"), tx, facts=facts, devices=[device], now_ms=now
            )
            setattr(lot, name, plan)
        held = await queries.library(owner, tx, lot.face_library)
        for name in ("library_face", "spare_face"):
            face = await desired.add_face(
                owner, tx, held, facts={"name": f"{name} {lot.name}"}, object_key=f"{owner.tenant}/f.jpg", md5="",
                now_ms=now,
            )  # fmt: skip
            setattr(lot, name, face)
