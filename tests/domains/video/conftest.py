"""A desk in front of a community with cameras."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from linli.app.events import to_rooms, to_subscribers
from linli.console.parts import Parts
from linli.domains.communities.service import pois
from linli.domains.communities.service.importer import Importer
from linli.domains.video.service import imports
from linli.domains.video.workbook import book
from linli.kernel.outbox import Jobs, Worker
from tests.console.conftest import Browser, administrator, browser, parts
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved, with_proof

CATEGORY = "community/security/ipcamera"


@dataclass
class Desk:
    """The administrator's browser, the community's number and path, and iotIds of its devices by name."""

    browser: Browser
    parts: Parts
    community: str
    root: str
    devices: dict[str, str]

    @property
    def at(self) -> str:
        return f"/communities/{self.community}/cameras"

    async def product(self, name: str, category: str = CATEGORY) -> str:
        made = await self.browser.post("/products", json={"name": name, "categoryCode": category})
        assert made.status_code == 201, made.text
        key: str = made.json()["productKey"]
        return key

    async def device(self, key: str, name: str, *, bound: bool = True) -> str:
        made = await self.browser.post("/devices", json={"productKey": key, "deviceName": name})
        assert made.status_code == 201, made.text
        iot_id: str = made.json()["iotId"]
        self.devices[name] = iot_id
        if bound:
            where = {"communityId": int(self.community)}
            moved = await self.browser.put(f"/devices/{iot_id}/community", json=where)
            assert moved.status_code == 204, moved.text
        return iot_id

    async def send(self, *rows: dict[str, Any], **query: Any) -> httpx.Response:
        return await self.browser.post(f"{self.at}/import", params=query, files=self.file(*rows))

    def file(self, *rows: dict[str, Any]) -> dict[str, Any]:
        return {"file": ("cameras.xlsx", sheet(*rows))}

    async def rows(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.browser.get(self.at, params=query)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        return data

    async def names(self, **query: Any) -> list[str]:
        return [row["name"] for row in await self.rows(**query)]


def sheet(*rows: dict[str, Any]) -> bytes:
    """A workbook in Chinese; passwords too, which `book` leaves out."""
    import io

    import openpyxl

    from linli.domains.video.workbook import CAMERAS

    made = openpyxl.load_workbook(io.BytesIO(book("zh-CN", [])))
    for row in rows:
        made.active.append([row.get(column.key) for column in CAMERAS.columns])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
async def importing(parts: Parts) -> AsyncIterator[None]:
    """A worker that does imports."""
    importer = Importer(parts.db, parts.objects, parts.ids, parts.clock, parts.secrets, (imports.KIND,))
    parts.services["importer"] = importer
    jobs = Jobs()
    importer.register(jobs)
    worker = Worker(parts.db, parts.clock, jobs)
    await worker.start()
    yield
    await worker.stop()


@pytest.fixture
async def desk(parts: Parts, administrator: Browser, importing: None) -> Desk:
    """Three cameras and a door in a community in management."""
    to_rooms(parts.db.handlers)
    to_subscribers(parts.db.handlers)
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    community = await approved(administrator)
    made = Desk(administrator, parts, community["id"], community["rootSpaceId"], {})
    key = await made.product("枪机")
    for name in ("CAM-0001", "CAM-0002", "CAM-0003"):
        await made.device(key, name)
    await made.device(await made.product("门禁", "community/people/face"), "DOOR-0001")
    return made


__all__ = ["administrator", "browser", "parts", "with_proof"]
