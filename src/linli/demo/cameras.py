"""The cameras of the sample's property, imported from a workbook, as its people would upload it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final

from linli.app.platform import Platform
from linli.demo import names, sample
from linli.demo.place import Place
from linli.domains.video import workbook
from linli.domains.video.queries import cameras as queries
from linli.domains.video.service import cameras as service
from linli.domains.video.service import imports
from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest
from linli.kernel.workbooks.lists import ListReading, read_list

WORKBOOK_NAME: Final = "桂花园摄像头.xlsx"
_ONE: Final = PageRequest(1, 1)
_FIRST_MANAGER_PHONE: Final = 9101
_MANAGERS: Final = ("陈卫国", "沈建平")


async def ensure(platform: Platform, site: Place) -> None:
    """Import the workbook once: what people cleared or changed since stays as they left it."""
    number, tenant = site.community.community_id, site.tenant
    done = (await queries.batches(tenant, platform.db, number, _ONE)).total
    if done or site.community.root_space_id is None:
        return
    reading = await asyncio.to_thread(_read, workbook.book("zh-CN", _rows()))

    async def work(tx: Tx) -> None:
        await service.lock(tenant, tx, number)
        plan = await imports.plan(tenant, tx, number, reading)
        await imports.apply(
            tenant,
            tx,
            number,
            plan,
            file_name=WORKBOOK_NAME,
            ids=platform.ids,
            secrets=platform.secrets,
            now_ms=platform.clock.now_ms(),
        )

    await platform.db.run(work)


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "device": spot.device_name,
            "name": spot.name,
            "brand": "海康威视",
            "product_model": "DS-2CD2626FWD" if at % 2 else "DS-2CD2626FD",
            "resolution": "1920x1080",
            "protocol": 4 if spot.group == "车库" else 1,
            "ip": f"192.168.20.{11 + at}",
            "port": 554,
            "nvr_ip": "192.168.20.2",
            "channel": str(at + 1),
            "url": f"rtsp://192.168.20.2:554/Streaming/Channels/{at + 1}01",
            "username": "viewer",
            "group_name": spot.group,
            "status": spot.status,
            "space": spot.building,
            "address": spot.address,
            "direction": spot.direction,
            "longitude": spot.position[0],
            "latitude": spot.position[1],
            "installed_on": f"2025-0{1 + at % 6}-15",
            "manager": _MANAGERS[at % 2],
            "manager_phone": names.phone(_FIRST_MANAGER_PHONE + at % 2),
            "remark": "待更换镜头" if spot.status != 1 else "",
        }
        for at, spot in enumerate(sample.cameras())
    ]


def _read(content: bytes) -> ListReading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.xlsx"
        path.write_bytes(content)
        return read_list(path, imports.KIND.sheet, most=imports.KIND.rows_max)
