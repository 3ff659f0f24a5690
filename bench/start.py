"""`./linli bench start`: from the command to ready, by parts, and the memory of the whole platform in one process.

Start is measured in times of importing fastapi, sqlalchemy and pydantic; memory in times of uvicorn, FastAPI,
SQLAlchemy and amqtt in one process. Both are lower-is-better, so `ratio` is the yardstick's figure over ours.
"""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from bench.harness import Report, Sample, alternate, finish, memory_of, start, stop
from bench.linli_process import Site, serving, site, wait_ready
from tests.engines import free_port, wait_for_port

IMPORTS = "import fastapi, sqlalchemy, pydantic"
OUR_IMPORTS = "from linli.app import run"
PAGES = "/api/console/session", "/api/resident/session"
"""A first request to each of the pages' surfaces, which builds what answers it."""


def linli_start(installation: Site) -> Sample:
    """Seconds from the command to /readyz, over an existing database, and those that the first pages took then."""
    log = installation.folder / "start.log"
    begun = time.perf_counter()
    process = start(
        [sys.executable, "-m", "linli.cli", "serve"], environment=installation.environment, log=log
    )
    try:
        wait_ready(installation.http_port, process, log)
        took = time.perf_counter() - begun
        for page in PAGES:
            answer(f"http://127.0.0.1:{installation.http_port}{page}")
        pages = time.perf_counter() - begun - took
    finally:
        stop(process)
    return Sample(1 / took, extra={"seconds": took, "imports": seconds_of(OUR_IMPORTS), "pages": pages})


def answer(url: str) -> int:
    """The status: nobody is signed in."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answered:
            return int(answered.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def seconds_of(statement: str) -> float:
    """Seconds of a Python process that runs a statement and ends."""
    begun = time.perf_counter()
    start([sys.executable, "-c", statement]).wait()
    return time.perf_counter() - begun


def imports_start() -> Sample:
    took = seconds_of(IMPORTS)
    return Sample(1 / took, extra={"seconds": took})


def linli_memory(installation: Site) -> float:
    """MiB of the started platform."""
    with serving(installation) as process:
        return memory_of(process.pid) / 1024


def yardstick_memory(folder: Path) -> float:
    port, log = free_port(), folder / "yardstick.log"
    process = start([sys.executable, "-m", "bench.yardsticks.imports", str(port), str(free_port())], log=log)
    try:
        wait_for_port(port, process, log)
        return memory_of(process.pid) / 1024
    finally:
        stop(process)


def main(arguments: list[str]) -> None:
    report = Report("start", "starts/s", "import of fastapi, sqlalchemy, pydantic")
    with site() as installation:
        alternate(report, lambda: linli_start(installation), imports_start)
        times = [
            a.extra["seconds"] / b.extra["seconds"] for a, b in zip(report.linli, report.other, strict=True)
        ]
        report.add("start in times of the imports (at most 3)", median(times))
        for part in ("imports", "pages"):
            seconds = median(run.extra[part] for run in report.linli)
            theirs = median(run.extra["seconds"] for run in report.other)
            report.add(
                f"{part} in times of the imports (lower is better)",
                seconds / theirs,
                seconds=round(seconds, 3),
            )
        ours, theirs = linli_memory(installation), yardstick_memory(installation.folder)
        report.add(
            "memory in times of uvicorn + FastAPI + SQLAlchemy + amqtt (at most 2)", ours / theirs, mib=ours
        )
    finish(report, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
