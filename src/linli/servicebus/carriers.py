"""Ways to a provider. Each takes the request envelope of spec F 4.2 and brings back the provider's answer as bytes."""

import asyncio
import ssl
from functools import cache
from typing import Final, Protocol

import httpx

from linli.databus import address
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.http.client import Client
from linli.kernel.scope import Scope
from linli.servicebus.errors import BadAnswer, ProviderDown
from linli.servicebus.queries import ProviderRow
from linli.things.downlink.rrpc import Rrpc

MAX_ANSWER: Final = 2 * 1024 * 1024
TOPIC_ROOT: Final = "servicebus"
"""An edge box subscribes to `/ext/rrpc/+/{pk}/{dn}/user/servicebus/#` and answers on the same topic."""
_MEDIA: Final = "application/octet-stream"


class Carrier(Protocol):
    async def carry(self, provider: ProviderRow, method: str, envelope: bytes) -> bytes:
        """The answer. Raises ProviderDown with the reason, BadAnswer."""
        ...

    async def close(self) -> None: ...


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class HttpCarrier:
    """POST `{address}/{model}/{method}`, never into the platform's own network unless the operator allows it."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._clients: dict[int, Client] = {}
        """Apart for each provider: two names on one IP must not share a TLS session."""

    async def carry(self, provider: ProviderRow, method: str, envelope: bytes) -> bytes:
        seconds = provider.timeout_ms / 1000
        try:
            async with asyncio.timeout(seconds):
                return await self._post(provider, method, envelope)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ProviderDown(provider=provider.name, why=f"no answer within {seconds:g} s") from error
        except BadInput as error:
            raise ProviderDown(provider=provider.name, why=error.text("en")) from error
        except LinliError:
            raise
        except Exception as error:  # a reset in the moment of connecting is an AttributeError in anyio
            raise ProviderDown(provider=provider.name, why=f"{type(error).__name__}: {error}") from error

    async def _post(self, provider: ProviderRow, method: str, envelope: bytes) -> bytes:
        base = provider.address.rstrip("/")
        target = address.parse(f"{base}/{provider.model_id}/{method}")
        pinned = await address.resolve(target, allow_private=self._allow_private)
        client = self._clients.get(provider.provider_no)
        if client is None:
            # No proxy from the environment: it would connect on its own, past the check of the address.
            # No limit of its own, which would be 5 s: the provider's is set around the call.
            client = Client(verify=_trust(), trust_env=False, follow_redirects=False, timeout=None)
            self._clients[provider.provider_no] = client
        request = client.build_request(
            "POST",
            target.at(pinned),
            content=envelope,
            headers={"Host": target.host_header, "Content-Type": _MEDIA, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": target.host},
        )
        response = await client.send(request, stream=True)
        answer = bytearray()
        try:
            if not response.is_success:
                raise ProviderDown(provider=provider.name, why=f"HTTP status {response.status_code}")
            async for part in response.aiter_raw():
                answer += part
                if len(answer) > MAX_ANSWER:
                    raise BadAnswer(provider=provider.name, why=f"longer than {MAX_ANSWER} bytes")
        finally:
            await response.aclose()
        return bytes(answer)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()


class EdgeCarrier:
    """Over the MQTT connection of the box's gateway device; the box hands it to the application it hosts."""

    def __init__(self, rrpc: Rrpc) -> None:
        self._rrpc = rrpc

    async def carry(self, provider: ProviderRow, method: str, envelope: bytes) -> bytes:
        tail = f"{TOPIC_ROOT}/{provider.model_id}/{method}"
        scope = Scope.system(provider.tenant_id)
        try:
            return await self._rrpc.ask(
                scope, provider.iot_id, tail, envelope, timeout_s=provider.timeout_ms / 1000
            )
        except LinliError as error:
            raise ProviderDown(provider=provider.name, why=error.text("en")) from error

    async def close(self) -> None:
        return None
