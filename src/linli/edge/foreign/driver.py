"""The box's end of a driver in another process: a driver like any other. It crashes when the child ends."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from linli.edge.foreign import confinement
from linli.edge.foreign.wire import CONTRACT, LINE_BYTES, LineError, Message, read_line, write_line
from linli.edge.framework.contract import BaseDriver, DriverContext
from linli.edge.framework.errors import (
    DeviceOffline,
    DeviceRefused,
    DeviceUnknown,
    DriverFailed,
    ParamsBad,
    ServiceUnknown,
)
from linli.kernel.errors import LinliError, TimedOut

ANSWER_SECONDS: Final = 10.0
START_SECONDS: Final = 20.0
END_SECONDS: Final = 3.0


class ChildEnded(RuntimeError):
    """The driver's process is gone."""


class ForeignDriver(BaseDriver):
    """Runs `index.py` of a folder."""

    def __init__(self, context: DriverContext[Any, Any], code: Path, config: Mapping[str, Any]) -> None:
        self._context = context
        self._code = code
        self._config = config
        self._names = {device.name for device in context.devices}
        self._process: asyncio.subprocess.Process | None = None
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._number = 0
        self._started = asyncio.Event()
        self.uid: int | None = None
        """The user that it runs as; None: the box's own, for the box may not change users."""
        self._online: set[str] = set()
        self._serves: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "start": self._start,
            "online": self._come_online,
            "offline": self._go_offline,
            "properties": self._properties,
            "event": self._event,
            "log": self._log,
        }

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Returns when the driver's code has sent `start`. Raises ChildEnded, TimeoutError, OSError."""
        # Nothing of the box's environment, where keys may stand, but what Python itself needs.
        environment = {
            name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ") if name in os.environ
        }
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        user: tuple[str, ...] = ()
        if confinement.can_confine():
            self.uid = confinement.user_of(self._code.parent)
            await asyncio.to_thread(confinement.open_code, self._code.parent, self._code)
            user = (str(self.uid),)
        self._process = await asyncio.create_subprocess_exec(
            # -P: nothing is imported from the driver's folder before the user is another one.
            sys.executable, "-P", "-B", "-m", "linli.edge.foreign.child", str(self._code), *user,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            cwd=self._code, env=environment, limit=LINE_BYTES, start_new_session=True,
        )  # fmt: skip
        self._context.spawn(self._read(self._process), "child")
        self._context.spawn(self._read_errors(self._process), "child-log")
        async with asyncio.timeout(START_SECONDS):
            await self._started.wait()

    async def stop(self) -> None:
        process = self._process
        if process is None:
            return
        for device in sorted(self._online):
            await self._context.things.offline(device, "driver_stopped")
        self._online.clear()
        if process.returncode is None:
            _signal(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(END_SECONDS):
                    await process.wait()
            except TimeoutError:
                _signal(process.pid, signal.SIGKILL)
                await process.wait()
        if self.uid is not None:
            await asyncio.to_thread(confinement.end_all, self.uid)

    # what the driver says

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                raise ChildEnded(f"a line of more than {LINE_BYTES} bytes") from None
            if not line:
                self._started.set()
                raise ChildEnded(f"the driver's process ended with {await process.wait()}")
            try:
                message = read_line(line)
            except LineError as error:
                self._context.log("").now_and_then("a line is none of the protocol", why=str(error))
                continue
            if message.method:
                self._send(await self._answer(message))
            elif (asked := self._asked.pop(message.id, None)) is not None and not asked.done():
                asked.set_result(message)

    async def _read_errors(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while True:
            with contextlib.suppress(ValueError):  # a line too long for anybody to read
                line = await process.stderr.readline()
                if not line:
                    return
                self._context.log("").info(line.decode("utf-8", "replace").rstrip()[:2000])

    async def _answer(self, message: Message) -> Message:
        serve = self._serves.get(message.method)
        try:
            if serve is None:
                raise ServiceUnknown(message.method)
            return Message(id=message.id, result=await serve(message.params))
        except (LinliError, KeyError, TypeError, AttributeError) as error:
            code = {ServiceUnknown: "service_unknown", DeviceUnknown: "device_unknown"}.get(type(error))  # type: ignore[arg-type]
            failure = {"code": code or "bad_params", "message": f"{type(error).__name__}: {error}"}
            return Message(id=message.id, error=failure)

    def _device(self, params: dict[str, Any]) -> str:
        device = params["device"]
        if device not in self._names:
            raise DeviceUnknown(str(device))
        return str(device)

    async def _start(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["contract"] != CONTRACT:
            raise ParamsBad(field="contract", rule=f"must be {CONTRACT}")
        self._started.set()
        devices = [
            {"productKey": device.product_key, "deviceName": device.name, "custom": device.custom.values}
            for device in self._context.devices
        ]
        return {"config": dict(self._config), "devices": devices}

    async def _come_online(self, params: dict[str, Any]) -> None:
        device = self._device(params)
        self._online.add(device)
        await self._context.things.online(device)

    async def _go_offline(self, params: dict[str, Any]) -> None:
        device = self._device(params)
        self._online.discard(device)
        await self._context.things.offline(device)

    async def _properties(self, params: dict[str, Any]) -> None:
        await self._context.things.properties(self._device(params), dict(params["values"]))

    async def _event(self, params: dict[str, Any]) -> None:
        await self._context.things.event(self._device(params), str(params["name"]), dict(params["params"]))

    async def _log(self, params: dict[str, Any]) -> None:
        log = self._context.log(self._device(params))
        write = {"warning": log.warning, "error": log.error}.get(params["level"], log.info)
        write(str(params["text"])[:2000])

    # what the box asks

    async def get_properties(self, device: str, names: Sequence[str]) -> Mapping[str, Any]:
        return await self._ask("get", device, names=list(names))

    async def set_properties(self, device: str, values: Mapping[str, Any]) -> None:
        await self._ask("set", device, values=dict(values))

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._ask("call", device, service=service, params=dict(params))

    async def _ask(self, method: str, device: str, **params: Any) -> dict[str, Any]:
        if device not in self._online:
            raise DeviceOffline(device=device)
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            self._send(Message(id=number, method=method, params={"device": device, **params}))
            async with asyncio.timeout(ANSWER_SECONDS):
                message: Message = await answer
        except TimeoutError:
            raise TimedOut(device=device) from None
        finally:
            self._asked.pop(number, None)
        if message.error is not None:
            raise _error(device, message.error)
        return dict(message.result) if isinstance(message.result, dict) else {}

    def _send(self, message: Message) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            raise DriverFailed(driver=self._code.parent.name, why="its process is gone")
        process.stdin.write(write_line(message))


def _error(device: str, error: dict[str, Any]) -> LinliError:
    code, why = error.get("code", "failed"), str(error.get("message", ""))
    if code == "service_unknown":
        return ServiceUnknown(why)
    if code == "device_unknown":
        return DeviceUnknown(device)
    if code == "device_offline":
        return DeviceOffline(device=device)
    if code == "bad_params":
        return ParamsBad(field="params", rule=why)
    return DeviceRefused(device=device, device_code=code, why=why)


def _signal(pid: int, number: signal.Signals) -> None:
    """To the child and all processes that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
