"""The cloud's messages over MQTT: calls to sub-devices and to the box itself, each answered in its own form."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from linli.edge.framework import DeviceOffline, DeviceUnknown, ParamsBad, ServiceUnknown
from linli.edge.runtime.line import Line
from linli.edge.runtime.presence import Presence
from linli.edge.runtime.services import DoorServices
from linli.kernel.errors import LinliError, TimedOut, Unavailable
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import REFRESH, DeviceKey, Refresh
from linli.protocols.linkkit import session
from linli.protocols.linkkit.topics import topic_owner

log = logger(__name__)

OK: Final = 200
_APPS: Final = "/user/servicebus/"
_CODES: Final[tuple[tuple[type[LinliError], int], ...]] = (
    (ServiceUnknown, 404),
    (DeviceUnknown, 404),
    (ParamsBad, 460),
    (DeviceOffline, 503),
    (TimedOut, 504),
    (Unavailable, 503),
)

type AnswersApp = Callable[[str, str, bytes], Awaitable[bytes]]
"""(service model, method, envelope) to the envelope of the app's answer."""
type Handler = Callable[[Refresh], Awaitable[Mapping[str, Any]]]


class _Call(msgspec.Struct):
    id: str | int = ""
    method: str = ""
    params: Any = None


class Downlink:
    """`refresh`: by `what`, the box's action when the cloud has something new."""

    def __init__(
        self,
        gateway: DeviceKey,
        line: Line,
        presence: Presence,
        doors: DoorServices,
        *,
        refresh: Mapping[str, Handler],
        on_time: Callable[[Mapping[str, Any]], None],
        apps: AnswersApp | None,
    ) -> None:
        """`on_time` gets the answer to a question for the time; `apps` answers service calls for applications on the LAN,
        None: there are none here."""
        self._gateway = (gateway.product_key, gateway.device_name)
        self._line = line
        self._presence = presence
        self._doors = doors
        self._refresh = refresh
        self._on_time = on_time
        self._apps = apps
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def app_calls(self) -> str:
        """The filter that service calls for applications come under; to be subscribed to."""
        return f"/ext/rrpc/+/{self._gateway[0]}/{self._gateway[1]}{_APPS}#"

    def take(self, topic: str, payload: bytes) -> None:
        """Never blocks: doors are slow, and each call is answered by a task of its own."""
        if topic.startswith("/ext/ntp/"):
            self._on_time(msgspec.json.decode(payload, type=dict[str, Any]))
            return
        if (
            "/rrpc/request/" not in topic
            and not topic.startswith("/ext/rrpc/")
            and "/thing/service/" not in topic
        ):
            self._note(topic, payload)
            return
        serve = self._serve_app if _APPS in topic else self._serve
        task = asyncio.create_task(serve(topic, payload), name="downlink")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _note(self, topic: str, payload: bytes) -> None:
        """Replies to reports, and notices. A refused report was taken all the same, and will not come again."""
        try:
            reply = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.MsgspecError:
            return
        code = reply.get("code", OK)
        if topic.endswith("_reply") and code != OK:
            log.warning("the platform refused a report: %s: %s %s", topic, code, reply.get("message", ""))

    async def _serve(self, topic: str, payload: bytes) -> None:
        call, code, data, message = _Call(), OK, dict[str, Any](), "success"
        try:
            call = msgspec.json.decode(payload, type=_Call)
            data = dict(await self._answer(topic_owner(topic), call))
        except msgspec.MsgspecError as error:
            code, message = 460, f"cannot be read: {error}"
        except LinliError as error:
            code = next((number for kind, number in _CODES if isinstance(error, kind)), 500)
            message = str(error)
        except Exception:
            log.exception("a call of the cloud failed")
            code, message = 500, "the box failed at it; its log says why"
        reply = {"id": str(call.id), "code": code, "data": data, "message": message}
        self._line.say(session.reply_topic(topic), msgspec.json.encode(reply))

    async def _serve_app(self, topic: str, payload: bytes) -> None:
        """The app's answer goes back as it is (spec H 3.2)."""
        model, _, method = topic.partition(_APPS)[2].partition("/")
        if self._apps is not None:
            self._line.say(topic, await self._apps(model, method, payload))

    async def _answer(self, owner: tuple[str, str] | None, call: _Call) -> Mapping[str, Any]:
        name = call.method.removeprefix("thing.service.")
        params = call.params
        if owner == self._gateway:
            return await self._own(name, params)
        device = None if owner is None else self._presence.device_of(*owner)
        if device is None:
            raise DeviceUnknown(owner[1] if owner else "")
        if name == "property.get":
            return await self._doors.get(device, list(params) if isinstance(params, list) else [])
        if not isinstance(params, dict | None):
            raise ParamsBad(field="params", rule="must be an object")
        if name == "property.set":
            await self._doors.set(device, params or {})
            return {}
        return await self._doors.call(device, name, params or {})

    async def _own(self, name: str, params: Any) -> Mapping[str, Any]:
        if name == REFRESH:
            try:
                wanted = _refresh(params)
            except msgspec.MsgspecError as error:
                raise ParamsBad(field="what", rule=str(error)) from None
            handler = self._refresh.get(wanted.what)
            if handler is None:
                raise ServiceUnknown(f"{REFRESH} {wanted.what}")
            return await handler(wanted)
        raise ServiceUnknown(name)


def _refresh(params: Any) -> Refresh:
    """`args` is JSON text on the wire: thing models have no free object. Raises MsgspecError."""
    args = params.get("args") if isinstance(params, dict) else None
    if isinstance(args, str):
        params = {**params, "args": msgspec.json.decode(args) if args else {}}
    return msgspec.convert(params, Refresh)
