"""Driver folders written for a test."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

from linli.edge.framework.manifest import RULES

CONFIG = """
from typing import Annotated
from msgspec import Meta
from linli.edge.framework import DriverConfig, Secret

class Config(DriverConfig):
    poll_seconds: Annotated[int, Meta(ge=1, le=3600)] = 10
    password: Secret = ""

class Device(DriverConfig):
    ip: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 502
"""

DRIVER = """
from linli.edge.framework import BaseDriver

class Meter(BaseDriver):
    def __init__(self, context):
        self._context = context

    async def start(self):
        for device in self._context.devices:
            await self._context.things.online(device.name)
            self._context.log(device.name).info("polled", password="hidden", value=7)

    async def stop(self):
        for device in self._context.devices:
            await self._context.things.offline(device.name)

    async def call(self, device, service, params):
        if service == "crash":
            self._context.spawn(self._crash(), "poll")
            return {}
        return {"service": service, **params}

    async def _crash(self):
        raise RuntimeError("wire torn")

def create(context):
    return Meter(context)
"""


def write_driver(
    root: Path, folder_name: str = "some_meter", /, *, driver: str = DRIVER, **manifest: Any
) -> Path:
    """A whole folder; `manifest` changes single entries."""
    folder = root / folder_name
    (folder / "strings").mkdir(parents=True, exist_ok=True)
    whole = {
        "id": folder_name, "name": "Acme_EBA_Meter", "version": "1.0.0", "protocol": "Acme", "owner": "Acme", **manifest,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(whole))
    (folder / "quality.yaml").write_text("".join(f"{rule}: exempt, a test\n" for rule in RULES))
    (folder / "config.py").write_text(dedent(CONFIG))
    (folder / "driver.py").write_text(dedent(driver))
    for language, title in (("zh-CN", "轮询间隔"), ("en", "Polling interval")):
        texts = {f"driver.{folder_name}.name": "Meter", f"driver.{folder_name}.config.pollSeconds": title}
        (folder / "strings" / f"{language}.json").write_text(json.dumps(texts))
    return folder
