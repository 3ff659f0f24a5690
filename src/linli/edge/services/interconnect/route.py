"""The edge data route: calls of apps on the LAN to the cloud, through the box. Source: spec H 3.2.

An app has its appKey and appSecret, and this address as its API domain (`iot.hosting.api.domain`). It signs as usual.
The host is no part of the signature, so the box passes the call on unchanged, and the cloud alone checks it. Only calls
to the gateway pass; the cloud's consoles cannot be reached this way.
"""

import json
import re
from typing import Final

import httpx

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.services.web import Call, limits_for
from linli.kernel.http import HttpServer
from linli.kernel.http.client import Client

PORT: Final = 9103
BODY_BYTES: Final = 8 * 1024 * 1024
SECONDS: Final = 15.0
_PATH: Final = re.compile(r"(/[A-Za-z0-9_.-]{1,128}){1,12}")
_CLOSED: Final = frozenset(
    (
        "edge",
        "api",
        "staff",
        "m",
        "v",
        "r",
        "oss",
        "files",
        "subscriptions",
        "rabbitmq",
        "metrics",
        "healthz",
        "readyz",
    )
)
"""First parts of paths that are no calls of applications."""
_HOP: Final = {
    b"connection",
    b"keep-alive",
    b"host",
    b"transfer-encoding",
    b"te",
    b"trailer",
    b"upgrade",
    b"content-length",
}
_BACK: Final = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "content-encoding",
    "date",
    "server",
}


class DataRoute:
    """`cloud` is the address of the cloud, `https://linli.example.com`."""

    def __init__(self, *, host: str, port: int = PORT, cloud: str, log: DeviceLog) -> None:
        self._server = HttpServer(
            Call.app(self._serve), host=host, port=port, limits=limits_for(body_bytes=BODY_BYTES)
        )
        self._cloud = cloud.rstrip("/")
        self._log = log
        self._client = Client(trust_env=False, follow_redirects=False, timeout=SECONDS)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=2.0)
        await self._client.aclose()

    @property
    def port(self) -> int:
        return self._server.port

    async def _serve(self, call: Call) -> None:
        if (
            call.method != "POST"
            or not _PATH.fullmatch(call.raw_path)
            or call.raw_path.split("/")[1] in _CLOSED
        ):
            await _refuse(call, 404, "no such call", "没有这个接口")
            return
        if not call.header("x-ca-key"):
            await _refuse(call, 401, "calls are signed: x-ca-key is missing", "请求需要签名：缺少 x-ca-key")
            return
        body = b"".join([part async for part in call.body()])
        headers = [(name, value) for name, value in call.headers if name.lower() not in _HOP]
        query = f"?{call.query}" if call.query else ""
        try:
            answer = await self._client.post(
                f"{self._cloud}{call.raw_path}{query}", content=body, headers=headers
            )
        except httpx.HTTPError as error:
            self._log.now_and_then(
                "the cloud was not reached for an app", peer=call.peer, why=type(error).__name__
            )
            await _refuse(
                call, 503, "the line to the cloud is down; try again", "与云端的连接中断，请稍后重试"
            )
            return
        back = [
            (name.encode("latin-1"), value.encode("utf-8"))
            for name, value in answer.headers.items()
            if name.lower() not in _BACK and name.lower() != "content-type"
        ]
        await call.answer(
            answer.status_code, answer.content, answer.headers.get("content-type", "application/json"), back
        )


async def _refuse(call: Call, status: int, message: str, zh: str) -> None:
    body = {"id": "", "code": status, "message": message, "localizedMsg": zh}
    await call.answer(
        status, json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8"
    )
