"""`./linli check [--fix]`: format, lint, types, imports, texts, locks, names, sizes, commits, web; reports all."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from code_types import read_code
from commit_checks import subject_problems
from name_checks import file_problems, name_problems
from route_checks import route_problems
from tree_checks import doubled_keys, lock_problems, long_files, string_problems, wide_functions
from unused_checks import unused_problems
from wire_checks import wire_problems

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FOLDERS = ["src", "tests", "scripts", "bench", "sdk"]
LOCK_FILES = [
    "requirements.lock",
    "scripts/node.lock",
    "web/package-lock.json",
    "sdk/intercom/package-lock.json",
]
FORMATTERS = 2
"""The first so many of the checks write with --fix."""
AT_ONCE = 2

type Check = tuple[str, Callable[[], bool]]
"""Its name, and what tells whether it passed."""


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    asked = tools(fix="--fix" in arguments)
    # Most are one process that keeps one processor busy. What formats goes first: others read what it writes.
    first, rest = asked[:FORMATTERS], asked[FORMATTERS:]
    failed = [name for name, check in first if not timed(name, check)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        beside = threads.map(lambda check: timed(*check), rest)
        # On this thread alone: two of them import the platform, and two threads that import it can break each other.
        failed += [name for name, check in own_checks() if not timed(name, check)]
        failed += [name for (name, _), good in zip(rest, beside, strict=True) if not good]
    for warning in long_files([Path("src"), Path("web")]):
        print(f"  note  split by noun? {warning}")
    if failed:
        print(f"\nnot clean: {', '.join(failed)}")
        return 1
    print("\nclean")
    return 0


def tools(*, fix: bool) -> list[Check]:
    """Each a process of its own: what writes, then the rest, the longest first. The tools of an app are checks of
    their own: one after the other those of the console took twice as long as all else."""
    folders = [folder for folder in PYTHON_FOLDERS if Path(folder).is_dir()]
    apps = web_apps(Path("web"))
    return [
        ("format", tool("ruff", "format", *([] if fix else ["--check"]), *folders)),
        ("lint", tool("ruff", "check", *(["--fix"] if fix else []), *folders)),
        *((f"web {app} types", npm("types", app)) for app in apps[:1]),
        ("types", tool("mypy")),
        *((f"web {app} types", npm("types", app)) for app in apps[1:]),
        ("web lint", npm("lint")),
        *((f"web {app} tests", npm("test", app)) for app in apps),
        *((f"web {app} texts", npm("strings:check", app)) for app in apps),
        ("imports", tool("lint-imports")),
    ]


def own_checks() -> list[Check]:
    """Those of this folder, in this process."""
    return [
        ("texts", lambda: report(text_problems())),
        ("lock files", lambda: report(list(lock_problems([Path(file) for file in LOCK_FILES])))),
        ("names", lambda: report([*file_problems(ROOT), *name_problems(ROOT)])),
        ("unused names", lambda: report(list(unused_problems(Path("src/linli"))))),
        ("two ends", lambda: report(list(wire_problems(read_code(Path("src/linli")))))),
        ("routes", lambda: report(list(route_problems(ROOT, read_code(Path("src/linli")).package)))),
        ("parameters", lambda: report(list(wide_functions([Path("src"), Path("scripts"), Path("bench")])))),
        ("commits", lambda: report(list(subject_problems(ROOT)))),
    ]


def text_problems() -> list[str]:
    doubled = [problem for folder in ("src", "web") for problem in doubled_keys(Path(folder))]
    return [*string_problems(Path("src")), *doubled]


def timed(name: str, check: Callable[[], bool]) -> bool:
    started = time.monotonic()
    passed = check()
    print(f"{'ok' if passed else 'FAIL':>6}  {name} ({time.monotonic() - started:.1f} s)", flush=True)
    return passed


def tool(name: str, *arguments: str) -> Callable[[], bool]:
    """A tool of .venv; what it prints is shown only when it fails."""
    return lambda: quietly([str(Path(sys.executable).parent / name), *arguments])


def web_apps(web: Path) -> list[str]:
    """Workspaces of `web` that have a script `check`."""

    def manifest(folder: Path) -> dict[str, Any]:
        file = folder / "package.json"
        read: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return read

    every = manifest(web).get("workspaces", [])
    return [app for app in every if "check" in manifest(web / app).get("scripts", {})]


def npm(script: str, app: str = "") -> Callable[[], bool]:
    """A script of one app, or of the whole of `web`."""
    line = [shutil.which("npm") or "npm", "run", "--silent", script, *(["-w", app] if app else [])]
    return lambda: quietly(line, cwd=Path("web"))


def quietly(line: list[str], cwd: Path | None = None) -> bool:
    done = subprocess.run(
        line, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        print(done.stdout, end="")
    return done.returncode == 0


def report(problems: list[str]) -> bool:
    for problem in problems:
        print(f"  {problem}")
    return not problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
