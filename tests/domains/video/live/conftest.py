"""A whole platform with the port of cameras open, an administrator's browser, and simulated cameras."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.accounts import setup_code
from linli.domains.communities.service import pois
from linli.kernel.settings import Disk, Gb28181, Http, Mqtt, Objects, Settings, Video
from linli.sim import gb28181 as sim
from tests.clips import clip
from tests.console.conftest import SETUP
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved
from tests.ports import free_port

PASSWORD = "camera-secret-1"
RECORDER = "34020000001180000001"
CAMERA = "34020000001320000001"
OTHER = "34020000001320000002"
WAIT_S = 60.0


@dataclass
class House:
    platform: Platform
    desk: httpx.AsyncClient
    community: str
    cameras: list[sim.Camera] = field(default_factory=list)

    @property
    def at(self) -> str:
        return f"/communities/{self.community}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.http.port}"

    async def known(self, gb_id: str = RECORDER, **more: Any) -> str:
        """A device that may register."""
        form = {"gbId": gb_id, "password": PASSWORD, "name": "北门录像机", **more}
        made = await self.desk.post(f"{self.at}/gb-devices", json=form)
        assert made.status_code == 201, made.text
        number: str = made.json()["deviceId"]
        return number

    def recorder(self, *channels: sim.Channel, gb_id: str = RECORDER, **more: Any) -> sim.Camera:
        place = ("127.0.0.1", self.platform.video.desk.front.port)
        camera = sim.Camera(gb_id, more.pop("password", PASSWORD), list(channels), server=place, **more)
        self.cameras.append(camera)
        return camera

    async def listed(self, count: int = 1) -> list[dict[str, Any]]:
        """The cameras once there are so many, by name."""
        async with asyncio.timeout(WAIT_S):
            while True:
                rows = (await self.desk.get(f"{self.at}/cameras", params={"sort": "name"})).json()["data"]
                if len(rows) >= count:
                    return list(rows)
                await asyncio.sleep(0.05)

    async def camera(self, **faults: Any) -> str:
        """The path of one camera that is there."""
        if not self.cameras:
            await self.known()
            camera = self.recorder(channel(), faults=sim.Faults(**faults))
            assert await camera.start() == 200
        (row,) = await self.listed()
        return f"{self.at}/cameras/{row['id']}"


def channel(code: str = CAMERA, name: str = "北门枪机", **more: Any) -> sim.Channel:
    return sim.Channel(code, name, pictures=lambda: sim.looped(clip()), rate=25, **more)


@contextlib.asynccontextmanager
async def opened_house(settings: Settings) -> AsyncIterator[House]:
    """A platform with a community, and its administrator."""
    platform = await Platform.open(settings)
    await platform.start()
    base = f"http://127.0.0.1:{platform.http.port}"
    platform.objects.base_url = base
    headers = {"x-linli-request": "1", "accept-language": "zh-CN"}
    async with httpx.AsyncClient(
        base_url=f"{base}/api/console", headers=headers, trust_env=False, timeout=WAIT_S
    ) as desk:
        code = setup_code.ensure(setup_code.file_of(settings))
        assert (await desk.post("/setup", json={**SETUP, "code": code})).status_code == 201
        async with platform.db.begin() as tx:
            await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        community = await approved(desk)  # type: ignore[arg-type]
        made = House(platform, desk, community["id"])
        yield made
        for camera in made.cameras:
            await camera.stop()
    await platform.stop()


@pytest.fixture
async def house(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, object_settings: Objects
) -> AsyncIterator[House]:
    first, rtmp = free_port(), free_port() if getattr(request, "param", "") else 0
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=free_port()),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
        gb28181=Gb28181(enabled=True, host="127.0.0.1", port=0),
        video=Video(
            first_port=first,
            last_port=min(65_535, first + 400),
            rtmp_port=rtmp,
            recordings_reserve_mb=0,
        ),
    )
    async with opened_house(settings) as made:
        yield made
