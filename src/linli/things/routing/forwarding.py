"""Downlinks and answers that travel between processes, as mail (`kernel.processes.mail`)."""

import asyncio
import functools
from collections.abc import Callable
from itertools import count
from typing import Any, Final, Literal

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.ids import Ids
from linli.kernel.processes import Mail, Processes
from linli.kernel.rounds import end_tasks
from linli.protocols.linkkit import envelope
from linli.things.calls import PendingCalls, call_number
from linli.things.mqtt.message import Message
from linli.things.mqtt.ports import Publisher
from linli.things.mqtt.store import Key

MOST_HOPS: Final = 3
"""A device that moves while its message travels is followed so often."""
ACK_SECONDS: Final = 600
"""How long the PUBACK of a message sent elsewhere is waited for."""
MOST_ACKS: Final = 50_000

_forwarded = telemetry.counter("things_forwarded", "Messages sent to another process", ("kind",))


class Downlink(msgspec.Struct, array_like=True):
    product_key: str
    device_name: str
    topic: str
    payload: bytes
    qos: int
    queue: bool
    expires_ms: int | None
    hops: int
    sender: str
    ack: int
    """The sender's number of this message; 0: it need not know what became of it."""


class Acked(msgspec.Struct, array_like=True):
    ack: int
    delivered: bool


class Answer(msgspec.Struct, array_like=True):
    """A device's answer to a call that was made in another process."""

    kind: Literal["response", "reply"]
    device_no: int
    message_id: str
    payload: bytes


class Forwarding:
    """Sends to other fronts from the beginning; `deliver_to` sets where the messages of others go."""

    def __init__(self, processes: Processes, mail: Mail, clock: Clock) -> None:
        self._processes = processes
        self._mail = mail
        self._clock = clock
        self._numbers = count(1)
        self._acks: dict[int, tuple[str, int, Callable[[bool], None]]] = {}
        """(front, when it is given up, on_ack) by the number of the message."""
        self._hops = 0
        self._task: asyncio.Task[None] | None = None
        mail.on("acked", Acked, self._acked)

    def deliver_to(
        self, publisher: Publisher, calls: PendingCalls, spread: Callable[[Message], None]
    ) -> None:
        """`publisher` publishes what others ask for, `calls` are those that this process waits for, and `spread` gives
        its subscribers a message that came to another front. Before `start`."""
        self._mail.on("downlink", Downlink, functools.partial(self._publish, publisher))
        self._mail.on("answer", Answer, functools.partial(_answered, calls))
        self._mail.on("spread", Message, spread)

    def start(self) -> None:
        self._task = asyncio.create_task(self._give_up(), name="forwarding")

    async def stop(self) -> None:
        await end_tasks(self._task)

    def send(
        self,
        front: str,
        key: Key,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        on_ack: Callable[[bool], None] | None,
        queue: bool,
        expires_ms: int | None,
    ) -> bool:
        """Have another front publish this. False: it has been passed on too often, or too much waits already."""
        hops = self._hops + 1
        if hops > MOST_HOPS or len(self._acks) >= MOST_ACKS:
            return False
        number = 0
        if on_ack is not None:
            number = next(self._numbers)
            self._acks[number] = (front, self._clock.now_ms() + ACK_SECONDS * 1000, on_ack)
        downlink = Downlink(*key, topic, payload, qos, queue, expires_ms, hops, self._processes.name, number)
        self._mail.send(front, "downlink", downlink, lost=lambda: self._acked(Acked(number, False)))
        _forwarded.labels("downlink").inc()
        return True

    def _publish(self, publisher: Publisher, asked: Downlink) -> None:
        on_ack: Callable[[bool], None] | None = None
        if asked.ack:

            def on_ack(delivered: bool) -> None:
                self._mail.send(asked.sender, "acked", Acked(asked.ack, delivered))

        self._hops = asked.hops
        try:
            taken = publisher.publish(
                asked.product_key,
                asked.device_name,
                asked.topic,
                asked.payload,
                qos=asked.qos,
                on_ack=on_ack,
                queue=asked.queue,
                expires_ms=asked.expires_ms,
            )
        finally:
            self._hops = 0
        if not taken and on_ack is not None:
            on_ack(False)

    def _acked(self, acked: Acked) -> None:
        ack = self._acks.pop(acked.ack, None)
        if ack is not None:
            ack[2](acked.delivered)

    async def _give_up(self) -> None:
        """Messages whose front is gone, or that nobody acknowledged, are lost."""
        while True:
            await self._clock.sleep(1)
            now = self._clock.now_ms()
            lost = [
                number
                for number, (front, until, _) in self._acks.items()
                if until <= now or not self._processes.alive(front)
            ]
            for number in lost:
                self._acked(Acked(number, False))

    def spread(self, message: Message) -> None:
        """Subscribers of user topics may be at any front."""
        for other in self._processes.others():
            if other.kind == "serve":
                self._mail.send(other.name, "spread", message)
                _forwarded.labels("spread").inc()

    # answers

    def answer(self, device_no: int, message_id: str, answer: bytes | envelope.Reply) -> None:
        """Nobody here waits for it: the number says which process made the call."""
        number = call_number(message_id)
        process = None if number is None else self._processes.in_slot(Ids.slot_of(number))
        if process is None or process == self._processes.name:
            return
        if isinstance(answer, bytes):
            letter = Answer("response", device_no, message_id, answer)
        else:
            letter = Answer("reply", device_no, message_id, _encoded(answer))
        self._mail.send(process, "answer", letter)
        _forwarded.labels("answer").inc()


def _answered(calls: PendingCalls, answer: Answer) -> None:
    if answer.kind == "response":
        calls.responded(answer.device_no, answer.message_id, answer.payload, forward=False)
    else:
        reply = envelope.read_reply(answer.payload)
        calls.answered(answer.device_no, answer.message_id, reply, forward=False)


def _encoded(reply: envelope.Reply) -> bytes:
    fields: dict[str, Any] = {"id": reply.id, "code": reply.code, "message": reply.message}
    if bytes(reply.data):
        fields["data"] = reply.data
    return msgspec.json.encode(fields)
