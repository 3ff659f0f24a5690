"""The edge of each lot: a cluster with a box, its gateway and protocols, deployments, components, packages."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, update

from linli.app.platform import Platform
from linli.domains.boxes import components as kinds
from linli.domains.boxes.models import edge_certificates, edge_components, edge_packages, edge_protocols
from linli.domains.boxes.passage import service as passage
from linli.domains.boxes.passage.service import RuleForm
from linli.domains.boxes.service import (
    clusters,
    deployments,
    devices,
    gateways,
    nodes,
    packages,
    protocols,
)
from linli.kernel.db import Command
from linli.things.service import products

MODEL = "LE-A-B002-SC001"
ACTIVE = nodes.values_of(state="running", percent=100, hardware_id=bindparam("hardware"))


def certificate_of(lot: Any, now_ms: int) -> dict[str, Any]:
    """The lot's package, handed in and not decided about."""
    case = {"id": "general.loads", "outcome": "passed"}
    told = {
        "driver": f"acme_{lot.name.lower()}", "driverVersion": "1.0.0", "protocol": "Acme", "subject": "device",
        "device": "SN 1", "beganMs": 1, "passed": True, "cases": [case],
    }  # fmt: skip
    body, key = json.dumps(told).encode(), Ed25519PrivateKey.generate()
    signature = {
        "publicKey": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
        "value": base64.b64encode(key.sign(body)).decode(),
    }
    return {
        "certificate_id": lot.edge_certificate, "tenant_id": lot.tenant, "driver_id": told["driver"],
        "version": "1.0.0", "protocol": "Acme", "owner": "Acme", "brand": "Acme", "model": "M1", "note": "",
        "package_sha256": "0" * 64, "subject": "device", "device": "SN 1", "began_ms": 1, "passed": 1, "skipped": 0,
        "bench_key": "0" * 16, "state": "submitted", "reason": "", "steps": "[]", "by_id": "1",
        "report": '{"report":' + body.decode() + ',"signature":' + json.dumps(signature) + "}",
        "created_ms": now_ms, "changed_ms": now_ms,
    }  # fmt: skip


async def add_edge(platform: Platform, lot: Any) -> None:
    owner, now_ms = lot.project.owner, platform.clock.now_ms()
    made: dict[str, Any] = {"ids": platform.ids, "secrets": platform.secrets, "now_ms": now_ms}
    place = {"project_id": lot.project_id, "community_id": lot.community}
    async with platform.db.begin() as tx:
        for name in ("edge_cluster", "side_edge_cluster", "spare_edge_cluster"):
            one = await clusters.create(
                owner,
                tx,
                form=clusters.ClusterForm(name=f"{name} {lot.name}", model=MODEL, **place),
                ids=platform.ids,
                now_ms=now_ms,
            )
            setattr(lot, name, one.cluster_id)
        for name, cluster in (
            ("edge_node", lot.edge_cluster), ("spare_edge_node", lot.side_edge_cluster),
            ("lost_edge_node", lot.side_edge_cluster),
        ):  # fmt: skip
            node = await nodes.add(
                owner, tx, cluster_id=cluster, name=f"{name.replace('_', '-')}-{lot.name.lower()}",
                serial_number=f"SN-{name}-{lot.name}", **made,
            )  # fmt: skip
            setattr(lot, name, node.node_id)
        await ACTIVE.run(tx, owner, row=lot.lost_edge_node, hardware="hw-0123456789abcdef", now=now_ms)
        gateway = await gateways.create(
            owner, tx, node_id=lot.edge_node, name=f"网关{lot.name}", ids=platform.ids, now_ms=now_ms
        )
        lot.edge_gateway = gateway.gateway_id
        for name, driver in (("spare_edge_protocol", "door_system"), ("edge_protocol", "door_device")):
            protocol = await protocols.add(owner, tx, gateway_id=gateway.gateway_id, driver_id=driver, **made)
            setattr(lot, name, protocol.protocol_id)
            if name == "edge_protocol":
                older = update(edge_protocols).where(edge_protocols.c.protocol_id == protocol.protocol_id)
                await Command(older.values(version="0.9.0"), unscoped="one that can be upgraded").run(tx)
            deployment = await deployments.deploy(owner, tx, gateway_id=gateway.gateway_id, **made)
            lot.edge_deployment = lot.edge_deployment or deployment.deployment_id
        product = await products.create_product(
            owner,
            tx,
            values=products.ProductValues(name="门禁一体机", category_code="community/people/aio"),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        device = await devices.add(
            owner,
            tx,
            gateway=gateway,
            protocol=protocol,
            values=devices.EdgeDeviceValues(
                product_key=product.product_key,
                device_name=f"lift-{lot.name.lower()}",
                alias="电梯",
                custom={},
            ),
            **made,
        )
        lot.lift_device = device.edge_device_id
        said = RuleForm("呼梯", lot.lift_device, lot.lift_device, "1")
        rule = await passage.create(
            owner, tx, gateway_id=gateway.gateway_id, form=said, ids=platform.ids, now_ms=now_ms
        )
        lot.passage_rule = rule.rule_id
        for code in (
            kinds.DEVICE_ACCESS, kinds.RULES_ENGINE, kinds.PASSAGE, kinds.COLLABORATION, kinds.ALARMS
        ):  # fmt: skip
            row = {
                "cluster_id": lot.edge_cluster, "code": code, "tenant_id": lot.tenant, **place,
                "state": kinds.INSTALLED, "changed_ms": now_ms,
            }  # fmt: skip
            await tx.insert(edge_components, row)
        for name in ("trusted_key", "spare_trusted_key"):
            key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
            held = await packages.trust(
                owner,
                tx,
                name=name,
                public_key=base64.b64encode(key).decode(),
                ids=platform.ids,
                secrets=platform.secrets,
                now_ms=now_ms,
            )
            setattr(lot, name, held.key_id)
        lot.driver_package = platform.ids.number()
        row = {
            "package_id": lot.driver_package, "tenant_id": lot.tenant, "driver_id": f"acme_{lot.name.lower()}",
            "version": "1.0.0", "name": "Acme_EBA_Meter", "protocol": "Acme", "owner": "Acme", "manifest": "{}",
            "sha256": "0" * 64, "signature": "", "size": 1, "key_id": lot.trusted_key, "by_id": "1",
            "object_key": f"{lot.tenant}/edge_drivers/acme/{lot.name}.zip", "created_ms": now_ms,
        }  # fmt: skip
        await tx.insert(edge_packages, row)
        lot.edge_certificate = platform.ids.number()
        await tx.insert(edge_certificates, certificate_of(lot, now_ms))
