"""Make the working copy ready for a command, then run the command.

Runs on the standard library alone, under any Python >= 3.13, before anything is installed. What it makes
(.venv, Node, the built web) is stamped with the hash of what it was made from and made again only when that
changed. Two runs at once wait for each other.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent))

from prepare_python import PythonEnvironment
from prepare_web import WebBuild
from steps import Failed, say

ROOT = Path(__file__).resolve().parent.parent
LOCK_FILE = ROOT / "build" / "prepare.lock"

# Commands of the working copy itself; a release has no tests and no sources to check.
SCRIPTS = {"test": "scripts/run_tests.py", "check": "scripts/run_checks.py", "release": "scripts/release.py"}
NEEDS_BUILT_WEB = frozenset({"demo", "serve", "test", "setup", "release"})
NEEDS_NODE_MODULES = frozenset({"check"})
NEEDS_WEB_CLIENTS = frozenset({"check", "test"})


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "--help"
    environment = dict(os.environ)
    try:
        with alone():
            python = PythonEnvironment(ROOT)
            web = WebBuild(ROOT, python)
            if command in NEEDS_BUILT_WEB | NEEDS_NODE_MODULES:
                both(python.prepare, lambda: prepare_web(web, arguments), at_once=web.has_node)
            else:
                python.prepare()
            if command in NEEDS_WEB_CLIENTS:
                describe_web(web, arguments)
            environment["PATH"] = os.pathsep.join([*python.path_entries(), environment.get("PATH", "")])
    except Failed as failure:
        say(str(failure))
        return 1
    if command == "setup":
        say("ready")
        return 0
    environment["VIRTUAL_ENV"] = str(python.folder)
    for name in (
        "PYTHONHOME",
        "LINLI_PYTHON",
    ):  # the second was for the wrapper; the settings would refuse it
        environment.pop(name, None)
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # No compiled files beside the sources, then; without any, each start compiles a thousand modules for 1.5 s.
        environment["PYTHONPYCACHEPREFIX"] = str(ROOT / "build" / "pycache")
    if command in SCRIPTS:
        line = [str(python.interpreter), str(ROOT / SCRIPTS[command]), *arguments[1:]]
    else:
        line = [str(python.interpreter), "-m", "linli.cli", *(arguments or ["--help"])]
    become(line, environment)


def prepare_web(web: WebBuild, arguments: list[str]) -> None:
    """Build the pages, or install what the checks of their sources need."""
    command, *more = arguments
    if command == "test" and more:
        build_if_possible(web)
    elif command in NEEDS_BUILT_WEB:
        web.build()
    else:
        web.install()


def describe_web(web: WebBuild, arguments: list[str]) -> None:
    """Make what the pages are type-checked against. Not for some tests alone, which check nothing."""
    if arguments == ["test"] or arguments[0] == "check":
        web.describe()


def both(first: Callable[[], None], second: Callable[[], None], *, at_once: bool) -> None:
    """Both, whose faults are raised when both are done; each keeps one processor busy and waits for the network.

    One after the other where the second needs what the first makes.
    """
    if not at_once:
        first()
        second()
        return
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(second)
        first()
    running.result()


def build_if_possible(web: WebBuild) -> None:
    """Some tests alone: most need no pages, so pages that cannot be built are no reason not to run them."""
    try:
        web.build()
    except Failed as failure:
        say(str(failure))
        say("going on without the pages: tests in a browser will fail")


def become(line: list[str], environment: dict[str, str]) -> NoReturn:
    """Replace this process, so that signals and the exit code are the command's own."""
    os.execve(line[0], line, environment)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the working copy's lock; it goes with the process, however that ends."""
    LOCK_FILE.parent.mkdir(exist_ok=True)
    with LOCK_FILE.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another linli command is preparing this folder; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
