"""Signed calls that remember their bytes, so that a campaign can play one again."""

import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx
import msgspec

REPLAYED = "S403NU"
"""`X-Ca-Error-Code` of a nonce that was used before."""


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Signed(NamedTuple):
    """One request as it goes over the wire; sent again, it is a replay."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """`status` is the HTTP status, `refusal` its `X-Ca-Error-Code`, `body` the envelope; the latter two may be empty."""

    status: int
    refusal: str
    body: dict[str, Any]

    @property
    def code(self) -> Any:
        return self.body.get("code")

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.code == 200


@dataclass
class Caller:
    """An app key and its secret; signs like the public clients (HmacSHA256, headers `x-ca-*`)."""

    client: httpx.AsyncClient
    app_key: str
    secret: str
    now_ms: Callable[[], int] = wall_ms
    cloud_token: str = ""

    def sign(self, path: str, version: str, params: Any = None, **request: Any) -> Signed:
        """`request` goes beside `apiVer`; the caller's cloudToken goes along unless `cloudToken` is given."""
        token = request.pop("cloudToken", self.cloud_token)
        asked = {"apiVer": version, **request} | ({"cloudToken": token} if token else {})
        said = {"id": uuid.uuid4().hex, "version": "1.0", "request": asked, "params": params or {}}
        return self.sign_body(path, msgspec.json.encode(said))

    def sign_body(self, path: str, body: bytes) -> Signed:
        """Sign any bytes, readable or not."""
        headers = {
            "accept": "application/json; charset=utf-8",
            "content-md5": base64.b64encode(hashlib.md5(body).digest()).decode(),
            "content-type": "application/octet-stream; charset=utf-8",
            "x-ca-key": self.app_key,
            "x-ca-nonce": str(uuid.uuid4()),
            "x-ca-timestamp": str(self.now_ms()),
            "x-ca-signature-method": "HmacSHA256",
        }
        names = sorted(name for name in headers if name.startswith("x-ca-"))
        first = [headers["accept"], headers["content-md5"], headers["content-type"], ""]
        text = "\n".join(["POST", *first, *(f"{name}:{headers[name]}" for name in names), path])
        headers["x-ca-signature-headers"] = ",".join(names)
        signed = hmac.digest(self.secret.encode(), text.encode(), "sha256")
        headers["x-ca-signature"] = base64.b64encode(signed).decode()
        return Signed(path, headers, body)

    async def send(self, request: Signed) -> Answer:
        """Raises httpx.HTTPError when there is no whole answer."""
        reply = await self.client.post(request.path, content=request.body, headers=request.headers)
        body = reply.json() if reply.content else {}
        return Answer(reply.status_code, reply.headers.get("x-ca-error-code", ""), body)

    async def call(self, path: str, version: str, params: Any = None, **request: Any) -> Answer:
        return await self.send(self.sign(path, version, params, **request))

    async def ok(self, path: str, version: str, params: Any = None, **request: Any) -> Any:
        """The `data` of a call that must succeed."""
        answer = await self.call(path, version, params, **request)
        assert answer.ok, (path, version, params, answer)
        return answer.data
