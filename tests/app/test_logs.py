"""What the process logs of real calls holds no secret: signed calls right and wrong, log-ins, signed URLs."""

import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest

from linli.app.platform import Platform
from linli.kernel import telemetry, tenancy
from linli.kernel.scope import Scope
from tests.openapi.house import Partner

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    telemetry.configure("DEBUG")
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_nothing_secret_is_logged(
    logged: io.StringIO, platform: Platform, web: httpx.AsyncClient
) -> None:
    async with platform.db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="t", ids=platform.ids)
        owner = Scope.system(tenant_id)
        project_id = await tenancy.create_project(owner, tx, name="p", ids=platform.ids)
        key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets
        )
    reached = SimpleNamespace(url=str(web.base_url), clock=platform.clock)
    partner = Partner(reached, tenant_id, project_id, key, secret)  # type: ignore[arg-type]
    path = "/solution/community/paas/token/get"
    body = partner.body("1.0.0", {"communityId": 1})
    headers = partner.headers(path, body)
    assert (await partner.send(path, body, headers)).status_code == 200
    wrong = {**headers, "x-ca-signature": "d3JvbmctUzNDUkVU"}
    assert (await partner.send(path, body, wrong)).status_code in (400, 403)
    login = {"login": "13800138000", "password": "S3CRET-word"}
    assert (await web.post("/api/console/session", json=login)).status_code >= 400
    url = platform.objects.url("t/none.jpg")
    assert (await web.get(url)).status_code == 404

    async def broken(scope, receive, send):
        raise RuntimeError(f"appSecret={secret}")

    platform.http.app = broken
    assert (await web.get(url)).status_code == 500

    lines = logged.getvalue()
    assert "the application failed on /files/t/none.jpg" in lines
    assert all(isinstance(json.loads(line), dict) for line in lines.splitlines())
    for hidden in (secret, headers["x-ca-signature"], "S3CRET-word", url.rpartition("signature=")[2]):
        assert hidden not in lines
