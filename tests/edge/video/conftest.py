"""A platform served whole, its administrator's browser, and a box with the video component."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from linli.app.platform import Platform
from tests.domains.boxes.remote import conftest as remote
from tests.edge.video.site import VideoSite

platform = remote.platform
browser = remote.browser


@pytest.fixture
async def site(platform: Platform, browser: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[VideoSite]:
    site = VideoSite(platform, browser, tmp_path)
    try:
        yield await site.build()
    finally:
        await site.close()
