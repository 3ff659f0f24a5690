"""A bucket in memory behind a real socket, that takes correctly signed requests alone and fails as it is told to.

Signatures are checked with `sigv4`, which was written from the standard and is held by vectors that AWS publishes.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from linli.kernel.settings import Objects
from tests.kernel import sigv4

NAME, ACCESS_KEY, SECRET_KEY = "b", "AK", "very secret"
REGION = "us-east-1"


class Asked(NamedTuple):
    method: str
    host: str
    path: str
    """As sent, percent-encoded."""
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return unquote(self.path.removeprefix(f"/{NAME}").removeprefix("/"))


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = {}  # noqa: RUF012


type Fault = Callable[[Asked], Answer | Awaitable[Answer] | None]


class BucketServer:
    def __init__(self) -> None:
        self.port = 0
        self.asked: list[Asked] = []
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, tuple[str, dict[int, bytes]]] = {}
        """Under way: key and parts by upload id."""
        self.begun = "2026-01-01T00:00:00.000Z"
        """When uploads begin."""
        self.page = 1000
        self.fault: Fault = lambda asked: None
        """Answers before the bucket does; the request's signature was right."""

    def settings(self, **changes: object) -> Objects:
        return Objects(
            **{
                "store": "s3", "endpoint": f"http://127.0.0.1:{self.port}", "bucket": NAME, "access_key": ACCESS_KEY,
                "secret_key": SECRET_KEY, **changes,
            }  # type: ignore[arg-type]
        )  # fmt: skip

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                answer = await self._answer(asked)
                headers = {
                    "content-length": str(len(answer.body)), "etag": f'"{_md5(answer.body)}"',
                    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT", **answer.headers,
                }  # fmt: skip
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                body = b"" if asked.method == "HEAD" else answer.body
                writer.write(f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, asked: Asked) -> Answer:
        if not _rightly_signed(asked):
            return _error(403, "SignatureDoesNotMatch")
        answer = self.fault(asked)
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer is not None:
            return answer
        if "uploads" in asked.query or "uploadId" in asked.query:
            return self._of_upload(asked)
        match asked.method:
            case "PUT":
                self.objects[asked.key] = asked.body
                return Answer(headers={"etag": f'"{_md5(asked.body)}"'})
            case "DELETE":
                self.objects.pop(asked.key, None)
                return Answer(204)
            case "GET" if "list-type" in asked.query:
                return self._listed(asked.query)
            case "GET" | "HEAD" if asked.key in self.objects:
                return _ranged(self.objects[asked.key], asked.headers.get("range", ""))
        return _error(404, "NoSuchKey")

    def _of_upload(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            below = asked.query.get("prefix", "")
            listed = "".join(
                f"<Upload><Key>{escape(key)}</Key><UploadId>{number}</UploadId><Initiated>{self.begun}</Initiated>"
                "</Upload>"
                for number, (key, _) in self.uploads.items()
                if key.startswith(below)
            )
            return _xml(f"<ListMultipartUploadsResult>{listed}</ListMultipartUploadsResult>")
        if "uploads" in asked.query:
            number = f"upload/{len(self.asked)}+="
            self.uploads[number] = asked.key, {}
            return _xml(
                f"<InitiateMultipartUploadResult><UploadId>{number}</UploadId></InitiateMultipartUploadResult>"
            )
        upload = self.uploads.get(asked.query["uploadId"])
        if upload is None or upload[0] != asked.key:
            return _error(404, "NoSuchUpload")
        if asked.method == "PUT":
            upload[1][int(asked.query["partNumber"])] = asked.body
            return Answer(headers={"etag": f'"{_md5(asked.body)}"'})
        del self.uploads[asked.query["uploadId"]]
        if asked.method == "DELETE":
            return Answer(204)
        parts = [upload[1][number] for number in sorted(upload[1])]
        if any(len(part) < 5 * 1024 * 1024 for part in parts[:-1]):
            return _error(400, "EntityTooSmall")
        self.objects[asked.key] = b"".join(parts)
        return _xml("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")

    def _listed(self, query: dict[str, str]) -> Answer:
        keys = [key for key in sorted(self.objects) if key.startswith(query.get("prefix", ""))]
        first = int(query.get("continuation-token", "token/+=0").removeprefix("token/+="))
        shown = keys[first : first + self.page]
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.objects[key])}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in shown
        )
        more = "<IsTruncated>false</IsTruncated>"
        if first + len(shown) < len(keys):
            token = f"token/+={first + len(shown)}"
            more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
        name = "http://s3.amazonaws.com/doc/2006-03-01/"
        return _xml(f'<ListBucketResult xmlns="{name}">{listed}{more}</ListBucketResult>')


@asynccontextmanager
async def bucket_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[BucketServer]:
    server = BucketServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    url = urlsplit(target)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Asked(method, headers["host"], url.path, query, headers, body)


def _rightly_signed(asked: Asked) -> bool:
    key = sigv4.Key(ACCESS_KEY, SECRET_KEY, REGION)
    path = asked.path or "/"
    if signature := asked.query.get("X-Amz-Signature"):
        query = {name: value for name, value in asked.query.items() if not name.startswith("X-Amz-")}
        expires_s, at = int(asked.query["X-Amz-Expires"]), asked.query["X-Amz-Date"]
        wanted = sigv4.presigned(
            key, method=asked.method, path=path, query=query, host=asked.host, expires_s=expires_s, at=at
        )
        return wanted.endswith(f"X-Amz-Signature={signature}")
    given = asked.headers.get("authorization", "")
    names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    payload = asked.headers.get("x-amz-content-sha256", "")
    wanted = sigv4.authorization(
        key, method=asked.method, path=path, query=asked.query,
        headers={name: asked.headers.get(name, "") for name in names},
        payload_sha256=payload, at=asked.headers.get("x-amz-date", ""),
    )  # fmt: skip
    whole = payload in ("UNSIGNED-PAYLOAD", hashlib.sha256(asked.body).hexdigest())
    return whole and {"host", "x-amz-content-sha256", "x-amz-date"} <= set(names) and given == wanted


def _ranged(content: bytes, wanted: str) -> Answer:
    if not wanted:
        return Answer(200, content)
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
    if start > end:
        return _error(416, "InvalidRange")
    headers = {"content-range": f"bytes {start}-{end}/{len(content)}"}
    return Answer(206, content[start : end + 1], headers)


def _error(status: int, code: str) -> Answer:
    return Answer(status, f"<Error><Code>{code}</Code><Message>{quote(code)}</Message></Error>".encode())


def _xml(text: str) -> Answer:
    return Answer(200, f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode())


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
