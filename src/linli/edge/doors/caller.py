"""Calls over the door protocol, from the box to a door or, in the simulator, from a door to the box."""

import asyncio
from typing import Final, cast

import httpx

from linli.kernel.http.client import Client
from linli.protocols import door_http
from linli.protocols.door_http import INTERFACES, Answer, Ask

ANSWER_BYTES: Final = 8 * 1024 * 1024
"""A whole face library at once has a hundred bytes a face."""


class CallFailed(Exception):
    """No answer of this protocol came. `why` is for a person."""

    timed_out = False


class CallTimedOut(CallFailed):
    """The peer may have done it, or not."""

    timed_out = True


class Caller:
    """A client without memory: each call has its own connection, as the protocol demands (spec G 3)."""

    def __init__(self, source: str | None = None) -> None:
        """`source`: the address of this machine to call from; None: any."""
        self._client = Client(
            headers={"Connection": "close", "User-Agent": "linli"},
            trust_env=False,
            timeout=None,
            follow_redirects=False,
            transport=httpx.AsyncHTTPTransport(
                verify=False, local_address=source, limits=httpx.Limits(max_keepalive_connections=0)
            ),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def post(
        self, host: str, port: int, path: str, message: Ask, *, timeout_s: float | None = None
    ) -> Answer:
        """The answer, which may be a refusal. Raises CallFailed, CallTimedOut."""
        interface = INTERFACES[path]
        kind, body = door_http.write_request(interface, message)
        try:
            async with asyncio.timeout(interface.timeout_s if timeout_s is None else timeout_s):
                return door_http.read_answer(interface, await self._exchange(host, port, path, kind, body))
        except TimeoutError:
            raise CallTimedOut("no answer in time") from None
        except door_http.BadAnswer as error:
            raise CallFailed(f"the answer is none of this protocol: {error}") from None
        except (httpx.HTTPError, OSError) as error:
            raise CallFailed(f"{type(error).__name__}: {error}") from None

    async def _exchange(self, host: str, port: int, path: str, kind: str, body: bytes) -> bytes:
        request = self._client.build_request(
            "POST", f"http://{host}:{port}{path}", content=body, headers={"Content-Type": kind}
        )
        answer = await self._client.send(request, stream=True)
        try:
            parts = bytearray()
            async for part in answer.aiter_bytes():
                parts += part
                if len(parts) > ANSWER_BYTES:
                    raise CallFailed(f"the answer has more than {ANSWER_BYTES} bytes")
            return bytes(parts)
        finally:
            await answer.aclose()


async def ask[A: Answer](
    caller: Caller,
    host: str,
    port: int,
    path: str,
    message: Ask,
    kind: type[A],
    timeout_s: float | None = None,
) -> A:
    """A call whose success has data. Raises CallFailed, Refusal."""
    answer = await caller.post(host, port, path, message, timeout_s=timeout_s)
    if answer.code != door_http.Code.SUCCESS:
        raise Refusal(answer)
    return cast(A, answer)


class Refusal(Exception):
    """The peer answered with a code that is not 0."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"code {answer.code}: {answer.message}")
        self.answer = answer
