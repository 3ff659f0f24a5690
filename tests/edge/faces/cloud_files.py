"""The platform's file store as a box sees it: signed addresses to fetch from and to put reports to, over real HTTP."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx

from linli.kernel.http import HttpServer, Limits
from linli.protocols.face_data import (
    AddImage,
    AddUser,
    DeleteImage,
    DeleteUser,
    FaceEvent,
    FaceImage,
    FaceReport,
    FaceUser,
    decode_report,
    encode_file,
)

LIMITS = Limits(
    header_bytes=8192, header_count=50, body_bytes=16 * 1024 * 1024, header_seconds=5.0, body_seconds=10.0,
    write_seconds=10.0, idle_seconds=30.0, connections=500, connections_each=500,
)  # fmt: skip


class CloudFiles:
    """`lost` are names that answer 404."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.lost: set[str] = set()
        self.fetched: list[str] = []
        self._server = HttpServer(self, host="127.0.0.1", port=0, limits=LIMITS)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=1.0)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.port}/{name}"

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        name, status, body = scope["path"].lstrip("/"), 200, b""
        if scope["method"] == "PUT":
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            self.files[name], body = body, b""
        else:
            self.fetched.append(name)
            found = None if name in self.lost else self.files.get(name)
            status, body = (404, b"") if found is None else (200, found)
        headers = [(b"Content-Length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    # what the platform writes

    def put_file(self, events: list[FaceEvent]) -> dict[str, Any]:
        """A face file; the inputs of `SyncFaceData`."""
        name = f"file-{len(self.files)}"
        self.files[name] = encode_file(events)
        return {"FaceDataUrl": self.url(name)}

    def face(self, person_id: str, content: bytes, **user: Any) -> list[FaceEvent]:
        """A person with a picture, as the platform adds them."""
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.files[f"picture-{md5}"] = content
        image = FaceImage(person_id, md5, len(content), 1, self.url(f"picture-{md5}"))
        return [AddUser(FaceUser(person_id, **{"name": person_id.title(), **user})), AddImage(image)]

    def report(self) -> tuple[dict[str, Any], str]:
        """The inputs of `QueryFaceData` and the name under which the report will be."""
        return {"FaceReportUrl": self.url("report")}, "report"

    def read_report(self) -> FaceReport:
        return decode_report(self.files.pop("report"))


class HttpFiles:
    """The box's way to them without a box. `close` at the end."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=100, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, url: str, *, limit: int) -> bytes:
        content = bytearray()
        try:
            async with self._client.stream("GET", url) as answer:
                answer.raise_for_status()
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > limit:
                        raise OSError(f"more than {limit} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(f"{type(error).__name__}: {error}") from None
        return bytes(content)

    async def put(self, url: str, content: bytes) -> None:
        try:
            (await self._client.put(url, content=content)).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(f"{type(error).__name__}: {error}") from None


def gone(person_id: str) -> list[FaceEvent]:
    """A person as the platform takes them away."""
    return [DeleteImage(person_id, "", 2), DeleteUser(person_id, 2)]


@contextlib.asynccontextmanager
async def cloud_files() -> AsyncIterator[CloudFiles]:
    files = CloudFiles()
    await files.start()
    try:
        yield files
    finally:
        await files.stop()
