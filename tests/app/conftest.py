"""The whole platform in this process, on ports of loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from linli.app.platform import Platform
from linli.kernel.settings import Disk, Http, Mqtt, Objects, Settings


@pytest.fixture
async def platform(database_url: str, tmp_path: Path, object_settings: Objects) -> AsyncIterator[Platform]:
    settings = Settings(
        data_dir=str(tmp_path / "data"),
        database_url=database_url,
        http=Http(port=0),
        mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
        objects=object_settings,
    )
    running = await Platform.open(settings)
    await running.start()
    running.objects.base_url = f"http://127.0.0.1:{running.http.port}"
    yield running
    await running.stop()


@pytest.fixture
async def web(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    base = f"http://127.0.0.1:{platform.http.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        yield client
