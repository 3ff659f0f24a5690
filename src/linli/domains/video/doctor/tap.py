"""A way to a device that writes down what is sent on it."""

from collections.abc import Callable

from linli.kernel.sip.flows import Flow


class Tap:
    __slots__ = ("_flow", "_note")

    def __init__(self, flow: Flow, note: Callable[[bytes], None]) -> None:
        self._flow = flow
        self._note = note

    @property
    def transport(self) -> str:
        return self._flow.transport

    @property
    def host(self) -> str:
        return self._flow.host

    @property
    def port(self) -> int:
        return self._flow.port

    @property
    def reliable(self) -> bool:
        return self._flow.reliable

    def send(self, data: bytes) -> bool:
        sent = self._flow.send(data)
        if sent:
            self._note(data)
        return sent

    def proved(self, number: str) -> None:
        self._flow.proved(number)
