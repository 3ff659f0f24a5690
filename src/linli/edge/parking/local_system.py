"""System mode (系统方案): a parking system of the site stays, and an adapter serves the domain service by it.

`LocalSystem` is what an adapter must do; `Lifang` is that of 立方. How 立方 itself is called is not public. Here a call
is `POST {url}/{method}` with the method's own parameters, answered `{"code", "message", "data"}`. Its push of passes is
printed in the source; those of fees and of the blacklist have our own form. Source: spec C 10, F 4.4.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from linli.edge.parking.refusals import BUSY, NO_METHOD, UNKNOWN, WORDS, ParkingRefused
from linli.kernel.http.client import Client

SECONDS: Final = 5.0
ANSWER_BYTES: Final = 2 * 1024 * 1024
PICTURE_BYTES: Final = 3 * 1024 * 1024
_SUCCESS: Final = (0, 200)


class SystemForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`system` among the component's parameters."""

    kind: str
    url: str
    """`http://192.168.100.100:9988`"""


class LocalPush(msgspec.Struct, frozen=True, kw_only=True):
    """A record that the system pushed. `source`: its own number of it; what comes again counts once."""

    model: str
    record: dict[str, Any]
    at: dict[str, str]
    """Fields with a time, by the site's clock."""
    source: str
    picture_url: str = ""
    picture_field: str = ""


class LocalSystem(Protocol):
    """An adapter. `pushes`: the paths that the system posts to, on the port of the parking service."""

    @property
    def pushes(self) -> tuple[str, ...]: ...

    @property
    def host(self) -> str:
        """Where alone pushes may come from."""
        ...

    async def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        """Raises ParkingRefused: 20003 for what the system cannot."""
        ...

    def read(self, path: str, body: bytes) -> LocalPush:
        """Raises ValueError."""
        ...

    async def picture(self, url: str) -> bytes: ...

    async def close(self) -> None: ...


class _Answer(msgspec.Struct):
    code: int
    message: str = ""
    data: Any = None


class _Pass(msgspec.Struct, kw_only=True, rename={
    "car_code": "carCode", "pass_time": "passTime", "park_id": "parkID", "in_or_out": "inOrOut", "guid": "GUID",
    "channel_id": "channelID", "channel_name": "channelName", "image_path": "imagePath", "in_time": "inTime",
}):  # fmt: skip
    car_code: str
    pass_time: str
    park_id: str
    in_or_out: str
    guid: str
    channel_id: str
    channel_name: str = ""
    image_path: str = ""
    in_time: str = ""


class _Fee(msgspec.Struct, kw_only=True, rename={
    "car_code": "carCode", "park_id": "parkID", "guid": "GUID", "in_time": "inTime",
}):  # fmt: skip
    car_code: str
    park_id: str
    guid: str
    amount: float
    in_time: str


