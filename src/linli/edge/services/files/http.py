"""The file service over HTTP. Source: spec H 3.1.

    POST /home/paas/file/add      form-data filePath, file, expire    {"code":200,"message":"success","data":URL}
    POST /home/paas/file/delete   {"filePath":…}                      {"code":200,"message":"success"}
    GET  /oss/{filePath}          the file; the older /{filePath} too

The source has no log-in: everybody who reaches the port may store, fetch and delete. So it listens on the LAN only,
keeps files for a week at most, and limits each peer. A refusal's HTTP status is its `code`.
"""

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterator, Sequence
from typing import Final
from urllib.parse import quote, unquote

import msgspec

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.services.files.form import Upload
from linli.edge.services.files.paths import FileRefused, read_keep_time, read_path
from linli.edge.services.files.store import FileStore, StoredFile
from linli.edge.services.web import Call, limits_for
from linli.kernel.http import HttpServer, Limits

INSIDE_PORT, OUTSIDE_PORT = 9102, 32012
FILE_BYTES: Final = 20 * 1024 * 1024
JSON_BYTES: Final = 8 * 1024
CHUNK: Final = 64 * 1024
_SHOWN: Final = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "video/mp4"}
"""Types that a browser may show. All others are sent as a download, so that no foreign page runs here."""
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:]{2,39}\](:\d{1,5})?")


class Answer(msgspec.Struct, omit_defaults=True, rename="camel"):
    code: int
    message: str
    data: str | None = None
    localized_msg: str | None = None
    """Served by the older text of the source."""


class _Deletion(msgspec.Struct, rename="camel"):
    file_path: str


class FileService:
    """One store behind one or more ports."""

    def __init__(
        self,
        store: FileStore,
        *,
        host: str,
        ports: Sequence[int] = (INSIDE_PORT, OUTSIDE_PORT),
        log: DeviceLog,
        limits: Limits | None = None,
        file_bytes: int = FILE_BYTES,
    ) -> None:
        self.store = store
        self._log = log
        self._most = file_bytes
        bounds = limits or limits_for(body_bytes=file_bytes + 64 * 1024)
        self._servers = [
            HttpServer(Call.app(self._serve), host=host, port=port, limits=bounds) for port in ports
        ]

    async def start(self) -> None:
        await self.store.start()
        for server in self._servers:
            await server.start()

    async def stop(self) -> None:
        for server in self._servers:
            await server.stop(grace_seconds=2.0)
        await self.store.stop()

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self._servers]

    async def _serve(self, call: Call) -> None:
        try:
            if call.path == "/home/paas/file/add":
                await self._add(call)
            elif call.path == "/home/paas/file/delete":
                await self._delete(call)
            elif call.method in ("GET", "HEAD"):
                await self._fetch(call)
            else:
                raise FileRefused(404, "no such interface", "没有这个接口")
        except FileRefused as refused:
            if refused.code != 404:
                self._log.now_and_then(
                    "a call was refused", peer=call.peer, code=refused.code, why=str(refused)
                )
            await _answer(call, Answer(refused.code, str(refused), localized_msg=refused.zh))

    async def _add(self, call: Call) -> None:
        _only_post(call)
        upload = Upload(self.store, self._most)
        try:
            await upload.receive(call.header("content-type"), _body(call, self._most + 64 * 1024))
            path = read_path(upload.fields.get("filePath", ""))
            keep_s = read_keep_time(upload.fields.get("expire"))
            if upload.part is None:
                raise FileRefused(400, "file: is required", "file：必填")
            await self.store.keep(upload.part, path, keep_s)
        except BaseException:
            await asyncio.shield(upload.drop())
            raise
        await _answer(call, Answer(200, "success", data=f"http://{_host(call)}/oss/{quote(path)}"))

    async def _delete(self, call: Call) -> None:
        _only_post(call)
        body = b"".join([part async for part in _body(call, JSON_BYTES)])
        try:
            path = read_path(msgspec.json.decode(body, type=_Deletion).file_path)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise FileRefused(
                400, "filePath: a JSON object with this text is needed", "filePath：请用 JSON 给出"
            ) from None
        if not await self.store.delete(path):
            raise FileRefused(404, "no such file", "文件不存在")
        await _answer(call, Answer(200, "success"))

    async def _fetch(self, call: Call) -> None:
        # The server decodes the path once; `+` and `%` in names are theirs.
        path = unquote(call.raw_path.split("?")[0].lstrip("/"), errors="replace")
        file = await self._find(path.removeprefix("oss/")) if path.startswith("oss/") else None
        file = file or await self._find(path)
        if file is None:
            raise FileRefused(404, "no such file", "文件不存在")
        await _stream(call, file)

    async def _find(self, path: str) -> StoredFile | None:
        return await self.store.find(read_path(path)) if path else None


def _only_post(call: Call) -> None:
    if call.method != "POST":
        raise FileRefused(405, "POST only", "只支持 POST")


async def _body(call: Call, most: int) -> AsyncIterator[bytes]:
    taken = 0
    async for part in call.body():
        taken += len(part)
        if taken > most:
            raise FileRefused(413, f"at most {most} bytes", f"最多 {most} 字节")
        yield part


def _host(call: Call) -> str:
    """The name under which the caller reached the box, so that the URL works for its neighbours too."""
    named = call.header("host")
    return named if _HOST.fullmatch(named) else f"{call.local[0]}:{call.local[1]}"


async def _answer(call: Call, answer: Answer) -> None:
    await call.answer(answer.code, msgspec.json.encode(answer), "application/json; charset=utf-8")


async def _stream(call: Call, file: StoredFile) -> None:
    try:
        source = await asyncio.to_thread(file.place.open, "rb")
    except FileNotFoundError:  # deleted or replaced this very moment
        raise FileRefused(404, "no such file", "文件不存在") from None
    kind = mimetypes.guess_type(file.path)[0] or "application/octet-stream"
    headers = [(b"Content-Length", str(file.bytes).encode()), (b"X-Content-Type-Options", b"nosniff")]
    if kind not in _SHOWN:
        headers.append((b"Content-Disposition", b"attachment"))
    with source:
        await call.begin(200, [(b"Content-Type", kind.encode()), *headers])
        while call.method == "GET" and (chunk := await asyncio.to_thread(source.read, CHUNK)):
            await call.write(chunk)
        await call.end()
