"""Measure Linli and a yardstick alternately, each server on one core and the generator on the other.

A run whose generator used over 90% of its core is void: it measured the generator.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER_CORE, GENERATOR_CORE = 0, 1
PAIRS = 5
FULL_CORE = 0.9


@dataclass
class Sample:
    """One run: `value` is higher-is-better; `cpu` is the share of its core that the generator used."""

    value: float
    cpu: float = 0.0
    p99_ms: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)


def pinned(command: Sequence[str], *, core: int = SERVER_CORE) -> list[str]:
    return ["taskset", "-c", str(core), *command]


def start(command: Sequence[str], *, environment: dict[str, str] | None = None, core: int = SERVER_CORE,
          log: Path | None = None) -> subprocess.Popen[bytes]:  # fmt: skip
    out = log.open("wb") if log else subprocess.DEVNULL
    return subprocess.Popen(
        pinned(command, core=core),
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=out,
        stderr=out,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class GeneratorClock:
    """Wall and CPU time of this process between `start` and `stop`."""

    def __enter__(self) -> "GeneratorClock":
        self._wall, self._cpu = time.perf_counter(), _cpu()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._wall
        self.share = (_cpu() - self._cpu) / self.wall


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> int:
    """Proportional memory of a process in KiB, so that shared pages count once."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError("no Pss line")


@dataclass
class Report:
    name: str
    unit: str
    yardstick: str
    linli: list[Sample] = field(default_factory=list)
    other: list[Sample] = field(default_factory=list)
    also: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(a.value / b.value for a, b in zip(self.linli, self.other, strict=True))

    def add(self, name: str, ratio: float, **facts: Any) -> None:
        self.also.append({"name": name, "ratio": round(ratio, 3), **facts})

    def document(self) -> dict[str, Any]:
        runs = [
            {"linli": asdict(a), "yardstick": asdict(b)} for a, b in zip(self.linli, self.other, strict=True)
        ]
        return {
            "name": self.name,
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "linli": round(statistics.median(s.value for s in self.linli), 1),
            "yardstick": {
                "name": self.yardstick,
                "value": round(statistics.median(s.value for s in self.other), 1),
            },
            "generator_cpu": round(max(s.cpu for s in [*self.linli, *self.other]), 2),
            "also": self.also,
            "runs": runs,
        }


def alternate(
    report: Report, linli: Callable[[], Sample], other: Callable[[], Sample], *, pairs: int = PAIRS
) -> Report:
    """Warm both up, then measure A B A B …; void runs are repeated, at most as many times again."""
    linli(), other()
    spare = pairs
    while len(report.linli) < pairs:
        a, b = linli(), other()
        if max(a.cpu, b.cpu) > FULL_CORE and spare > 0:
            spare -= 1
            continue
        report.linli.append(a)
        report.other.append(b)
        say(
            f"{report.name}: {a.value:,.0f} against {b.value:,.0f} {report.unit}, generator {max(a.cpu, b.cpu):.0%}"
        )
    return report


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def finish(report: Report, arguments: Sequence[str]) -> None:
    document = report.document()
    if "--json" in arguments:
        print(json.dumps(document))
        return
    print(f"{document['name']}: {document['ratio']} times {document['yardstick']['name']} "
          f"({document['linli']:,} against {document['yardstick']['value']:,} {document['unit']})")  # fmt: skip
    for line in document["also"]:
        print(f"  {line['name']}: {line['ratio']}")
