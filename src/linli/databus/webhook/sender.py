"""One POST to a webhook: guarded, bounded in time and size; it returns a result and raises nothing."""

import asyncio
import ssl
import time
from functools import cache
from typing import Final

import httpx
import msgspec

from linli.databus import address
from linli.databus.address import AddressRefused
from linli.kernel.errors import BadInput
from linli.kernel.http.client import Client

ANSWER_LIMIT: Final = 4096
"""Bytes read of an answer; a webhook answers with a status, not with a download."""

_EXCERPT: Final = 500
_CONNECT_SECONDS: Final = 10.0


class Outcome(msgspec.Struct, frozen=True):
    """The result of a try."""

    ok: bool
    status: int | None
    """HTTP status, None when there was no answer."""
    latency_ms: int
    reason: str = ""
    """Stable word for a failure: address_private, address_unknown, connect, tls, timeout, redirect, status, broken."""
    excerpt: str = ""
    """The beginning of the answer, or the network's error."""


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class Sender:
    """The connections to one webhook. Kept apart per webhook: two names on one IP must not share a TLS session."""

    def __init__(self, url: str, *, allow_private: bool, timeout_seconds: float) -> None:
        self._url = url
        self._allow_private = allow_private
        self._timeout = timeout_seconds
        self._client: Client | None = None

    async def post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        """POST once; every way it can fail is an Outcome."""
        started = time.monotonic()

        def failed(reason: str, text: str = "", status: int | None = None) -> Outcome:
            latency = round((time.monotonic() - started) * 1000)
            return Outcome(False, status, latency, reason, text[:_EXCERPT])

        try:
            async with asyncio.timeout(self._timeout):
                response, answer = await self._exchange(body, headers)
        except AddressRefused as refused:
            return failed(str(refused.facts["rule"]), refused.facts["host"])
        except BadInput as error:
            return failed("address_unknown", error.text("en"))
        except (TimeoutError, httpx.TimeoutException):
            return failed("timeout")
        except httpx.ConnectError as error:
            return failed("tls" if isinstance(_root(error), ssl.SSLError) else "connect", str(error))
        except Exception as error:  # noqa: BLE001 - a reset in the moment of connecting is an AttributeError in anyio
            return failed("broken", f"{type(error).__name__}: {error}")
        excerpt = answer.decode("utf-8", "replace").replace("\0", "")
        if response.is_redirect:
            return failed("redirect", excerpt, response.status_code)
        if not response.is_success:
            return failed("status", excerpt, response.status_code)
        latency = round((time.monotonic() - started) * 1000)
        return Outcome(True, response.status_code, latency, "", excerpt[:_EXCERPT])

    async def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
        target = address.parse(self._url)
        pinned = await address.resolve(target, allow_private=self._allow_private)
        if self._client is None:
            # No proxy from the environment: it would connect on its own, past the check of the address.
            self._client = Client(
                verify=_trust(),
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._timeout, connect=min(_CONNECT_SECONDS, self._timeout)),
                limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=30),
            )
        request = self._client.build_request(
            "POST",
            target.at(pinned),
            content=body,
            headers={"Host": target.host_header, "Accept-Encoding": "identity", **headers},
            extensions={"sni_hostname": target.host},
        )
        response = await self._client.send(request, stream=True)
        answer = b""
        try:
            async for part in response.aiter_raw():
                answer += part
                if len(answer) >= ANSWER_LIMIT:
                    break
        finally:
            await response.aclose()
        return response, answer[:ANSWER_LIMIT]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def _root(error: BaseException) -> BaseException:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return error
