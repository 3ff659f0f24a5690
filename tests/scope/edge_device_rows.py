"""Devices under a protocol of a box of each lot, with imports."""

import io
from typing import Any
from zlib import crc32

import openpyxl

from linli.app.platform import Platform
from linli.domains.boxes.devices import forms, workbook
from linli.domains.boxes.devices.service import devices, imports
from linli.domains.boxes.devices.service.devices import Asked
from linli.domains.boxes.service import clusters, gateways, nodes, protocols
from linli.kernel.scope import Caller, Scope

_DRIVER = "door_device"
_NAMES = ("form_device", "spare_form_device", "lost_form_device")


def door(name: str, number: int) -> Asked:
    custom = {"accessType": "card", "ip": f"10.0.0.{number}", "port": 80}
    return Asked(name, f"门{number}", custom)


def sheet(*names: str, port: str = "80") -> bytes:
    """A workbook with a door for each name, each at its own address."""
    shape = forms.shape_of(_DRIVER, "")
    book = openpyxl.load_workbook(io.BytesIO(workbook.book(shape, "zh-CN")))
    keys = [column.key for column in workbook.sheet_of(shape).columns]
    for number, name in enumerate(names, 100):
        row = {"deviceName": name, "alias": "门", "category": "刷卡门禁", "accessType": "刷卡门禁",
               "ip": f"10.0.{crc32(name.encode()) % 200}.{number}", "port": port}  # fmt: skip
        book.worksheets[0].append([row.get(key) for key in keys])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def add_edge_devices(platform: Platform, lot: Any) -> None:
    """A box with one protocol, three devices, an import that was done, one that was tried, and a faulty one."""
    owner = Scope(lot.tenant, Caller("staff", "1"))
    plain: dict[str, Any] = {"ids": platform.ids, "now_ms": platform.clock.now_ms()}
    made = {**plain, "secrets": platform.secrets}
    async with platform.db.begin() as tx:
        cluster = await clusters.create(
            owner,
            tx,
            form=clusters.ClusterForm(
                name=f"forms {lot.name}",
                model="LE-A-B002-SC001",
                project_id=lot.project_id,
                community_id=lot.community,
            ),
            **plain,
        )
        node = await nodes.add(
            owner, tx, cluster_id=cluster.cluster_id, name="forms-01", serial_number=f"FORMS-{lot.name}-{lot.community}",
            **made,
        )  # fmt: skip
        gateway = await gateways.create(owner, tx, node_id=node.node_id, name="forms", **plain)
        protocol = await protocols.add(owner, tx, gateway_id=gateway.gateway_id, driver_id=_DRIVER, **made)
        asked = [door(f"{name}-{lot.name}", number) for number, name in enumerate(_NAMES, 1)]
        wanted = await devices.plan(owner, tx, gateway, protocol, asked, secrets=platform.secrets)
        rows = await devices.add(owner, tx, gateway, protocol, wanted.items, **made)
    lot.form_protocol = protocol.protocol_id
    for name, row in zip(_NAMES, rows, strict=True):
        setattr(lot, name, row.edge_device_id)
    for name, content, dry_run in (
        ("form_import", sheet(f"done-{lot.name}"), False),
        ("tried_form_import", sheet(f"tried-{lot.name}"), True),
        ("faulty_form_import", sheet(f"bad-{lot.name}", port="none"), True),
    ):
        key = f"{lot.tenant}/import/{platform.ids.hex(32)}.xlsx"
        await platform.objects.put(key, platform.secrets.seal_file(content, about=key))
        async with platform.db.begin() as tx:
            number = await imports.hand_in(
                owner, tx, gateway, protocol, file_name="a.xlsx", object_key=key, dry_run=dry_run, **plain
            )
        await platform.edge_importer.run(imports.RunImport(number, lot.tenant))
        setattr(lot, name, number)
