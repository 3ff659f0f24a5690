"""Messages from devices on `/shadow/update/{pk}/{dn}` and to devices on `/shadow/get/{pk}/{dn}`. Source: spec clients
b.4.

up    {"method":"update","state":{"reported":{"colour":"red"}},"version":1}
      {"method":"get"}    {"method":"delete","state":{"reported":{"colour":"null"}},"version":2}
down  {"method":"reply","payload":{"status":"success","version":1},"timestamp":s}
      {"method":"reply","payload":{"status":"success","state":{…},"metadata":{…}},"version":1,"timestamp":s}
      {"method":"reply","payload":{"status":"error","content":{"errorcode":"409","errormessage":"…"}},"timestamp":s}
      {"method":"control", …}    as the answer to get: an application changed what it wants
"""

from typing import Any

import msgspec

from linli.kernel.db import Tx
from linli.things.inbox.request import Request
from linli.things.shadow import service
from linli.things.shadow.document import Part, Shadow, ShadowRefused

_PARTS: tuple[Part, ...] = ("reported", "desired")
_encode = msgspec.json.encode


async def on_update(tx: Tx, request: Request) -> bytes:
    """Handler of `UplinkKind.SHADOW_UPDATE`; every refusal is a reply of the protocol's own shape."""
    try:
        return await _answer(tx, request)
    except ShadowRefused as refused:
        return refusal(refused, request.now_ms)


async def _answer(tx: Tx, request: Request) -> bytes:
    message = _read(request.payload)
    method = message.get("method")
    if method is None:
        raise ShadowRefused(401, "method is missing")
    if method not in ("get", "update", "delete"):
        raise ShadowRefused(406, "method must be get, update or delete")
    device_no = request.device.device_no
    shadow = await service.shadow_of(tx, device_no=device_no)
    if method == "get":
        await service.note_sent(tx, device_no=device_no, version=shadow.version)
        return document("reply", shadow, request.now_ms)
    state = _state(message, method)
    shadow.advance(message.get("version"), request.now_ms)
    for part, values in state.items():
        if method == "delete":
            shadow.drop(part, values)
        else:
            shadow.merge(part, values, request.now_ms)
    await service.save(tx, shadow, device_no=device_no)
    payload = {"status": "success", "version": shadow.version}
    return _encode({"method": "reply", "payload": payload, "timestamp": request.now_ms // 1000})


def _read(payload: bytes) -> dict[str, Any]:
    """Raises ShadowRefused 407 for nothing, 400 for what is no JSON object."""
    if not payload.strip():
        raise ShadowRefused(407, "the message is empty")
    try:
        message = msgspec.json.decode(payload.decode())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ShadowRefused(400, "the message is no valid JSON") from None
    if not isinstance(message, dict):
        raise ShadowRefused(400, "the message must be a JSON object")
    return message


def _state(message: dict[str, Any], method: str) -> dict[Part, Any]:
    """The changes to each part. A device sets its reported values; of the desired values it may only drop keys.

    Raises ShadowRefused 402 (no state), 404 (no reported), 405 (nothing reported).
    """
    state = message.get("state")
    if not isinstance(state, dict):
        raise ShadowRefused(402, "state is missing")
    parts: dict[Part, Any] = {part: state[part] for part in _PARTS if part in state}
    if not parts:
        raise ShadowRefused(404, "state.reported is missing")
    if parts.get("reported") == {}:
        raise ShadowRefused(405, "state.reported is empty")
    if method == "update" and not _removes(parts.get("desired")):
        raise ShadowRefused(406, "a device cannot set state.desired, only remove it with null")
    return parts


def _removes(wanted: Any) -> bool:
    """Whether it is "null", or null for every key of an object."""
    values = wanted.values() if isinstance(wanted, dict) else [wanted]
    return all(value in ("null", None) for value in values)


def document(method: str, shadow: Shadow, now_ms: int) -> bytes:
    """The whole document: answer to `get`, or with method `control` a change that an application made."""
    payload = {"status": "success", "state": shadow.state, "metadata": shadow.metadata}
    message = {"method": method, "payload": payload, "version": shadow.version, "timestamp": now_ms // 1000}
    return _encode(message)


def refusal(refused: ShadowRefused, now_ms: int) -> bytes:
    content = {"errorcode": str(refused.errorcode), "errormessage": refused.words}
    payload = {"status": "error", "content": content}
    return _encode({"method": "reply", "payload": payload, "timestamp": now_ms // 1000})
