"""Structured logs without secrets, and Prometheus metrics."""

import json
import logging
import re
import sys
import time
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY: Final = CollectorRegistry()

_SECRET = re.compile(
    r"""(?ix)
    ( ["']? \b [\w-]*
      (?: secret | password | passwd | token | authorization | cookie | signature | privatekey | sign )
      [\w-]* ["']? \s* [:=] \s* )
    ( " (?:[^"\\]|\\.)* " | ' [^']* ' | [^\s,;&}\]]+ )"""
)


def redact(text: str) -> str:
    """The text with the values of everything named like a secret taken out."""
    return _SECRET.sub(r'\1"***"', text)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("linli."),
            "text": redact(record.getMessage()),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
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


def histogram(name: str, text: str, labels: tuple[str, ...] = ()) -> Histogram:
    return Histogram(
        f"linli_{name}", text, labels, registry=REGISTRY,
        buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    )  # fmt: skip


def render() -> bytes:
    """All metrics in Prometheus' text form."""
    return generate_latest(REGISTRY)
