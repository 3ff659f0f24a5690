"""Port 10060 of the parking domain service, for applications on the LAN. Source: spec F 4.2, 3.8.

    POST /iotx_parking_service_model/{method}   the envelope, application/octet-stream or JSON

The source has no log-in here, and who reaches the port can open a barrier. So it answers this machine alone, and the
addresses that the installer names. The cloud's calls come over the box's own line.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.services.web import Call, limits_for
from linli.kernel.http import HttpServer

PORT: Final = 10060
BODY_BYTES: Final = 1024 * 1024
_HERE: Final = frozenset(("127.0.0.1", "::1"))
_PATH: Final = re.compile(r"/([A-Za-z0-9_.-]{1,128})/([A-Za-z0-9_.-]{1,128})")

type Answers = Callable[[str, str, bytes], Awaitable[bytes]]
"""(service model, method, envelope) to the answer's envelope."""
type Takes = Callable[[bytes], Awaitable[bytes]]
"""The body of a push to its answer."""


class ParkingPort:
    """`callers`: addresses besides this machine's that may call. `pushes`: by path, what a local parking system tells."""

    def __init__(
        self, answer: Answers, *, host: str, port: int = PORT, log: DeviceLog, callers: Iterable[str] = ()
    ) -> None:
        self._answer = answer
        self._log = log
        self._callers = frozenset(callers) | _HERE
        self.pushes: dict[str, Takes] = {}
        self._server = HttpServer(
            Call.app(self._serve), host=host, port=port, limits=limits_for(body_bytes=BODY_BYTES)
        )

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=2.0)

    @property
    def port(self) -> int:
        return self._server.port

    async def _serve(self, call: Call) -> None:
        if call.peer not in self._callers:
            self._log.now_and_then("a call came from an address that may not call", peer=call.peer)
            await _refuse(call, 403, "this address may not call", "此地址无权调用")
            return
        push = self.pushes.get(call.raw_path)
        named = _PATH.fullmatch(call.raw_path)
        if call.method != "POST" or (push is None and named is None):
            await _refuse(call, 404, "no such call", "没有这个接口")
            return
        body = b"".join([part async for part in call.body()])
        if push is not None:
            answer = await push(body)
        else:
            assert named is not None
            answer = await self._answer(named[1], named[2], body)
        await call.answer(200, answer, "application/json; charset=utf-8")


async def _refuse(call: Call, status: int, message: str, zh: str) -> None:
    body = {"id": "", "code": status, "message": message, "localizedMsg": zh}
    await call.answer(status, msgspec.json.encode(body), "application/json; charset=utf-8")
