"""An integrator's webhook on loopback: keeps what it is sent, with the time of arrival."""

import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Pushed(NamedTuple):
    at: float
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Webhook:
    def __init__(self) -> None:
        self.pushed: queue.Queue[Pushed] = queue.Queue()
        pushed = self.pushed

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                pushed.put(Pushed(time.monotonic(), {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                return

        self._kept: list[Pushed] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def wait_for(self, want: Any, seconds: float = 60) -> Pushed:
        """The first push for which `want(body)` is true, told once; pushes of different things overtake each other."""
        for kept in self._kept:
            if want(kept.json):
                self._kept.remove(kept)
                return kept
        deadline = time.monotonic() + seconds
        while True:
            found = self.pushed.get(timeout=max(0.01, deadline - time.monotonic()))
            if want(found.json):
                return found
            self._kept.append(found)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
