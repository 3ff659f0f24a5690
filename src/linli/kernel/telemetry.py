"""Structured logs without secrets, and Prometheus metrics."""

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    generate_latest,
)

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
Gauge(
    "linli_python_blocks",
    "Blocks of memory that Python objects hold, garbage that waits for its collector included",
    registry=REGISTRY,
).set_function(sys.getallocatedblocks)

_NAME = r"""
    [\w-]{0,40} (?: secret | passw(?:or)?d | pwd | token | authorization | cookie | signature | private_?key ) [\w-]{0,40}
    | (?: [\w-]{0,40} [_-] )? sign
"""
_SECRET = re.compile(
    rf"""(?ix)
    ( (?<![\w-]) (?: {_NAME} )                  # the name, and what stands between it and its value, as in
      (?: \\* ["'] )? \s*                       # name=value, name: value, \\"name\\": value (JSON in JSON),
      (?: [:=] | , (?= \s* b? ["'] ) ) \s*      # (b'name', b'value')
      (?: b (?= ["'] ) )? )
    (?: (?P<quote> \\* ["'] ) (?: .*? (?<! \\ ) (?P=quote) | .* )
      | (?: Bearer | Basic | Digest | HMAC[\w-]{{0,20}} ) \s+ [^\s"',;&}}\]]+
      | [^\s"'\\,;&}}\]]+ )"""
)
_NAMED = re.compile(rf"(?ix) (?: {_NAME} )")
_COOKIES = re.compile(r"(?i)((?:set-)?cookie\s*:\s*)[^\r\n]+")


def redact(text: str) -> str:
    """The text with the values of everything named like a secret taken out."""
    return _SECRET.sub(r'\1"***"', _COOKIES.sub(r"\1***", text))


def redacted(value: Any) -> Any:
    """The same for the facts of a log line, however deep; a value that JSON has no form for becomes its text."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, bytes):
        return redact(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {
            str(name): "***" if _NAMED.fullmatch(str(name)) and inner is not None else redacted(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("linli."),
            "text": redact(record.getMessage()),
        }
        line = {**redacted(getattr(record, "facts", {})), **line}
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = redact(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str = "INFO") -> None:
    """Log one JSON object a line to standard error. Call once at start."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "asyncio", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> logging.Logger:
    return logging.getLogger(name)


def counter(name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(f"linli_{name}", text, labels, registry=REGISTRY)


def gauge(name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(f"linli_{name}", text, labels, registry=REGISTRY)


def render() -> bytes:
    """All metrics in Prometheus' text form."""
    return generate_latest(REGISTRY)
