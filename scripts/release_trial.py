"""A release tried as its users would: installed where nothing else is, its demo started, asked and stopped."""

import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from prepare_python import PythonEnvironment
from steps import Failed, run

READY = "The sample community"
READY_SECONDS = 300.0
STOP_SECONDS = 20.0
ASK_SECONDS = 10.0
PAGES = ("/", "/m/", "/staff/", "/help/zh-CN/", "/help/en/", "/licences.txt")
SETUP = "/api/console/setup"
METHOD = "/solution/community/paas/community/query"


def install(release: Path, place: Path) -> tuple[Path, float]:
    """Install `release` into a fresh environment in `place`, every hash checked. (Its `bin`, seconds)."""
    began = time.monotonic()
    python = PythonEnvironment(place)
    python.create()
    line = [*python.installer(), "--require-hashes", "-r", "requirements.txt"]
    run("installing the release by its hashes", line, log=python.logs / "install.log", cwd=release)
    return python.folder / "bin", time.monotonic() - began


def try_demo(commands: Path, place: Path, version: str, *words: str) -> float:
    """Start `linli demo` of the environment with nothing else on its path, ask pages and APIs, stop it.

    `words` go to the demo. Returns the seconds until it was ready. Raises Failed.
    """
    program = commands / "linli"
    environment = {
        "PATH": str(commands),
        "HOME": str(place),
        "LC_ALL": "en_US.UTF-8",
        "PYTHONNOUSERSITE": "1",
    }
    process = subprocess.run(
        [program, "--version"], cwd=place, env=environment, capture_output=True, text=True
    )
    if process.stdout.strip() != f"linli {version}":
        raise Failed(f"`linli --version` says {process.stdout or process.stderr!r} instead of {version}")
    began = time.monotonic()
    ports = ["--port", "0", "--mqtt-port", "0", "--edge-port", "0"]
    demo = subprocess.Popen(
        [program, "demo", "--data", str(place / "demo"), *ports, *words],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        url = _ready(demo)
        took = time.monotonic() - began
        _ask(url, version)
        _stop(demo)
        return took
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()


def _ready(demo: subprocess.Popen[str]) -> str:
    """The address in the line that says so. Raises Failed when the demo ends before, or takes too long."""
    assert demo.stdout is not None
    lines: list[str] = []
    late = threading.Timer(READY_SECONDS, demo.kill)
    late.start()
    try:
        for line in demo.stdout:
            lines.append(line)
            if line.startswith(READY):
                threading.Thread(
                    target=demo.stdout.read, daemon=True
                ).start()  # so that it never waits for us
                return line.split()[-1]
    finally:
        late.cancel()
    raise Failed(f"the demo was not ready within {READY_SECONDS:.0f} s:\n{''.join(lines[-25:])}")


def _ask(url: str, version: str) -> None:
    """Pages, the first question of the console's page, and the gateway, which refuses what is not signed."""
    for page in PAGES:
        status, _, text = _get(url + page)
        if status != 200 or not text.strip():
            raise Failed(f"{page} answers {status}")
    status, _, text = _get(url + SETUP)
    if status != 200 or version not in text:
        raise Failed(f"{SETUP} answers {status}: {text[:200]}")
    status, headers, _ = _get(url + METHOD, body=b"{}")
    if status not in (400, 403) or "x-ca-error-code" not in headers:
        raise Failed(f"an unsigned call of the open API answers {status}")


def _get(address: str, body: bytes | None = None) -> tuple[int, Sequence[str], str]:
    """(status, names of headers in small letters, text)."""
    request = urllib.request.Request(address, data=body, headers={"Accept": "*/*"})
    try:
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:
            return answer.status, [name.lower() for name in answer.headers], answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, [name.lower() for name in refused.headers], refused.read().decode()
    except OSError as error:
        raise Failed(f"{address} cannot be reached: {error}") from None


def _stop(demo: subprocess.Popen[str]) -> None:
    demo.send_signal(signal.SIGTERM)
    try:
        code = demo.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"the demo did not stop within {STOP_SECONDS:.0f} s") from None
    if code != 0:
        raise Failed(f"the demo stopped with exit code {code}")
