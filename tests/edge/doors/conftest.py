from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edge.doors.site_box import SiteBox, site_box


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[SiteBox]:
    async with site_box(tmp_path) as box:
        yield box
