"""A log for each device: the newest lines in memory for pages, all of them in bounded files for a support case."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from linli.kernel.clock import Clock
from linli.kernel.telemetry import redact, redacted

type Level = Literal["info", "warning", "error"]
IN_MEMORY: Final = 500
FILE_BYTES: Final = 1024 * 1024
"""Of one file; the one before it is kept beside."""
REPEAT_MS: Final = 60_000
PEERS: Final = 1000
"""The source whose repeated warnings are counted apart."""


class Line(NamedTuple):
    at_ms: int
    level: Level
    text: str
    facts: dict[str, Any]


class DeviceLog:
    """Secrets are taken out of text and facts by their names, as in every log. `heard` gets each line as it is kept."""

    def __init__(
        self, clock: Clock, file: Path | None, heard: Callable[[Line], None] = lambda line: None
    ) -> None:
        self._heard = heard
        self._clock = clock
        self._file = file
        self._lines: deque[Line] = deque(maxlen=IN_MEMORY)
        self._repeats: dict[tuple[str, str], tuple[int, int]] = {}
        self._size = file.stat().st_size if file is not None and file.exists() else 0

    def info(self, text: str, **facts: Any) -> None:
        self._add("info", text, facts)

    def warning(self, text: str, **facts: Any) -> None:
        self._add("warning", text, facts)

    def error(self, text: str, **facts: Any) -> None:
        self._add("error", text, facts)

    def now_and_then(self, text: str, **facts: Any) -> None:
        """A warning that a peer may cause as often as it likes: one a minute, with the number of those left out.

        Each `peer` among the facts is counted apart, so that one that makes much noise hides no other.
        """
        now, key = self._clock.now_ms(), (text, str(facts.get("peer", "")))
        last, missed = self._repeats.get(key, (now - REPEAT_MS, 0))
        if now - last < REPEAT_MS:
            self._repeats[key] = last, missed + 1
            return
        if len(self._repeats) >= PEERS:
            self._repeats.clear()
        self._repeats[key] = now, 0
        self._add("warning", text, facts | ({"not_told": missed} if missed else {}))

    def lines(self, most: int = IN_MEMORY) -> list[Line]:
        """The newest, oldest first."""
        return list(self._lines)[-most:]

    def kept(self) -> Iterator[Line]:
        """Everything that is still there, oldest first. Reads files, so not for the event loop's thread."""
        if self._file is None:
            yield from list(self._lines)
            return
        for file in (self._file.with_suffix(".old.jsonl"), self._file):
            yield from _read(file)

    def _add(self, level: Level, text: str, facts: dict[str, Any]) -> None:
        line = Line(self._clock.now_ms(), level, redact(text), redacted(facts))
        self._lines.append(line)
        self._heard(line)
        if self._file is not None:
            self._write(line, self._file)

    def _write(self, line: Line, file: Path) -> None:
        data = (json.dumps(line._asdict(), ensure_ascii=False, default=str) + "\n").encode()
        if self._size + len(data) > FILE_BYTES:
            file.replace(file.with_suffix(".old.jsonl"))
            self._size = 0
        with file.open("ab") as out:
            out.write(data)
        self._size += len(data)


def _read(file: Path) -> Iterator[Line]:
    try:
        text = file.read_text("utf-8", "replace")
    except FileNotFoundError:
        return
    for row in text.splitlines():
        try:
            fields = json.loads(row)
            yield Line(int(fields["at_ms"]), fields["level"], str(fields["text"]), dict(fields["facts"]))
        except (ValueError, KeyError, TypeError):
            continue  # the line that a power cut tore


class DeviceLogs:
    """All of a box. Without a folder they live in memory only."""

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self.heard: list[Callable[[str, str, Line], None]] = []
        """Called with each line, its driver and device, in the thread that wrote the line: it must not wait."""
        self._logs: dict[tuple[str, str], DeviceLog] = {}

    def of(self, driver: str, device: str = "") -> DeviceLog:
        """`device` is a DeviceName, or empty for the driver itself."""
        log = self._logs.get((driver, device))
        if log is None:
            log = self._logs[driver, device] = DeviceLog(
                self._clock, self._file(driver, device), lambda line: self._tell(driver, device, line)
            )
        return log

    def _tell(self, driver: str, device: str, line: Line) -> None:
        for listener in self.heard:
            listener(driver, device, line)

    def names(self) -> list[tuple[str, str]]:
        """(driver, device) of every log that there is, those of earlier runs too."""
        names = set(self._logs)
        if self._folder is not None:
            for file in self._folder.glob("*/*.jsonl"):
                if not file.name.endswith(".old.jsonl"):
                    name = re.sub("%([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), file.stem)
                    names.add((file.parent.name, "" if file.stem == "_driver" else name))
        return sorted(names)

    def _file(self, driver: str, device: str) -> Path | None:
        if self._folder is None:
            return None
        folder = self._folder / driver
        folder.mkdir(parents=True, exist_ok=True)
        # A DeviceName may hold a colon and dots, which file systems take amiss.
        safe = "".join(c if c.isalnum() or c in "-_" else f"%{ord(c):02x}" for c in device)
        return folder / f"{safe or '_driver'}.jsonl"
