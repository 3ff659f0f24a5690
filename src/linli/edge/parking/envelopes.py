"""Envelopes of the domain service and of pushes on the LAN. Source: spec F 3.5, 4.4."""

from typing import Any

import msgspec

from linli.edge.parking.refusals import BAD_PARAM, ParkingRefused


class Envelope(msgspec.Struct):
    id: str | int = ""
    params: dict[str, Any] | None = None


def push_reply(why: str) -> bytes:
    """To a system on the LAN, in the form of the source's push (spec F 4.4)."""
    text = f"数据上报失败：{why}" if why else "数据上报成功"
    return msgspec.json.encode({"resCode": 1 if why else 0, "resMsg": text})


def read_envelope(envelope: bytes) -> Envelope:
    """Raises ParkingRefused (1002)."""
    try:
        return msgspec.json.decode(envelope, type=Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParkingRefused(BAD_PARAM, str(error), "请求体应为 JSON 信封") from None


def reply(asked: str | int, code: int, message: str, localized: str, data: Any) -> bytes:
    return msgspec.json.encode(
        {"id": str(asked), "code": code, "message": message, "localizedMsg": localized, "data": data}
    )
