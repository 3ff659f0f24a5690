"""The face algorithm service over `vision`, and the client for one of a vendor. Source: spec G 3.7 (3.5.1.2.6).

A door that compares faces itself needs vectors of its own model: then the box asks the service of the door's maker. A
door, or another box, that trusts our model asks ours.
"""

import asyncio
import struct
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import httpx

from linli.kernel.http import HttpServer, Limits, Receive, Send
from linli.kernel.http.client import Client
from linli.protocols import face_algorithm
from linli.protocols.face_algorithm import AVAILABLE, BAD_FILE, CROP, DETECT, FAILED, OK, Vector
from linli.protocols.forms import FormError
from linli.vision.engine.ports import Engine, EngineError, NoPicture

LIMITS: Final = Limits(
    header_bytes=8192,
    header_count=50,
    body_bytes=2 * 1024 * 1024,
    header_seconds=5.0,
    body_seconds=10.0,
    write_seconds=10.0,
    idle_seconds=30.0,
    connections=500,
    connections_each=50,
)
ANSWER_BYTES: Final = 256 * 1024


class AlgorithmService:
    """Serves one engine. Without models it says so: `/` answers 503 and the others 500 with the reason."""

    def __init__(
        self,
        engine: Engine,
        *,
        host: str,
        port: int,
        limits: Limits = LIMITS,
        lets_in: Callable[[str], bool] = lambda caller: True,
    ) -> None:
        """`lets_in`: whether an address may ask; the protocol has no secret."""
        self._engine = engine
        self._lets_in = lets_in
        self._server = HttpServer(self, host=host, port=port, limits=limits)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=2.0)

    @property
    def port(self) -> int:
        return self._server.port

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if not self._lets_in(str(scope["client"][0]) if scope["client"] else ""):
            await _answer(send, 403, b"text/plain", b"")
            return
        if path == "/" and method in ("GET", "HEAD"):
            good = bool(self._engine.state.model_id)
            words = AVAILABLE if good else self._engine.state.reason or "no model"
            await _answer(send, 200 if good else 503, b"text/plain; charset=utf-8", words.encode())
        elif path in (DETECT, CROP) and method == "POST":
            try:
                vector = await self._vector(scope, receive, detect=path == DETECT)
            except ConnectionError:
                return
            await _answer(send, 200, b"application/json", face_algorithm.write_vector(vector))
        else:
            await _answer(send, 404 if path not in ("/", DETECT, CROP) else 405, b"text/plain", b"")

    async def _vector(self, scope: MutableMapping[str, Any], receive: Receive, *, detect: bool) -> Vector:
        headers = dict(scope["headers"])
        try:
            body = await _body(receive)
            photo = face_algorithm.read_photo(headers.get(b"content-type", b"").decode("latin-1"), body)
            engine = self._engine
            look = await engine.look(photo, use="search") if detect else await engine.embed_crop(photo)
        except (FormError, NoPicture) as error:
            return Vector(code=BAD_FILE, message=str(error))
        except EngineError as error:
            return Vector(code=FAILED, message=str(error) or type(error).__name__)
        if not look.vector:
            return Vector(code=FAILED, message="no face was found")
        return Vector(data=list(struct.unpack(f"<{len(look.vector) // 4}f", look.vector)))


async def _body(receive: Receive) -> bytes:
    """Raises FormError when it is too long, ConnectionError when the caller went away."""
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts += message.get("body", b"")
        if len(parts) > face_algorithm.BODY_BYTES:
            raise FormError("photo has more than 1 MB")
        if not message.get("more_body"):
            return bytes(parts)


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"Content-Type", kind), (b"Content-Length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class AlgorithmFailed(Exception):
    """No vector came. `answered`: the service works, it made none of this photo; `bad_file`: it could not read it."""

    def __init__(self, why: str, *, answered: bool = False, bad_file: bool = False) -> None:
        super().__init__(why)
        self.answered = answered
        self.bad_file = bad_file


class AlgorithmClient:
    """Asks one service for vectors."""

    def __init__(self, host: str, port: int, *, timeout_s: float = 10.0) -> None:
        self._client = Client(
            base_url=f"http://{host}:{port}", trust_env=False, timeout=timeout_s, follow_redirects=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def vector(self, photo: bytes, *, detect: bool = True) -> list[float]:
        """Raises AlgorithmFailed."""
        kind, body = face_algorithm.write_photo(photo)
        request = self._client.build_request(
            "POST", DETECT if detect else CROP, content=body, headers={"Content-Type": kind}
        )
        try:
            answer = face_algorithm.read_vector(await self._exchange(request))
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise AlgorithmFailed(f"{type(error).__name__}: {error}") from None
        if answer.code != OK or not answer.data:
            raise AlgorithmFailed(
                f"{answer.code}: {answer.message}", answered=True, bad_file=answer.code == BAD_FILE
            )
        return answer.data

    async def _exchange(self, request: httpx.Request) -> bytes:
        answer = await self._client.send(request, stream=True)
        try:
            parts = bytearray()
            async with asyncio.timeout(30.0):
                async for part in answer.aiter_bytes():
                    parts += part
                    if len(parts) > ANSWER_BYTES:
                        raise ValueError(f"the answer has more than {ANSWER_BYTES} bytes")
            return bytes(parts)
        finally:
            await answer.aclose()
