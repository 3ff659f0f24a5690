"""npm's public clients as programs of their own, unmodified: only the host differs (`tests/node/package.json`)."""

import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.engines import find_program

FOLDER = Path(__file__).parent / "node"
PATIENCE_S = 60


def node() -> str:
    """The program. Skips the test where it or the clients are missing."""
    found = find_program("node")
    if not (FOLDER / "node_modules").is_dir():
        pytest.skip("npm's clients are not installed (./linli test installs them into tests/node)")
    return found


def put_beside(file: Path) -> None:
    """Have a program that is written to this place find the clients."""
    packages = file.parent / "node_modules"
    if not packages.exists():
        packages.symlink_to(FOLDER / "node_modules")


def run(script: str, said: dict[str, Any]) -> list[Any]:
    """What a script of `tests/node` prints, line by line."""
    line = [node(), str(FOLDER / script), json.dumps(said)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(printed) for printed in done.stdout.splitlines()]


class NodeThing:
    """A device or gateway on the vendor's Node SDK; what its callbacks are given waits here, each kind by itself."""

    def __init__(
        self,
        kind: str,
        services: dict[str, Any] | None = None,
        *,
        authority: Path | None = None,
        **config: Any,
    ) -> None:
        """`authority`: a file with the certificate that it trusts besides those that everybody knows."""
        said = {"kind": kind, "services": services or {}, **config}
        trust = {"NODE_EXTRA_CA_CERTS": str(authority)} if authority else {}
        self._process = subprocess.Popen(
            [node(), str(FOLDER / "thing.cjs"), json.dumps(said)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **trust},
        )
        self._heard: dict[tuple[str, str], queue.Queue[list[Any]]] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, call: str, *args: Any, thing: str = "main", answers: bool = False) -> None:
        line = {"thing": thing, "call": call, "args": args, "answers": answers}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def ask(self, call: str, *args: Any, thing: str = "main") -> Any:
        """What the call's callback is given."""
        self.tell(call, *args, thing=thing, answers=True)
        return self.hear("answer", thing)[0]

    def hear(self, event: str, thing: str = "main") -> list[Any]:
        """The next of its kind."""
        return self._queue(event, thing).get(timeout=PATIENCE_S)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _queue(self, event: str, thing: str) -> queue.Queue[list[Any]]:
        with self._lock:
            return self._heard.setdefault((event, thing), queue.Queue())

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            self._queue(said["event"], said["thing"]).put(said["told"])
