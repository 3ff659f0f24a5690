"""Signed requests to an S3-compatible store: time-outs, retries, and failures in words. No secret reaches a log."""

import asyncio
import hashlib
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, fromstring

import httpx

from linli.kernel import telemetry
from linli.kernel.objects import sigv4
from linli.kernel.objects.shelf import StoreUnavailable
from linli.kernel.settings import Objects

log = telemetry.logger(__name__)
_TRIES: Final = 4
_WAIT_S: Final = 0.2
"""Before the second try; twice as long before each further one."""
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_REASONS: Final = {
    "NoSuchBucket": "there is no bucket {bucket}",
    "InvalidAccessKeyId": "the access key is not known there",
    "SignatureDoesNotMatch": "the secret key does not fit the access key",
    "AccessDenied": "the key may not do this in bucket {bucket}",
    "RequestTimeTooSkewed": "this machine's clock is wrong",
    "AuthorizationHeaderMalformed": "the bucket is in another region than {region}",
    "PermanentRedirect": "the bucket is in another region than {region}",
}


class Refused(StoreUnavailable):
    """The store answered, and with no."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason=reason)
        self.status = status
        self.error = error


class S3Requests:
    """One bucket and the key to it. `now` is the time of day: the store checks it against its own clock."""

    def __init__(
        self,
        settings: Objects,
        secret_key: str,
        *,
        now: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        place = urlsplit(settings.endpoint or f"https://s3.{settings.region}.amazonaws.com")
        self._key = sigv4.Key(settings.access_key, secret_key, settings.region)
        self._settings = settings
        self._now = now
        self._host = f"{settings.bucket}.{place.netloc}" if settings.virtual_host else place.netloc
        self._base = f"{place.scheme}://{self._host}"
        self._path = place.path.rstrip("/") + (
            "" if settings.virtual_host else f"/{sigv4.encoded(settings.bucket)}"
        )
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._transport = transport

    def presigned(self, name: str, expires_s: int) -> str:
        """A URL that reads an object until it expires; at most a week, as S3 allows."""
        path = self._path_of(name)
        seconds = max(1, min(expires_s, 7 * 86_400))
        query = sigv4.presigned(
            self._key,
            method="GET",
            path=path,
            query={},
            host=self._host,
            expires_s=seconds,
            at=sigv4.stamp(self._now()),
        )
        return f"{self._base}{path}?{query}"

    async def send(
        self,
        method: str,
        name: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> httpx.Response:
        """The whole answer of a request that may be tried again. Raises Refused, StoreUnavailable."""
        async with self.stream(method, name, query=query, headers=headers, content=content) as answer:
            await answer.aread()
            return answer

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        name: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> AsyncIterator[httpx.Response]:
        """The answer with its body still to come."""
        answer = await self._tried(method, name, query or {}, headers or {}, content)
        try:
            yield answer
        except httpx.HTTPError as error:
            raise StoreUnavailable(reason=_words(error)) from error
        finally:
            await answer.aclose()

    async def _tried(
        self, method: str, name: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        wait = _WAIT_S
        for turn in range(1, _TRIES + 1):
            cause: Exception
            try:
                answer = await self._once(method, name, query, headers, content)
            except httpx.HTTPError as error:
                reason, cause = _words(error), error
            else:
                if answer.status_code < 300:
                    return answer
                refused = await self._refused(answer)
                if answer.status_code not in _AGAIN:
                    raise refused
                reason, cause = str(refused.facts["reason"]), refused
            if turn == _TRIES:
                raise StoreUnavailable(reason=reason) from cause
            log.info("object store: %s, try %d of %d", reason, turn, _TRIES)
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))
            wait *= 2
        raise AssertionError("unreachable")

    async def _once(
        self, method: str, name: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes
    ) -> httpx.Response:
        path, at = self._path_of(name), sigv4.stamp(self._now())
        digest = hashlib.sha256(content).hexdigest() if content else sigv4.EMPTY_SHA256
        signed = {**headers, "host": self._host, "x-amz-date": at, "x-amz-content-sha256": digest}
        sent = signed | {
            "authorization": sigv4.authorization(
                self._key, method=method, path=path, query=query, headers=signed, payload_sha256=digest, at=at
            )
        }
        asked = "&".join(f"{sigv4.encoded(n)}={sigv4.encoded(v)}" for n, v in query.items())
        url = httpx.URL(f"{self._base}{path}" + (f"?{asked}" if asked else ""))
        client = self._connected()
        request = client.build_request(method, url, headers=sent, content=content or None)
        return await client.send(request, stream=True)

    async def _refused(self, answer: httpx.Response) -> Refused:
        try:
            body = parsed(await answer.aread()) if answer.headers.get("content-length") != "0" else None
        except (ParseError, httpx.HTTPError):
            body = None
        finally:
            await answer.aclose()
        code = text_in(body, "Code") if body is not None else ""
        known = _REASONS.get(code)
        if known is None and answer.status_code == 301:
            known = _REASONS["PermanentRedirect"]
        said = known.format(bucket=self._settings.bucket, region=self._settings.region) if known else code
        return Refused(answer.status_code, code, said or f"HTTP {answer.status_code}")

    def _path_of(self, name: str) -> str:
        return f"{self._path}/{sigv4.encoded(name, keep='/')}"

    def _connected(self) -> httpx.AsyncClient:
        """The client of the running loop: commands run several after one another."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            limits = httpx.Limits(max_connections=32, max_keepalive_connections=16)
            timeout = httpx.Timeout(
                self._settings.timeout_seconds, connect=min(5.0, self._settings.timeout_seconds)
            )
            self._client = httpx.AsyncClient(
                limits=limits,
                timeout=timeout,
                trust_env=False,
                transport=self._transport,
                follow_redirects=False,
            )
            self._loop = loop
        return self._client

    async def close(self) -> None:
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.aclose()
        self._client = None


def parsed(body: bytes) -> Element:
    """An answer's XML. A document type, and with it every entity, is refused. Raises ParseError."""
    if b"<!DOCTYPE" in body[:4096]:
        raise ParseError("a document type")
    return fromstring(body)


def text_in(element: Element, name: str) -> str:
    """The text of a child, whatever its namespace; empty when there is none."""
    found = next((one for one in element.iter() if one.tag.rpartition("}")[2] == name), None)
    return (found.text or "") if found is not None else ""


def _words(error: Exception) -> str:
    """What a transport failure is, without addresses that hold a signature."""
    if isinstance(error, httpx.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx.ConnectError):
        return "it cannot be reached"
    return type(error).__name__
