"""The driver SDK in Python. A driver's `index.py` says `import leda`; its code runs when it is imported.

    config = leda.get_driver_info()                   {"json": {…}}
    for one in leda.get_device_info()["deviceList"]:  {"productKey", "deviceName", "custom"}
        handle = leda.register_and_online(one["productKey"], one["deviceName"], callbacks)
        leda.report_properties(handle, {"temperature": 41})
        leda.report_event(handle, "high_temperature", {"temperature": 51})

`callbacks` is any object with `get_properties(names)`, `set_properties(values)` and `call_service(name, params)`, as far
as the device has them; they run in worker threads. Raise `LedaError` with a code of the wire to say why not.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

from linli.edge.foreign.wire import CONTRACT, LineError, Message, read_line, write_line

ANSWER_SECONDS = 30.0


class LedaError(Exception):
    """`code` is one of the wire's."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class _Link:
    """Two pipes, a thread that reads, and workers for the box's questions."""

    def __init__(self) -> None:
        self._out: BinaryIO
        self._lock = threading.Lock()
        self._asked: dict[int, Future[Any]] = {}
        self._number = 0
        self._workers: ThreadPoolExecutor
        self.handles: dict[str, Any] = {}
        self.started: dict[str, Any] = {}

    def open(self, incoming: BinaryIO, outgoing: BinaryIO, workers: int) -> None:
        self._out = outgoing
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="leda")
        threading.Thread(target=self._read, args=(incoming,), name="leda-read", daemon=True).start()
        self.started = self.ask("start", contract=CONTRACT)

    def ask(self, method: str, **params: Any) -> Any:
        """Raises LedaError."""
        answer: Future[Any] = Future()
        with self._lock:
            self._number += 1
            number = self._number
            self._asked[number] = answer
        self._send(Message(id=number, method=method, params=params))
        return answer.result(ANSWER_SECONDS)

    def _send(self, message: Message) -> None:
        line = write_line(message)
        with self._lock:
            self._out.write(line)
            self._out.flush()

    def _read(self, incoming: BinaryIO) -> None:
        for line in incoming:
            try:
                message = read_line(line)
            except LineError as error:
                print(f"leda: {error}", file=sys.stderr)  # noqa: T201
                continue
            if message.method:
                self._workers.submit(self._serve, message)
            else:
                self._settle(message)
        os._exit(0)  # the box is gone, or has closed the pipe: there is nothing to report to any more

    def _settle(self, message: Message) -> None:
        asked = self._asked.pop(message.id, None)
        if asked is None:
            return
        if message.error is not None:
            asked.set_exception(
                LedaError(message.error.get("code", "failed"), message.error.get("message", ""))
            )
        else:
            asked.set_result(message.result)

    def _serve(self, message: Message) -> None:
        try:
            self._send(Message(id=message.id, result=self._answer(message)))
        except LedaError as error:
            self._send(Message(id=message.id, error={"code": error.code, "message": str(error)}))
        except Exception as error:  # noqa: BLE001  (the driver's own code)
            text = f"{type(error).__name__}: {error}"
            self._send(Message(id=message.id, error={"code": "failed", "message": text}))

    def _answer(self, message: Message) -> Any:
        params = message.params
        callbacks = self.handles.get(params.get("device", ""))
        if callbacks is None:
            raise LedaError("device_unknown")
        name, values = {
            "get": ("get_properties", (params.get("names"),)),
            "set": ("set_properties", (params.get("values"),)),
            "call": ("call_service", (params.get("service"), params.get("params"))),
        }.get(message.method, ("", ()))
        callback: Callable[..., Any] | None = getattr(callbacks, name, None) if name else None
        if callback is None:
            raise LedaError("service_unknown", message.method)
        result = callback(*values)
        return {} if result is None else result


_link = _Link()


def init(worker_thread_nums: int = 5) -> None:
    """Done for the driver before its `index.py` is imported; calling it again does nothing."""


def get_driver_info() -> dict[str, Any]:
    return {"json": _link.started["config"]}


def get_device_info() -> dict[str, Any]:
    return {"deviceList": _link.started["devices"]}


def register_and_online(product_key: str, device_name: str, callbacks: object) -> str:
    """The handle of the device. Raises LedaError for a device that was not deployed."""
    registered = any(
        (device["productKey"], device["deviceName"]) == (product_key, device_name)
        for device in _link.started["devices"]
    )
    if not registered:
        raise LedaError("device_unknown", device_name)
    _link.handles[device_name] = callbacks
    _link.ask("online", device=device_name)
    return device_name


def offline(handle: str) -> None:
    _link.ask("offline", device=handle)


def report_properties(handle: str, properties: Mapping[str, Any]) -> None:
    """Returns when the box keeps them. Raises LedaError."""
    _link.ask("properties", device=handle, values=dict(properties))


def report_event(handle: str, name: str, params: Mapping[str, Any]) -> None:
    """As above."""
    _link.ask("event", device=handle, name=name, params=dict(params))


def log(handle: str, text: str, level: str = "info") -> None:
    """A line in the device's log."""
    _link.ask("log", device=handle, level=level, text=text)


def open_link(incoming: BinaryIO, outgoing: BinaryIO, workers: int = 5) -> None:
    """Called by `child`; not for drivers."""
    _link.open(incoming, outgoing, workers)


__all__: Sequence[str] = (
    "LedaError",
    "get_device_info",
    "get_driver_info",
    "init",
    "log",
    "offline",
    "register_and_online",
    "report_event",
    "report_properties",
)
