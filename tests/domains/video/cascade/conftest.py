"""Two whole platforms: the lower one with a camera, and the upper one where it registers."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linli.kernel.settings import Disk, Gb28181, Http, Mqtt, Objects, Settings, Video
from tests.domains.video.live.conftest import PASSWORD, House, house, opened_house
from tests.domains.video.live.test_recording import until
from tests.ports import free_port

__all__ = ["house"]

SERVER = "34010000002000000001"
OURS = "34010000002000000077"
SHOWN = "34010000001320000001"


@dataclass
class Pair:
    lower: House
    upper: House

    @property
    def port(self) -> int:
        return self.upper.platform.video.desk.front.port

    def form(self, **more: Any) -> dict[str, Any]:
        return {
            "name": "区级平台", "host": "127.0.0.1", "port": self.port, "serverId": SERVER, "gbId": OURS,
            "password": PASSWORD, "keepaliveS": 5, **more,
        }  # fmt: skip

    async def added(self, **more: Any) -> str:
        """The path of an upper platform that sees nothing yet."""
        made = await self.lower.desk.post(f"{self.lower.at}/upper-platforms", json=self.form(**more))
        assert made.status_code == 201, made.text
        return f"{self.lower.at}/upper-platforms/{made.json()['upperId']}"

    async def row(self) -> dict[str, Any]:
        (row,) = (await self.lower.desk.get(f"{self.lower.at}/upper-platforms")).json()
        found: dict[str, Any] = row
        return found

    async def is_so(self, state: str, why: str = "") -> dict[str, Any]:
        async def so() -> dict[str, Any] | None:
            row = await self.row()
            return row if (row["state"], row["why"]) == (state, why) else None

        found: dict[str, Any] = await until(so)
        return found

    async def choose(self, path: str, **codes: str) -> None:
        """All cameras of the lower platform; `codes` by name."""
        rows = (await self.lower.desk.get(f"{path}/cameras")).json()
        chosen = [{"cameraId": int(row["cameraId"]), "code": codes.get(row["name"], "")} for row in rows]
        done = await self.lower.desk.put(f"{path}/cameras", json={"cameras": chosen})
        assert done.status_code == 204, done.text

    async def joined(self, **more: Any) -> tuple[str, str]:
        """Registered with its camera shown: the path of the upper platform below, and of the camera above."""
        await self.lower.camera()
        path = await self.added(**more)
        await self.choose(path, 北门枪机=SHOWN)
        if not (await self.upper.desk.get(f"{self.upper.at}/gb-devices")).json()["devices"]:
            await self.upper.known(OURS)
        tested = (await self.lower.desk.post(f"{path}/test")).json()
        assert tested["state"] == "registered", tested
        (camera,) = await self.upper.listed()
        return path, f"{self.upper.at}/cameras/{camera['id']}"


@pytest.fixture
async def pair(
    house: House, tmp_path: Path, object_settings: Objects, sqlite_template: Path
) -> AsyncIterator[Pair]:
    shutil.copyfile(sqlite_template, tmp_path / "upper.db")
    first = free_port()
    settings = Settings(
        data_dir=str(tmp_path / "upper"),
        database_url=f"sqlite:///{tmp_path / 'upper.db'}",
        http=Http(port=free_port()),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
        gb28181=Gb28181(
            enabled=True, host="127.0.0.1", port=0, server_id=SERVER, domain=SERVER[:10], offline_seconds=30
        ),
        video=Video(first_port=first, last_port=min(65_535, first + 400), recordings_reserve_mb=0),
    )
    async with contextlib.AsyncExitStack() as stack:
        upper = await stack.enter_async_context(opened_house(settings))
        yield Pair(house, upper)
