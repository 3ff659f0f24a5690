"""A box as it stands on a site, activated at an installation, in a loop of its own thread: a browser blocks this one."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from linli.domains.accounts import setup_code
from linli.edge.cloud import BoxClock, activate, save_identity
from linli.edge.runtime.compose import Box
from linli.edge.runtime.lan import Ports
from linli.edge.services.console.door import new_code
from linli.kernel.ids import Ids
from tests.browser.visit import Visit
from tests.console.conftest import SETUP
from tests.real.platform import Installation

SERIAL = "SN-20261128-01"
MODEL = "LE-A-B002-SC001"


class RealBox:
    def __init__(self, box: Box, node_id: str, code: str, loop: asyncio.AbstractEventLoop) -> None:
        self.box = box
        self.node_id = node_id
        self.code = code
        """For the first log-in at its own page."""
        self._loop = loop

    def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        """In the box's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def show(self, port: Callable[[], int]) -> None:
        """Have another port stand for its own page."""
        self.box.agent._page_port = lambda kind: port()


def set_up(visit: Visit, installed: Installation) -> Callable[..., Any]:
    """Sign the browser in as the first administrator; how to call the console's routes."""

    def call(method: str, path: str, body: Any = None) -> Any:
        return visit.fetch(method, f"/console{path}", body)

    call("POST", "/setup", {**SETUP, "code": setup_code.ensure(installed.folder / setup_code.FILE_NAME)})
    return call


class BoxLoop:
    """A loop in a thread of its own, for what runs on a site while a browser blocks this one."""

    def __enter__(self) -> "BoxLoop":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def do[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(180)


@contextmanager
def real_box(visit: Visit, call: Callable[..., Any], home: Path) -> Iterator[RealBox]:
    cluster = call("POST", "/edge/clusters", {"name": "北京区域-望月府小区", "model": MODEL})["id"]
    form = {"name": "wangyuefu-01", "serialNumber": SERIAL}
    node = call("POST", f"/edge/clusters/{cluster}/nodes", form)["id"]
    label = call("GET", f"/edge/nodes/{node}/label")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> Box:
        identity = await activate(
            visit.base, serial=SERIAL, code=label["activationCode"], hardware="hw-0123456789abcdef", clock=BoxClock(),
            ids=Ids(), report=lambda text: None, model=MODEL,
        )  # fmt: skip
        save_identity(home, identity)
        scripts = home / "network-scripts"
        scripts.mkdir()
        ports = Ports(host="127.0.0.1", files=(0,), console=0, mqtt=0, route=0, video=0, scripts=str(scripts))
        box = Box(home, identity, ports=ports)
        await box.start()
        async with asyncio.timeout(120):
            while not box.line.up:
                await asyncio.sleep(0.02)
        return box

    home.mkdir(parents=True)
    try:
        box = asyncio.run_coroutine_threadsafe(start(), loop).result(180)
        made = RealBox(box, node, new_code(home / "console"), loop)
        try:
            yield made
        finally:
            made.do(box.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
