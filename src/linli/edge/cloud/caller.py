"""Signed calls to `/edge/…` (EDGE link: `linli.protocols.edge_link.signature`)."""

import gzip
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from linli.edge.cloud.clock import BoxClock
from linli.edge.cloud.identity import Identity
from linli.kernel.clock import Clock
from linli.kernel.errors import Conflict, Unavailable
from linli.kernel.http.client import Client
from linli.kernel.ids import Ids
from linli.protocols import edge_link

TIMEOUT_S: Final = 20.0
GZIP_FROM: Final = 2048
MOST_BYTES: Final = 256 * 1024 * 1024
"""Of a file: the largest is a driver package."""


class CloudUnreachable(Unavailable):
    """The line is cut, or the cloud does not answer."""

    code = "edge.cloud_unreachable"


class CloudRefused(Conflict):
    """The cloud refused the call. `status`, `error` and `message` are from its answer."""

    code = "edge.cloud_refused"


class CloudCaller:
    """One per box. Each answer's `Date` also tells the time, to the second, while nothing better has."""

    def __init__(
        self,
        identity: Identity,
        clock: Clock,
        ids: Ids,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        verify: bool = True,
    ) -> None:
        self._identity = identity
        self._clock = clock
        self._ids = ids
        self.base_url = identity.activated.cloud.base_url.rstrip("/")
        self._client = Client(
            timeout=TIMEOUT_S,
            trust_env=False,
            transport=transport,
            follow_redirects=False,
            verify=verify and self.base_url.startswith("https:"),
            headers={"User-Agent": "linli-edge"},
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> bytes:
        """`path` with its query. Raises CloudUnreachable, CloudRefused."""
        return await self.send("GET", path, b"")

    async def post(self, path: str, body: Any, **headers: str) -> bytes:
        """A struct goes as JSON, bytes as they are (`content_type`, and further headers by name with `_` for `-`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            return await self.send("POST", path, body, {"content-type": "image/jpeg"} | named)
        data = msgspec.json.encode(body)
        if len(data) >= GZIP_FROM:
            data, named = gzip.compress(data), {"content-encoding": "gzip"} | named
        return await self.send("POST", path, data, {"content-type": "application/json"} | named)

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """The body of a success. Raises CloudUnreachable, CloudRefused."""
        url = path if "://" in path else self.base_url + path
        try:
            answer = await self._exchange(method, url, body, headers or {})
            if answer.status_code == 401 and self._take_date(answer):
                answer = await self._exchange(method, url, body, headers or {})
        except (httpx.HTTPError, OSError) as error:
            raise CloudUnreachable(why=f"{type(error).__name__}: {error}") from None
        if answer.is_success:
            return answer.content
        raise _refused(answer)

    async def fetch(self, url: str, *, limit: int = MOST_BYTES) -> bytes:
        """A file behind an address that the cloud gave out, which proves itself. Raises as `send`.

        One with more than `limit` bytes is not read to its end.
        """
        try:
            async with self._client.stream("GET", self._absolute(url)) as answer:
                content = bytearray()
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > limit:
                        raise CloudUnreachable(why=f"the file has more than {limit} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise CloudUnreachable(why=f"{type(error).__name__}: {error}") from None
        if answer.is_success:
            return bytes(content)
        raise CloudRefused(status=answer.status_code, error="", message=answer.reason_phrase)

    async def put(self, url: str, content: bytes, *, at: str = "") -> None:
        """Put a file to such an address; with `at` to that IP address, whatever its name means meanwhile.

        Raises as `send`.
        """
        try:
            target, headers, extensions = httpx.URL(self._absolute(url)), {}, {}
            if at:
                headers = {"Host": target.netloc.decode("ascii")}
                extensions = {"sni_hostname": target.host}
                target = target.copy_with(host=at)
            answer = await self._client.put(target, content=content, headers=headers, extensions=extensions)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise CloudUnreachable(why=f"{type(error).__name__}: {error}") from None
        if not answer.is_success:
            raise _refused(answer)

    def _absolute(self, url: str) -> str:
        return url if "://" in url else self.base_url + url

    def headers(self, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        """The four headers of a call that another part sends, such as a WebSocket."""
        activated = self._identity.activated
        return edge_link.signed_headers(
            activated.device.device_secret,
            method,
            target,
            node=activated.node.id,
            time_ms=self._clock.now_ms(),
            nonce=self._ids.hex(32),
            body=body,
        )

    async def _exchange(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        parts = urlsplit(url)
        # A cloud behind a path of a proxy signs what it sees: the path after its own base.
        base = urlsplit(self.base_url).path
        target = parts.path.removeprefix(base) + (f"?{parts.query}" if parts.query else "")
        signed = headers | self.headers(method, target, body)
        return await self._client.request(method, url, content=body, headers=signed)

    def _take_date(self, answer: httpx.Response) -> bool:
        """A signature is refused when the clock is wrong: the answer says what time it is. Whether it was wrong."""
        clock = self._clock
        if not isinstance(clock, BoxClock):
            return False
        date = _date_ms(answer.headers.get("date", ""))
        if date is None or abs(date - clock.now_ms()) < edge_link.SKEW_MS // 2:
            return False
        return clock.hinted(date)


def _date_ms(text: str) -> int | None:
    from email.utils import parsedate_to_datetime

    try:
        return round(parsedate_to_datetime(text).timestamp() * 1000)
    except ValueError:
        return None


def _refused(answer: httpx.Response) -> CloudRefused:
    try:
        error_body = msgspec.json.decode(answer.content, type=edge_link.ErrorBody)
        return CloudRefused(
            status=answer.status_code,
            error=error_body.code,
            message=error_body.message,
            field=error_body.field or "",
        )
    except msgspec.MsgspecError:
        return CloudRefused(
            status=answer.status_code, error="", message=f"HTTP {answer.status_code}", field=""
        )
