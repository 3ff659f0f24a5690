"""The log-ins that the demo's sign-in page offers, and that nothing else ever does."""

import re
import shutil
import stat
from pathlib import Path
from typing import Any

import httpx

from linli.app.platform import Platform
from linli.demo.folder import LOGINS, DemoFolder
from linli.kernel.settings import Disk, Http, Mqtt, Settings
from tests.demo.conftest import Sample, start, wishes
from tests.engines import free_port

SOURCES = Path(__file__).resolve().parents[2] / "src" / "linli"


async def offered(url: str, **headers: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        answer = await client.get("/api/console/setup", headers=headers)
        assert answer.status_code == 200
        samples: list[dict[str, Any]] = answer.json()["samples"]
        return samples


async def test_the_demo_offers_one_log_in_a_role_that_opens_its_pages(
    sample: Sample, folder: DemoFolder
) -> None:
    url = sample.demo.settings.public_url
    found = await offered(url)
    assert [one["role"] for one in found] == [
        "operator", "tenant_admin", "community_manager", "staff", "resident", "merchant",
    ]  # fmt: skip
    assert found[-2]["password"] == "", "residents sign in by a code"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        shop = await client.post(found[-1]["page"], data={"pin": found[-1]["login"]})
        assert (shop.status_code, "set-cookie" in shop.headers) == (303, True), shop.text
        for one in found[:-2]:
            answer = await client.post(
                "/api/console/session",
                json={"login": one["login"], "password": one["password"], "remember": False},
                headers={"x-linli-request": "1"},
            )
            assert answer.status_code == 200, answer.text
    assert stat.S_IMODE((folder.path / LOGINS).stat().st_mode) == 0o600
    for passed_on in (
        {"x-forwarded-for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"via": "1.1 proxy"},
    ):
        assert await offered(url, **passed_on) == [], "a proxy may stand before others"


async def test_they_are_offered_later_too_but_not_by_serve_on_the_same_data(
    folder: DemoFolder, seeded: Path
) -> None:
    shutil.copytree(seeded, folder.path)
    made = await start(folder)
    first = await offered(made.demo.settings.public_url)
    await made.demo.stop()
    renewed = await start(folder, wishes(logins=True))
    now = await offered(renewed.demo.settings.public_url)
    await renewed.demo.stop()
    assert [one["login"] for one in now[:-1]] == [one["login"] for one in first[:-1]]
    assert now[-1]["login"] != first[-1]["login"], "a merchant's log-in is the PIN"
    assert now[0]["password"] != first[0]["password"]
    assert [one.password for one in folder.logins()] == [one["password"] for one in now]

    settings = Settings(
        data_dir=str(folder.path),
        http=Http(host="127.0.0.1", port=free_port()),
        mqtt=Mqtt(host="127.0.0.1", port=free_port(), tls_port=0),
        disk=Disk(reserve_mb=0),
    )
    served = await Platform.open(settings)
    await served.start()
    try:
        assert await offered(settings.public_url) == []
    finally:
        await served.stop()


def test_only_the_demo_fills_them() -> None:
    filled = {
        file.relative_to(SOURCES).parts[0]
        for file in SOURCES.rglob("*.py")
        if re.search(r"sample_logins\.offer|LOGINS\b.*write|SampleLogins\(\)\.offer", file.read_text("utf-8"))
    }
    assert filled == {"demo"}
