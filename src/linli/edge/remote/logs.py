"""Logs of drivers and devices, asked for by span, level and text. Sources: H-62, G-C41; spec H 8.3.

The rotating files are written by `edge.framework.device_logs`; here they are only read, off the event loop.
"""

import asyncio
import heapq
import json
import logging
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.edge.framework.device_logs import DeviceLogs, Line
from linli.protocols.edge_link import LogLine

RANK: Final[dict[str, int]] = {"info": 0, "warning": 1, "error": 2}
MOST_LINES: Final = 1000
MOST_SAVED: Final = 50_000
"""Lines of one download."""
RUNTIME: Final = "runtime"
"""Under which the box keeps what it says of itself."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Which lines. Without `driver` and `device`: of all; `device` is a DeviceName."""

    driver: Annotated[str, Meta(max_length=64)] = ""
    device: Annotated[str, Meta(max_length=64)] = ""
    level: Literal["info", "warning", "error"] = "info"
    """This and worse."""
    text: Annotated[str, Meta(max_length=100)] = ""
    """A part of the line or of its facts, in upper or lower case."""
    from_ms: int = 0
    to_ms: int = 2**53
    after_ms: int | None = None
    """Only what came later: how a page follows a log."""
    most: Annotated[int, Meta(ge=1, le=MOST_LINES)] = 200


class Lines(msgspec.Struct, frozen=True, rename="camel"):
    """The newest that fit, oldest first. `cut`: there were more before."""

    lines: list[LogLine]
    cut: bool


class Source(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    driver: str
    device: str = ""


class LogBook:
    """Answers questions about the logs of one box."""

    def __init__(self, logs: DeviceLogs) -> None:
        self._logs = logs

    def sources(self) -> list[Source]:
        return [Source(driver, device) for driver, device in self._logs.names()]

    async def lines(self, wanted: Wanted) -> Lines:
        return await asyncio.to_thread(self._lines, wanted)

    async def saved(self, wanted: Wanted) -> bytes:
        """For a file: one line a line, at most MOST_SAVED, the newest."""
        return await asyncio.to_thread(self._saved, wanted)

    async def since(self, at_ms: int, most: int) -> list[LogLine]:
        """The lines after `at_ms`, the newest `most`, oldest first."""
        wanted = Wanted(after_ms=at_ms)
        log_lines = await asyncio.to_thread(
            lambda: heapq.nlargest(most, self._matches(wanted), key=lambda log_line: log_line.at_ms)
        )
        return sorted(log_lines, key=lambda log_line: log_line.at_ms)

    def _lines(self, wanted: Wanted) -> Lines:
        log_lines = heapq.nlargest(
            wanted.most + 1, self._matches(wanted), key=lambda log_line: log_line.at_ms
        )
        return Lines(
            sorted(log_lines[: wanted.most], key=lambda log_line: log_line.at_ms),
            len(log_lines) > wanted.most,
        )

    def _saved(self, wanted: Wanted) -> bytes:
        log_lines = heapq.nlargest(MOST_SAVED, self._matches(wanted), key=lambda log_line: log_line.at_ms)
        return b"".join(
            msgspec.json.encode(log_line) + b"\n"
            for log_line in sorted(log_lines, key=lambda log_line: log_line.at_ms)
        )

    def _matches(self, wanted: Wanted) -> Iterator[LogLine]:
        begin = wanted.from_ms if wanted.after_ms is None else max(wanted.from_ms, wanted.after_ms + 1)
        words = wanted.text.casefold()
        for driver, device in self._logs.names():
            if wanted.driver not in ("", driver) or wanted.device not in ("", device):
                continue
            for line in self._logs.of(driver, device).kept():
                if not begin <= line.at_ms <= wanted.to_ms or RANK[line.level] < RANK[wanted.level]:
                    continue
                if not words or words in _all_words(line):
                    yield LogLine(line.at_ms, line.level, driver, line.text, device, line.facts)


def _all_words(line: Line) -> str:
    facts = json.dumps(line.facts, ensure_ascii=False, default=str) if line.facts else ""
    return f"{line.text} {facts}".casefold()


class RuntimeLog(logging.Handler):
    """The box's own log, so that it can be read remotely too."""

    def __init__(self, logs: DeviceLogs) -> None:
        super().__init__(logging.INFO)
        self._log = logs.of(RUNTIME)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            getMessage = record.getMessage()
            tell = (
                self._log.error
                if record.levelno >= logging.ERROR
                else (self._log.warning if record.levelno >= logging.WARNING else self._log.info)
            )
            tell(getMessage, by=record.name)
        except Exception:  # noqa: BLE001 - a log that cannot be written must not stop who writes it
            self.handleError(record)
