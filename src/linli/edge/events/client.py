"""Calls to adapters: the body is JSON, also of a GET, as the source's samples have it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx

from linli.edge.events.journal import Journal
from linli.edge.events.tables import AdapterRow
from linli.kernel.http.client import Client
from linli.protocols.event_api import ADAPTER, CALLS, Code, Refused, read_answer

SECONDS: Final = 6.0
MAX_ANSWER: Final = 24 * 1024 * 1024
"""A page of 20 faces, or a scene, each at most 2 MiB as base64 would fit seldom; adapters send small crops."""


class AdapterClient:
    def __init__(self, journal: Journal, *, seconds: float = SECONDS) -> None:
        self._journal = journal
        self._seconds = seconds
        self._client: Client | None = None
        self.unreached: set[str] = set()
        """Brands whose adapter did not answer when it was last asked."""

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def ask(self, adapter: AdapterRow, name: str, params: Mapping[str, Any]) -> Any:
        """`data` of its answer. Raises Refused: the adapter's own code, 810 if it is not reached."""
        try:
            async with asyncio.timeout(self._seconds):
                content = await self._send(adapter, name, {"token": adapter.token, **params})
        except (TimeoutError, httpx.HTTPError, ValueError) as error:
            self.unreached.add(adapter.manufacture)
            self._journal.errors.now_and_then(
                "an adapter does not answer",
                peer=adapter.ip,
                brand=adapter.manufacture,
                call=name,
                why=f"{type(error).__name__}: {error}"[:200],
            )
            raise Refused(Code.NOT_REACHED) from None
        self.unreached.discard(adapter.manufacture)
        try:
            data = read_answer(content)
        except Refused as refusal:
            self._journal.interface.warning(
                "an adapter refused a call",
                brand=adapter.manufacture,
                call=name,
                code=refusal.code,
                why=refusal.message,
            )
            raise
        self._journal.interface.info("an adapter was called", brand=adapter.manufacture, call=name)
        return data

    async def _send(self, adapter: AdapterRow, name: str, body: Mapping[str, Any]) -> bytes:
        if self._client is None:
            self._client = Client(trust_env=False, follow_redirects=False, timeout=None)
        host = f"[{adapter.ip}]" if ":" in adapter.ip else adapter.ip
        request = self._client.build_request(
            CALLS[name].verb if name in CALLS else "GET",
            f"http://{host}:{adapter.port}{ADAPTER}{name}",
            json=dict(body),
        )
        response = await self._client.send(request, stream=True)
        answer = bytearray()
        try:
            if not response.is_success:
                raise ValueError(f"HTTP status {response.status_code}")
            async for part in response.aiter_bytes():
                answer += part
                if len(answer) > MAX_ANSWER:
                    raise ValueError(f"longer than {MAX_ANSWER} bytes")
        finally:
            await response.aclose()
        return bytes(answer)
