"""The console in front of a box with the three official protocols in a community of management."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import openpyxl
import pytest

from linli.app.events import to_rooms, to_subscribers
from linli.console.parts import Parts as ConsoleParts
from linli.domains.access.service.keys import DoorKeys
from linli.domains.boxes.devices import forms, workbook
from linli.domains.boxes.devices.service.importer import EdgeImporter
from linli.domains.boxes.service import clusters, gateways, nodes, protocols
from linli.domains.communities.service import pois
from linli.kernel import tenancy
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Caller, Scope
from tests.console.conftest import Browser, administrator, browser, parts
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved

MODEL = "LE-A-B002-SC001"


@dataclass
class Desk:
    """The administrator's browser, and the numbers of the protocols by driver."""

    browser: Browser
    parts: ConsoleParts
    scope: Scope
    community: str
    root: str
    gateway_id: int
    protocols: dict[str, int] = field(default_factory=dict)

    def at(self, driver: str = "door_device") -> str:
        return f"/edge/protocols/{self.protocols[driver]}"

    async def add(
        self, *devices: dict[str, Any], driver: str = "door_device", **query: Any
    ) -> httpx.Response:
        return await self.browser.post(
            f"{self.at(driver)}/devices", json={"devices": list(devices)}, params=query
        )

    async def rows(self, driver: str = "door_device", **query: Any) -> list[dict[str, Any]]:
        answer = await self.browser.get(f"{self.at(driver)}/devices", params=query)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    async def send(self, driver: str, *rows: dict[str, Any], **query: Any) -> dict[str, Any]:
        sheet = ("devices.xlsx", filled(driver, *rows))
        answer = await self.browser.post(f"{self.at(driver)}/import", params=query, files={"file": sheet})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def door(name: str, access_type: str = "face", **custom: Any) -> dict[str, Any]:
    """A device of form A or B."""
    said = {"accessType": access_type, "ip": "10.249.32.40", "port": 17725, **custom}
    return {"deviceName": name, "alias": f"门禁 {name}", "custom": said}


def machine(name: str, **custom: Any) -> dict[str, Any]:
    """A device of form C."""
    said = {"brand": "冠林", "model": "GL8-K3CS", "ip": "192.168.1.110", "faceSimilarity": 55, **custom}
    return {"deviceName": name, "alias": f"门禁 {name}", "custom": said}


def filled(driver: str, *rows: dict[str, Any], protocol: str = "x") -> bytes:
    """The protocol's workbook with rows by column key, as typed."""
    shape = forms.shape_of(driver, protocol)
    book = openpyxl.load_workbook(io.BytesIO(workbook.book(shape, "zh-CN")))
    keys = [column.key for column in workbook.sheet_of(shape).columns]
    for row in rows:
        book.worksheets[0].append([row.get(key) for key in keys])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
async def desk(parts: ConsoleParts, administrator: Browser) -> AsyncIterator[Desk]:
    to_rooms(parts.db.handlers)
    to_subscribers(parts.db.handlers)
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    community = await approved(administrator)
    importer = EdgeImporter(parts.db, parts.objects, parts.ids, parts.secrets, parts.clock)
    parts.services["edge_importer"] = importer
    parts.services["door_keys"] = DoorKeys(parts.secrets)
    (tenant, *_) = (await tenancy.list_tenants(parts.db))[0]
    scope = Scope(tenant, Caller("staff", "1"))
    made: dict[str, Any] = {"ids": parts.ids, "secrets": parts.secrets, "now_ms": parts.clock.now_ms()}
    plain: dict[str, Any] = {"ids": parts.ids, "now_ms": parts.clock.now_ms()}
    async with parts.db.begin() as tx:
        cluster = await clusters.create(
            scope,
            tx,
            form=clusters.ClusterForm(
                name="北京区域-望月府小区", model=MODEL, community_id=int(community["id"])
            ),
            **plain,
        )
        node = await nodes.add(
            scope, tx, cluster_id=cluster.cluster_id, name="wangyuefu-01", serial_number="SN-1127-01", **made
        )
        gateway = await gateways.create(scope, tx, node_id=node.node_id, name="望月府网关", **plain)
        numbers = {}
        for driver in ("door_device", "door_system", "door_terminal"):
            protocol = await protocols.add(scope, tx, gateway_id=gateway.gateway_id, driver_id=driver, **made)
            numbers[driver] = protocol.protocol_id
    root = community["rootSpaceId"]
    desk = Desk(administrator, parts, scope, community["id"], root, gateway.gateway_id, numbers)
    jobs = Jobs()
    importer.register(jobs)
    worker = Worker(parts.db, parts.clock, jobs)
    await worker.start()
    yield desk
    await worker.stop()


__all__ = ["administrator", "browser", "parts"]
