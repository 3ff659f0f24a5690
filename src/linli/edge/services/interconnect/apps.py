"""Service calls of the cloud for apps on the LAN. Source: spec H 3.2, G5.

cloud   /ext/rrpc/{id}/{pk}/{dn}/user/servicebus/{model}/{method}     (the box's own MQTT line)
box     POST http://{app}:10060/{model}/{method}, application/octet-stream, the envelope as it came
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from linli.edge.framework.device_logs import DeviceLog
from linli.kernel.http.client import Client

DEFAULT: Final = "http://127.0.0.1:10060"
"""Where the source's apps listen, on the box itself."""
MAX_ANSWER: Final = 2 * 1024 * 1024
SECONDS: Final = 8.0
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_MEDIA: Final = "application/octet-stream"


class _Envelope(msgspec.Struct):
    id: str = ""


class _AnswerHead(msgspec.Struct):
    code: int | str


class AppServices:
    """`addresses` names the app of a service model (`http://192.168.1.40:10060`); others go to the default place."""

    def __init__(self, log: DeviceLog, *, default: str = DEFAULT, seconds: float = SECONDS) -> None:
        self._log = log
        self._default = default
        self._seconds = seconds
        self._addresses: dict[str, str] = {}
        # No proxy from the environment: apps are neighbours.
        self._client = Client(trust_env=False, follow_redirects=False, timeout=None)

    def deploy(self, addresses: Mapping[str, str]) -> None:
        """App address by service model."""
        self._addresses = {model: address.rstrip("/") for model, address in addresses.items()}

    @property
    def addresses(self) -> dict[str, str]:
        return dict(self._addresses)

    async def close(self) -> None:
        await self._client.aclose()

    async def answer(self, model: str, method: str, envelope: bytes) -> bytes:
        """The app's envelope; or one with 20003 (no such place), 500 (not reached), 20004 (no envelope came)."""
        if not (_NAME.fullmatch(model) and _NAME.fullmatch(method)):
            return _failure(envelope, 20003, "gateway.not found backend router", "没有找到路由服务")
        url = f"{self._addresses.get(model, self._default)}/{model}/{method}"
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._post(url, envelope)
        except Exception as error:  # noqa: BLE001  (the cloud gets an answer after any fault of an app)
            self._log.warning(
                "an app did not answer", model=model, method=method, why=f"{type(error).__name__}: {error}"
            )
            return _failure(envelope, 500, "the app on the box did not answer", "一体机上的应用没有响应")
        try:
            msgspec.json.decode(body, type=_AnswerHead)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._log.warning("an app answered no envelope", model=model, method=method)
            return _failure(envelope, 20004, "gateway.backend service error", "调用后端服务时发生异常")
        return body

    async def _post(self, url: str, envelope: bytes) -> bytes:
        """Raises httpx.HTTPError, ValueError for too long an answer or another status than 2xx."""
        request = self._client.build_request("POST", url, content=envelope, headers={"Content-Type": _MEDIA})
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


def _failure(envelope: bytes, code: int, message: str, zh: str) -> bytes:
    try:
        asked = msgspec.json.decode(envelope, type=_Envelope).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        asked = ""
    body: dict[str, Any] = {"id": asked, "code": code, "message": message, "localizedMsg": zh}
    return msgspec.json.encode(body)
