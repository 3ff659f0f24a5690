"""A cloud's `/edge/…` in a few lines, for tests of the box alone: activation, deployment, pictures, packages."""

import gzip
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import msgspec

from linli.kernel.http import HttpServer, Receive, Send
from linli.protocols import edge_link
from linli.protocols.edge_link import Activated, ActivationRequest, Deployment, DeploymentReport, ErrorBody


class StandIn:
    def __init__(self, activated: Activated, *, serial: str = "LB-TEST-1", code: str = "CODE-1234") -> None:
        self.activated = activated
        self.serial, self.code = serial, code
        self.deployment: Deployment | None = None
        self.reports: list[DeploymentReport] = []
        self.pictures: list[tuple[str, bytes]] = []
        self.packages: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.beats: list[edge_link.Heartbeat] = []
        self.now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
        self.off = False
        """The line is cut."""
        self._nonces: set[str] = set()
        self._server = HttpServer(self._serve)

    async def start(self) -> None:
        await self._server.start()
        self.url = f"http://127.0.0.1:{self._server.port}"

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=0.1)

    async def _serve(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        status, answer = (503, b"") if self.off else self._answer(scope, body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, scope: MutableMapping[str, Any], body: bytes) -> tuple[int, bytes]:
        path, method = scope["path"], scope["method"]
        if path in self.files:
            return 200, self.files[path]
        if path == edge_link.ACTIVATE:
            return self._activate(msgspec.json.decode(body, type=ActivationRequest))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        try:
            signed = edge_link.read_headers(headers)
            edge_link.check(
                signed, self.activated.device.device_secret, method, path, body=body, now_ms=signed.time_ms
            )
        except edge_link.BadSignature as error:
            self.refused.append(str(error))
            return 401, msgspec.json.encode(ErrorBody(code="edge.signature_wrong", message=str(error)))
        assert signed.nonce not in self._nonces
        self._nonces.add(signed.nonce)
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return self._signed(path, body, headers)

    def _activate(self, request: ActivationRequest) -> tuple[int, bytes]:
        if request.serial_number != self.serial:
            return 404, msgspec.json.encode(ErrorBody(code="edge.serial_unknown", message="no such serial"))
        if request.activation_code != self.code:
            return 403, msgspec.json.encode(ErrorBody(code="edge.code_wrong", message="wrong code"))
        return 200, msgspec.json.encode(self.activated)

    def _signed(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        if path == edge_link.DEPLOYMENT and self.deployment is not None:
            return 200, msgspec.json.encode(self.deployment)
        if path.endswith("/report"):
            self.reports.append(msgspec.json.decode(body, type=DeploymentReport))
            return 200, b"{}"
        if path == edge_link.HEARTBEAT:
            self.beats.append(msgspec.json.decode(body, type=edge_link.Heartbeat))
            return 200, msgspec.json.encode(edge_link.HeartbeatAnswer(time=self.now_ms()))
        if path == edge_link.PICTURES:
            self.pictures.append((headers[edge_link.PICTURE_HEADER], body))
            taken = edge_link.PictureTaken(photo_id=f"t/captures/d/{len(self.pictures)}.jpg")
            return 200, msgspec.json.encode(taken)
        if path in self.packages:
            return 200, self.packages[path]
        return 404, msgspec.json.encode(ErrorBody(code="not_found", message=path))
