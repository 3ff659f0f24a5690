"""A platform as its users run it, with a key, a product and devices: `linli serve` as a process on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from linli.sim import models

from linli_sdk import Linli
from linli_sdk.device import Endpoint, Triple
from tests.real.platform import Installation, running
from tests.real.test_main_job import png

HERE = Path(__file__).parent


class Site(NamedTuple):
    installation: Installation
    tenant: str
    app_key: str
    app_secret: str
    project_id: str
    product_key: str
    product_secret: str

    def client(self, **more: Any) -> Linli:
        return Linli(self.installation.url, self.app_key, self.app_secret, **more)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.installation.mqtt_port)

    def device(self, name: str) -> Triple:
        made = self.installation.admin("create-device", self.product_key, "--name", name)
        with self.client() as linli:
            linli.devices.bind_devices(project_id=self.project_id, iot_ids=[made["iotId"]])
        return Triple(made["productKey"], made["deviceName"], made["deviceSecret"])


PICTURE = png()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that call the platform go to one worker: it takes longer to furnish than to call."""
    for item in items:
        if item.path.parent == HERE and "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("sdk"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("sdk")
    with running(folder / "data") as made:
        tsl = folder / "door.json"
        tsl.write_text(models.tsl("smart_door"), "utf-8")
        yield _furnish(made, tsl)


def _furnish(made: Installation, tsl: Path) -> Site:
    tenant = made.admin("create-tenant", "SDK 物业")
    project = made.admin("create-project", "SDK", "--tenant", tenant["tenantId"])
    product = made.admin(
        "create-product", "门禁", "--tenant", tenant["tenantId"], "--tsl", str(tsl), "--dynamic-register"
    )
    return Site(
        made, tenant["tenantId"], project["appKey"], project["appSecret"], project["projectId"],
        product["productKey"], product.get("productSecret", ""),
    )  # fmt: skip
