"""Reading what a device logs. Source: public device protocol, `thing/log/post`.

    [{"utcTime": "2026-11-24T08:00:00.000+0800", "logLevel": "ERROR", "module": "net", "code": "4103",
      "traceContext": "123", "logContent": "no route"}]

Some clients send one object instead of a list, or `{"logs": {…}, "time": ms}` with `level`, `traceId` and `content`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from linli.things.inbox.messages import believable
from linli.tsl import ValueRefused

LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""Rising."""
MAX_LINES: Final = 200
"""In one message."""
MAX_NAME: Final = 64
MAX_CONTENT: Final = 16 * 1024

_SPELLINGS: Final = {
    **{name: name for name in LEVELS},
    "WARNING": "WARN",
    "CRITICAL": "FATAL",
    "TRACE": "DEBUG",
}


class Line(NamedTuple):
    ts: int
    """ms; arrival where the device's time is absent or not to be believed."""
    level: int
    module: str
    code: str
    trace_id: str
    content: str


def read_lines(params: Any, now_ms: int) -> list[Line]:
    """Raises ValueRefused: one line that is wrong refuses the message."""
    return [_line(item, path, now_ms) for path, item in _items(params)]


def _items(params: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(params, dict) and "logs" in params:
        logs, time = params["logs"], params.get("time")
        items = [
            {"time": time, **item} if isinstance(item, dict) else item
            for item in (logs if isinstance(logs, list) else [logs])
        ]
    else:
        items = params if isinstance(params, list) else [params]
    if len(items) > MAX_LINES:
        raise ValueRefused("params", "too_many", count=len(items), max=MAX_LINES)
    for index, item in enumerate(items):
        path = f"params[{index}]"
        if not isinstance(item, dict):
            raise ValueRefused(path, "type", expected="struct")
        yield path, item


def _line(item: dict[str, Any], path: str, now_ms: int) -> Line:
    spelling = _text(item, ("logLevel", "level"), path, MAX_NAME) or "INFO"
    level = _SPELLINGS.get(spelling.upper())
    if level is None:
        raise ValueRefused(f"{path}.logLevel", "not_listed", allowed=", ".join(LEVELS))
    ts, _ = believable(_time(item, path), now_ms)
    return Line(
        ts,
        LEVELS.index(level),
        _text(item, ("module",), path, MAX_NAME),
        _text(item, ("code",), path, MAX_NAME),
        _text(item, ("traceContext", "traceId"), path, MAX_NAME),
        _text(item, ("logContent", "content"), path, MAX_CONTENT),
    )


def _text(item: dict[str, Any], names: tuple[str, ...], path: str, longest: int) -> str:
    """The first member there is; numbers are taken as they are written."""
    name = next((name for name in names if item.get(name) is not None), None)
    if name is None:
        return ""
    value = item[name]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueRefused(f"{path}.{name}", "type", expected="text")
    text = str(value)
    if len(text) > longest:
        raise ValueRefused(f"{path}.{name}", "too_long", length=len(text), max=longest)
    if "\0" in text:
        raise ValueRefused(f"{path}.{name}", "zero_character")
    return text


def _time(item: dict[str, Any], path: str) -> int | None:
    """ms, from ISO 8601 text (a zone of the form +0800 too; UTC without one) or a number. Raises ValueRefused."""
    value = next((item[name] for name in ("utcTime", "time") if item.get(name) is not None), None)
    if value is None or type(value) is int:
        return value
    if isinstance(value, str) and value.isascii():
        if value.isdigit():
            return int(value)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None:
            return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    raise ValueRefused(f"{path}.utcTime", "type", expected="time")
