"""The platform of these tests, and a partner who signs as the public clients do."""

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from email.utils import formatdate
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTarget, TokenTargets


@dataclass
class Targets:
    """Stands for the room of communities: approved or not, by id and by project id `p<id>`."""

    approved: dict[int, bool] = field(default_factory=dict)

    async def community(self, scope: Scope, db: Reader, *, community_id: int) -> TokenTarget | None:
        if community_id not in self.approved or not scope.allows(community_id):
            return None
        return TokenTarget(community_id, self.approved[community_id])

    async def project(self, scope: Scope, db: Reader, *, project_id: str) -> TokenTarget | None:
        number = project_id.removeprefix("p")
        return await self.community(scope, db, community_id=int(number)) if number.isdigit() else None


@dataclass
class Platform:
    db: Database
    clock: Clock
    ids: Ids
    secrets: Secrets
    settings: Settings
    targets: Targets
    methods: ModuleType
    processes: int = 1
    """How many share the limits of calls."""

    async def start(self) -> None:
        registry = Registry()
        registry.add(token_methods, self.methods)
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=self.settings,
            services={TokenTargets: self.targets}, processes=lambda: self.processes,
        )  # fmt: skip
        await self.api.start()
        self.server = HttpServer(self.api.gateway)
        await self.server.start()

    async def stop(self, *, in_order: bool = True) -> None:
        """`in_order=False` leaves as `kill -9` does: nothing more is written."""
        await self.server.stop(grace_seconds=1)
        if in_order:
            await self.api.stop()
        elif self.api.journal._task is not None:
            self.api.journal._task.cancel()

    async def restart(self, *, in_order: bool = True) -> None:
        await self.stop(in_order=in_order)
        await self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def new_partner(self, name: str, communities: tuple[int, ...] = ()) -> "Partner":
        async with self.db.begin() as tx:
            tenant_id = await tenancy.create_tenant(tx, name=name, ids=self.ids)
            owner = Scope.system(tenant_id)
            project_id = await tenancy.create_project(owner, tx, name=name, ids=self.ids)
            key, secret = await tenancy.create_app_key(
                owner, tx, project_id=project_id, ids=self.ids, secrets=self.secrets
            )
            for number in communities:
                self.targets.approved[number] = True
                await tenancy.grant_community(owner, tx, project_id=project_id, community_id=number)
        return Partner(self, tenant_id, project_id, key, secret)


@dataclass
class Partner:
    """Signs like the Java client: `x-ca-timestamp`, names unsorted, names beginning `x-ca-`."""

    platform: Platform
    tenant_id: str
    project_id: str
    app_key: str
    secret: str

    @property
    def owner(self) -> Scope:
        return Scope.system(self.tenant_id)

    def body(self, version: str, params: Any = None, **request: Any) -> bytes:
        said = {"id": CALL_ID, "version": "1.0", "request": {"apiVer": version, **request}}
        return msgspec.json.encode(said if params is None else {**said, "params": params})

    def headers(
        self, target: str, body: bytes, *, method: str = "POST", algorithm: str = "HmacSHA256",
        content_type: str = "application/octet-stream; charset=utf-8", now_ms: int | None = None,
        **changed: str | None,
    ) -> dict[str, str]:  # fmt: skip
        """Signed headers. `changed` (`x_ca_nonce=…`) replaces a header before signing; None leaves it out."""
        at_ms = self.platform.clock.now_ms() if now_ms is None else now_ms
        sent: dict[str, str | None] = {
            "accept": "application/json; charset=utf-8",
            "content-md5": base64.b64encode(hashlib.md5(body).digest()).decode() if body else None,
            "content-type": content_type,
            "date": formatdate(at_ms // 1000, usegmt=True),
            "x-ca-nonce": str(uuid.uuid4()),
            "x-ca-timestamp": str(at_ms),
            "x-ca-key": self.app_key,
            "x-ca-signature-method": algorithm,
        }
        sent |= {name.replace("_", "-"): value for name, value in changed.items()}
        headers = {name: value for name, value in sent.items() if value is not None}
        names = [name for name in headers if name.startswith("x-ca-")]
        headers["x-ca-signature-headers"] = ",".join(names)
        text = "\n".join([
            method, *(headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date")),
            *(f"{name}:{headers[name]}" for name in sorted(names)), target,
        ])  # fmt: skip
        digest = "sha1" if algorithm == "HmacSHA1" else "sha256"
        signed = hmac.digest(self.secret.encode(), text.encode(), digest)
        headers["x-ca-signature"] = base64.b64encode(signed).decode()
        return headers

    async def send(
        self, target: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
    ) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.platform.url, trust_env=False) as client:
            client.headers.clear()
            return await client.request(method, target, content=body or None, headers=headers)

    async def call(self, path: str, version: str, params: Any = None, **request: Any) -> dict[str, Any]:
        """One signed call; the envelope of the answer, which must be HTTP 200."""
        body = self.body(version, params, **request)
        answer = await self.send(path, body, self.headers(urlsplit(path).path, body))
        assert answer.status_code == 200, answer.headers
        assert answer.headers["content-type"] == "application/json; charset=UTF-8"
        told: dict[str, Any] = answer.json()
        return told

    async def token(self, community_id: int) -> str:
        told = await self.call("/solution/community/paas/token/get", "1.0.0", {"communityId": community_id})
        return str(told["data"]["cloudToken"])


CALL_ID = "1509086454180"
"""Envelope id of every call a partner makes here."""


def failure(code: int, message: str, localized: str, return_type: str | None = None) -> dict[str, Any]:
    told = {"id": CALL_ID, "code": code, "message": message, "localizedMsg": localized}
    return told if return_type is None else {**told, "returnType": return_type}


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.content == b""
    assert answer.headers["x-ca-request-id"]
    return answer.status_code, answer.headers["x-ca-error-code"], answer.headers["x-ca-error-message"]
