"""The protocol between the box and a driver's process: one JSON object a line, UTF-8, both ways, at most 1 MiB a line.

    request   {"id": 7, "method": "event", "params": {…}}
    answer    {"id": 7, "result": …}   or   {"id": 7, "error": {"code": "device_offline", "message": "…"}}

Each side numbers its own requests. The driver asks on its standard output and answers there; the box on the driver's
standard input. Whatever the driver writes to its standard error becomes lines of its log.

    driver → box   start {contract: 1}           → {config, devices: [{productKey, deviceName, custom}]}
                   online {device}, offline {device}
                   properties {device, values}   event {device, name, params}   log {device, level, text}
    box → driver   get {device, names}           → {name: value}
                   set {device, values}          call {device, service, params} → outputs

An answer to `properties` and `event` says that the box keeps them. Codes of errors: `service_unknown`,
`device_unknown`, `device_offline`, `device_refused`, `bad_params`, `failed`.
"""

from typing import Any, Final

import msgspec

CONTRACT: Final = 1
LINE_BYTES: Final = 1024 * 1024


class Message(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A request has `method`, an answer has not."""

    id: int
    method: str = ""
    params: dict[str, Any] = {}
    result: Any = None
    error: dict[str, Any] | None = None


class LineError(ValueError):
    """A line is none of this protocol."""


def read_line(line: bytes) -> Message:
    """Raises LineError."""
    try:
        return msgspec.json.decode(line, type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LineError(str(error)) from None


def write_line(message: Message) -> bytes:
    """Raises TypeError for values that JSON has no form for."""
    return msgspec.json.encode(message) + b"\n"
