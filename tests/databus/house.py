"""The data calls behind a real gateway and a real file server, for a partner who signs as the public clients do."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec

from linli.app.files import PREFIX, Files
from linli.databus import openapi
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from tests.databus.conftest import Project
from tests.openapi.house import Partner, Platform, Targets


@dataclass
class DataHouse:
    """Gateway and files on one port of 127.0.0.1."""

    db: Database
    clock: Clock
    ids: Ids
    secrets: Secrets
    folder: Path

    async def start(self) -> None:
        self.store = ObjectStore(self.folder, b"url secret", "http://127.0.0.1", self.clock)
        registry = Registry()
        registry.add(token_methods, openapi)
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=Settings(),
            services={ObjectStore: self.store, TokenTargets: Targets({101: True, 102: True, 201: True})},
        )  # fmt: skip
        files = Files(self.store, self.db)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            to = files if scope["path"].startswith(PREFIX) else self.api.gateway
            await to(scope, receive, send)

        await self.api.start()
        self.server = HttpServer(app)
        await self.server.start()
        self.store.base_url = self.url

    async def stop(self) -> None:
        await self.server.stop(grace_seconds=1)
        await self.api.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def partner(self, project: Project) -> Partner:
        face = cast(Platform, SimpleNamespace(clock=self.clock, url=self.url))
        return Partner(face, project.tenant_id, project.project_id, project.app_key, project.app_secret)


async def answer_of(partner: Partner, path: str, version: str, params: Any, **request: Any) -> dict[str, Any]:
    """One signed call to the data bus; the whole envelope."""
    body = partner.body(version, params, **request)
    response = await partner.send(path, body, partner.headers(path, body))
    assert response.status_code == 200
    return cast(dict[str, Any], msgspec.json.decode(response.content))
