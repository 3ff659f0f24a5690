"""Calls to the smart security of a box: over its MQTT connection, long words by HTTP beside it."""

from typing import Any, Final, Protocol

import msgspec

from linli.domains.boxes.queries import clusters
from linli.domains.security.queries import boxes as queries
from linli.domains.security.service.box_cameras import manufacture_of
from linli.domains.video.queries import cameras as video_queries
from linli.kernel.db import Database, Reader
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.event_api import Code, Refused
from linli.things.queries.devices import DeviceRow, get_device

MODEL: Final = "smartSecurityService"
SECONDS: Final = 9.0
LONG: Final = 48 * 1024
ANSWER_MOST: Final = 32 * 1024 * 1024
URL_SECONDS: Final = 120


class Asks(Protocol):
    """`things.downlink.rrpc.Rrpc`."""

    async def ask(
        self, scope: Scope, iot_id: str, tail: str, payload: bytes, *, timeout_s: float
    ) -> bytes: ...


class _Answer(msgspec.Struct):
    code: int
    message: str = ""
    data: Any = None
    put: bool = False


class BoxCalls:
    def __init__(self, db: Database, asks: Asks, objects: ObjectStore, ids: Ids) -> None:
        self._db = db
        self._asks = asks
        self._objects = objects
        self._ids = ids

    async def node_of(self, scope: Scope, device: DeviceRow) -> int | None:
        """The box whose adapter serves a camera that the caller sees; None: the platform itself serves it."""
        return await node_of(_system(scope), self._db, device)

    async def ask(self, scope: Scope, node_id: int, method: str, params: dict[str, Any]) -> Any:
        """`data` of the answer. Raises Refused: the adapter's code, 810 for a box that is not reached."""
        system = _system(scope)
        node = await clusters.node(system, self._db, node_id)
        folder = f"{scope.tenant}/security-calls/{self._ids.hex(32)}"
        answer_key, params_key = f"{folder}/answer.json", f"{folder}/params.json"
        request = {
            "apiVer": "1.0.4",
            "answerUrl": self._objects.url(
                answer_key, expires_s=URL_SECONDS, method="PUT", limit=ANSWER_MOST
            ),
        }
        body = msgspec.json.encode(params)
        is_long = len(body) > LONG
        if is_long:
            await self._objects.put(params_key, body)
            request["paramsUrl"] = self._objects.url(params_key, expires_s=URL_SECONDS)
        envelope = msgspec.json.encode(
            {
                "id": self._ids.hex(32),
                "version": "1.0",
                "request": request,
                "params": {} if is_long else params,
            }
        )
        put = False
        try:
            content = await self._asks.ask(
                system, node.iot_id, f"servicebus/{MODEL}/{method}", envelope, timeout_s=SECONDS
            )
            answer = _read(content)
            put = answer.put
            if put:
                answer = _read(await self._objects.get(answer_key, limit=ANSWER_MOST))
        except LinliError as error:
            raise Refused(Code.NOT_REACHED, message=error.text("en")) from None
        finally:
            if is_long:
                await self._objects.delete(params_key)
            if put:
                await self._objects.delete(answer_key)
        if answer.code != Code.SUCCESS:
            field = answer.message.partition("'")[2].rstrip("'") if answer.code == Code.BAD_FIELD else ""
            raise Refused(answer.code, field, answer.message)
        return answer.data


def _system(scope: Scope) -> Scope:
    """Callers see cameras, and not always the boxes that serve them."""
    return Scope.system(scope.tenant, "security")


def _read(content: bytes) -> _Answer:
    try:
        return msgspec.json.decode(content, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused(Code.NOT_REACHED) from None


async def node_of(scope: Scope, db: Reader, device: DeviceRow) -> int | None:
    if device.community_id is None:
        return None
    existing = await video_queries.of_devices(scope, db, device.community_id, [device.iot_id])
    camera = existing.get(device.iot_id)
    maker = manufacture_of(camera) if camera is not None else ""
    if not maker:
        return None
    adapters = [
        row for row in await queries.adapters_in(scope, db, device.community_id) if row.manufacture == maker
    ]
    for adapter in adapters:
        node = await clusters.node(scope, db, adapter.node_id)
        gateway = await get_device(scope, db, iot_id=node.iot_id)
        if device.gateway_no in (None, gateway.device_no):
            return adapter.node_id
    return None
