"""Files handed to one device: good once, for the address that begins, and never for anybody else."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from linli.app.files import Files
from linli.app.platform import Platform
from linli.kernel.objects.one_time import AGAIN_MS, MOST, forget_handed, handed
from tests.plugins.stores import both_stores

pytestmark = both_stores

CONTENT = b'{"qrCodePermissionList":[]}' * 100
KEY = "tenant/door-permissions/iot1/0123456789abcdef.json"
PROXY = "10.9.9.9"


@pytest.fixture
async def url(platform: Platform) -> str:
    await platform.objects.put(KEY, CONTENT)
    return platform.objects.url(KEY, expires_s=60, device="iot1")


@contextmanager
def caller(platform: Platform, address: str) -> Iterator[httpx.AsyncClient]:
    """A client that the platform sees under an address of its own."""
    app = Files(platform.objects, platform.db, [PROXY])
    transport = httpx.ASGITransport(app, client=(address, 4711))  # type: ignore[arg-type]
    yield httpx.AsyncClient(transport=transport, base_url=platform.objects.base_url)


async def test_whoever_comes_first_may_finish_and_nobody_else_begins(platform: Platform, url: str) -> None:
    with caller(platform, "10.0.0.1") as door, caller(platform, "10.0.0.2") as thief:
        assert (await thief.head(url)).status_code == 200  # tells how long it is, and binds nobody
        assert not await handed(platform.db, key=KEY)
        first = await door.get(url, headers={"range": "bytes=0-99"})
        assert (first.status_code, first.content) == (206, CONTENT[:100])
        assert first.headers["cache-control"] == "no-store"
        assert await handed(platform.db, key=KEY)
        assert (await thief.get(url)).status_code == 403
        again = [(await door.get(url)).status_code for _ in range(MOST)]
        assert again == [200] * (MOST - 1) + [403]


async def test_a_second_try_is_taken_for_a_short_time(
    platform: Platform, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with caller(platform, "10.0.0.1") as door:
        assert (await door.get(url)).content == CONTENT
        later = platform.db.clock.now_ms() + AGAIN_MS + 1
        monkeypatch.setattr(platform.db.clock, "now_ms", lambda: later)
        assert (await door.get(url)).status_code == 403
    await forget_handed(platform.db, before_ms=later)
    assert not await handed(platform.db, key=KEY)


async def test_behind_a_proxy_the_callers_own_address_counts(platform: Platform, url: str) -> None:
    with caller(platform, PROXY) as proxy:
        for address, status in (("10.0.0.1", 200), ("10.0.0.2", 403), ("10.0.0.2, 10.0.0.1", 200)):
            answer = await proxy.get(url, headers={"x-forwarded-for": address})
            assert answer.status_code == status, address


async def test_the_link_names_its_device(platform: Platform, url: str) -> None:
    with caller(platform, "10.0.0.1") as door:
        for wrong in (
            url.replace("device=iot1", "device=iot2"), url.replace("device=iot1&", ""),
            url.replace("device=iot1", "device="), url.replace(KEY[-6:-5], "0"),
        ):  # fmt: skip
            assert (await door.get(wrong)).status_code == 403
        plain = platform.objects.url(KEY, expires_s=60)
        assert "device=" not in plain
        await platform.objects.delete(KEY)
        assert (await door.get(url)).status_code == 404
        assert not await handed(platform.db, key=KEY)