class Lifang:
    """立方 acs 4.2.0: 13 of the 36 methods, three of the nine data models."""

    METHODS: Final = frozenset(
        (
            "parkingLotInfoGet",
            "parkingLotFirstAreaIdsGet",
            "parkingLotBarriersInfoGet",
            "parkingAreaInfoGet",
            "parkingAreaBarriersInfoGet",
            "parkingBarrierInfoGet",
            "parkingBarrierOperate",
            "parkingLotVehicleInTime",
            "parkingLotVehicleListAdd",
            "parkingLotVehicleListRemove",
            "parkingLotVehicleInListGet",
            "parkingLotVehicleOrderAdd",
            "parkingLotVehicleOrderCompleted",
        )
    )
    PASS: Final = "/reportInAndOutRecord"
    FEE: Final = "/reportFeeRecord"
    BLACK: Final = "/reportBlacklistRecord"

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self.host = urlsplit(url).hostname or ""
        self.pushes = (self.PASS, self.FEE, self.BLACK)
        # No proxy from the environment: the system is a neighbour.
        self._client = Client(trust_env=False, follow_redirects=False, timeout=SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, method: str, params: Mapping[str, Any]) -> Any:
        if method not in self.METHODS:
            raise ParkingRefused(NO_METHOD, method[:64])
        try:
            async with asyncio.timeout(SECONDS):
                body = await self._fetch("POST", f"{self._url}/{method}", ANSWER_BYTES, dict(params))
            answer = msgspec.json.decode(body, type=_Answer)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ParkingRefused(BUSY) from error
        except (httpx.HTTPError, msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise ParkingRefused(UNKNOWN, f"the local system: {error}", "本地停车系统无法访问") from error
        if answer.code not in _SUCCESS:
            raise ParkingRefused(answer.code if answer.code in WORDS else UNKNOWN, answer.message)
        return answer.data

    def read(self, path: str, body: bytes) -> LocalPush:
        try:
            if path == self.FEE:
                return self._fee(msgspec.json.decode(body, type=_Fee))
            event = msgspec.json.decode(body, type=_Pass)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from None
        record: dict[str, Any] = {
            "direction": 1 if event.in_or_out == "1" else 0,
            "plateNumber": event.car_code,
            "barrierId": event.channel_id,
            "barrierName": event.channel_name.strip(),
            "parkingLotId": event.park_id,
        }
        if path == self.BLACK:
            return LocalPush(
                model="iot_park_blacklist_detect", record=record, at={"eventTime": event.pass_time},
                source=f"black:{event.guid}",
            )  # fmt: skip
        return LocalPush(
            model="iot_park_pass_record",
            record={**record, "openType": 0, "orderNumber": event.guid, "recordId": event.guid},
            at={"eventTime": event.pass_time},
            source=f"pass:{event.guid}:{event.in_or_out}",
            picture_url=plain_url(event.image_path),
            picture_field="plateNumberImage",
        )

    @staticmethod
    def _fee(fee: _Fee) -> LocalPush:
        if not 0 <= fee.amount <= 99_999:
            raise ValueError("amount: 0.00 to 99999.00")
        return LocalPush(
            model="iot_park_fee",
            record={
                "orderNumber": fee.guid,
                "amount": round(fee.amount, 2),
                "plateNumber": fee.car_code,
                "parkingLotId": fee.park_id,
            },
            at={"inTime": fee.in_time},
            source=f"fee:{fee.guid}:{fee.amount}",
        )

    async def picture(self, url: str) -> bytes:
        """From the system itself alone: whoever pushes must not send the box elsewhere. Raises ValueError, HTTPError."""
        if urlsplit(url).hostname != self.host:
            raise ValueError("the picture lies on another machine than the system")
        return await self._fetch("GET", url, PICTURE_BYTES, None)

    async def _fetch(self, verb: str, url: str, most: int, values: dict[str, Any] | None) -> bytes:
        """Raises httpx.HTTPError, ValueError."""
        content = None if values is None else msgspec.json.encode(values)
        async with self._client.stream(
            verb, url, content=content, headers={"Content-Type": "application/json"}
        ) as answer:
            if not answer.is_success:
                raise ValueError(f"HTTP status {answer.status_code}")
            parts = bytearray()
            async for part in answer.aiter_bytes():
                parts += part
                if len(parts) > most:
                    raise ValueError(f"longer than {most} bytes")
        return bytes(parts)


def plain_url(text: str) -> str:
    """With slashes, where the system writes backslashes (spec F 9.9)."""
    return text.replace("\\", "/").strip()


ADAPTERS: Final = {"lifang": Lifang}
"""By the name of the system; another system is another class here."""


def read_system(document: Any) -> LocalSystem:
    """Raises ValueError."""
    try:
        form = (
            msgspec.json.decode(document, type=SystemForm)
            if isinstance(document, str | bytes)
            else msgspec.convert(document, SystemForm)
        )
    except msgspec.MsgspecError as error:
        raise ValueError(f"system: {error}") from None
    adapter = ADAPTERS.get(form.kind)
    parts = urlsplit(form.url)
    if adapter is None:
        raise ValueError(f"system: kind is one of {', '.join(ADAPTERS)}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("system: url is an http address")
    return adapter(form.url)
