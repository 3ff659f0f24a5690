"""Subscriptions to devices: their catalogues, alarms and places. Source: GB/T 28181-2016, 9.11; RFC 6665.

A device that has none goes on without: what it tells by MESSAGE is taken all the same.
"""

import asyncio
from typing import Final, Literal

from linli.domains.video.doctor.steps import Subscribed
from linli.domains.video.gb28181.line import Line, Lines
from linli.domains.video.gb28181.questions import CONTENT, Questions
from linli.domains.video.rows import GbDevice
from linli.kernel.clock import Clock
from linli.kernel.sip.exchange import Exchange, Incoming
from linli.protocols import gb28181 as gb
from linli.protocols import sip

SECONDS: Final = 3600
"""Asked for; a device may grant less."""
_EARLY: Final = 0.8
"""Of its time after which it is renewed."""
_SOONEST_S: Final = 2.0
AGAIN_S: Final = 30.0
"""After one that there was ended without an answer."""
REFUSED_S: Final = 3600.0
SILENT_S: Final = 900.0
_REFUSALS: Final = ("rejected", "noresource", "giveup")
_SILENCE: Final = 408

type State = Literal["asked", "active", "refused", "silent"]


class Subscription:
    """Of one device to one kind of news."""

    def __init__(self, line: Line, kind: gb.Kind, number: int) -> None:
        self.line = line
        self.kind = kind
        self.number = number
        self.host = line.host
        self.call_id = ""
        self.dialog: sip.Dialog | None = None
        self.state: State = "asked"
        self.status = 0
        self.since_ms = 0
        self.least_s = 0
        """The shortest time that the device takes."""
        self.pending = False
        """A SUBSCRIBE has no answer yet."""
        self.timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Subscriptions:
    """`begin` as often as a device registers."""

    def __init__(
        self, server_id: str, here: str, clock: Clock, exchange: Exchange, questions: Questions, lines: Lines
    ) -> None:
        self._contact = f"<sip:{server_id}@{here}>"
        self._clock = clock
        self._exchange = exchange
        self._questions = questions
        self._lines = lines
        self._all: dict[Line, dict[gb.Kind, Subscription]] = {}
        self._numbers = 0

    def close(self) -> None:
        for line in list(self._all):
            self.forget(line)

    def forget(self, line: Line) -> None:
        """It is away, or was removed."""
        for subscription in self._all.pop(line, {}).values():
            subscription.stop()

    def begin(self, line: Line, *, anew: bool) -> None:
        """Those that its settings ask for, and no others. `anew`: it came back, maybe without those of before."""
        there = self._all.setdefault(line, {})
        kinds = kinds_of(line.device)
        for kind in list(there):
            if kind not in kinds:
                self._leave(there.pop(kind))
        for kind in kinds:
            subscription = there.get(kind)
            if subscription is not None and subscription.host != line.host:
                subscription.stop()
                subscription = None
            if subscription is None:
                self._numbers += 1
                subscription = there[kind] = Subscription(line, kind, self._numbers)
                self._ask(subscription)
            elif not subscription.pending and (anew or subscription.state == "active"):
                self._ask(subscription)

    def of(self, line: Line) -> list[Subscribed]:
        return [
            Subscribed(each.kind, each.state, each.status, each.since_ms)
            for each in self._all.get(line, {}).values()
        ]

    def knows(self, line: Line, call_id: str) -> bool:
        """Whether a NOTIFY of this call belongs to one."""
        return self._named(line, call_id) is not None

    def take(self, line: Line, incoming: Incoming) -> bool:
        """A NOTIFY: its state is noted. False: it was answered, and its body is not looked at. Raises Malformed."""
        request = incoming.request
        subscription = self._named(line, request.call_id)
        if subscription is None:
            incoming.answer(481)
            return False
        if subscription.dialog is not None and (status := subscription.dialog.take(request)) is not None:
            incoming.answer(status)
            return False
        state, _, more = (request.get("subscription-state") or "active").partition(";")
        if state.strip().lower() == "terminated":
            self._ended(subscription, more.lower())
        return True

    def _named(self, line: Line, call_id: str) -> Subscription | None:
        for subscription in self._all.get(line, {}).values():
            if subscription.call_id == call_id:
                return subscription
        return None

    def _ended(self, subscription: Subscription, more: str) -> None:
        """By the device; what it tells after this belongs to none."""
        subscription.dialog, subscription.call_id = None, ""
        if any(f"reason={reason}" in more.replace(" ", "") for reason in _REFUSALS):
            self._be(subscription, "refused", 200)
            self._later(subscription, REFUSED_S)
        else:
            self._be(subscription, "asked")
            self._later(subscription, _SOONEST_S)

    def _leave(self, subscription: Subscription) -> None:
        subscription.stop()
        flow = self._lines.flow(subscription.line)
        if subscription.dialog is not None and flow is not None:
            self._exchange.send(self._request(subscription, 0), flow, _ignore, _nothing)

    def _request(self, subscription: Subscription, seconds: int) -> sip.Request:
        line, kind = subscription.line, subscription.kind
        if subscription.dialog is not None:
            request = subscription.dialog.request("SUBSCRIBE")
            request.set("user-agent", "Linli")
        else:
            request = self._questions.request(line, "SUBSCRIBE", line.device.gb_id)
            subscription.call_id = request.call_id
        request.set("contact", self._contact)
        request.set("event", gb.event_of(kind, subscription.number))
        request.set("expires", str(seconds))
        request.set("content-type", CONTENT)
        line.number += 1
        request.body = gb.build("Query", gb.COMMANDS[kind], line.number, line.device.gb_id, gb.wanted(kind))
        return request

    def _ask(self, subscription: Subscription) -> None:
        subscription.stop()
        flow = self._lines.flow(subscription.line)
        if flow is None:
            self._silent(subscription)
            return
        request = self._request(subscription, max(SECONDS, subscription.least_s))
        subscription.pending = True

        def heard(response: sip.Response) -> None:
            if response.status >= 200 and self._is_there(subscription):
                subscription.pending = False
                self._hear(subscription, request, response)

        def failed() -> None:
            if self._is_there(subscription):
                subscription.pending = False
                self._silent(subscription)

        self._exchange.send(request, flow, heard, failed)

    def _is_there(self, subscription: Subscription) -> bool:
        return self._all.get(subscription.line, {}).get(subscription.kind) is subscription

    def _hear(self, subscription: Subscription, request: sip.Request, response: sip.Response) -> None:
        status = response.status
        if status == 481 and subscription.dialog is not None:  # it began anew, and has forgotten
            subscription.dialog = None
            self._ask(subscription)
            return
        least = response.get("min-expires") or ""
        if status == 423 and not subscription.least_s and least.isdecimal() and len(least) < 6:
            subscription.least_s = int(least)
            self._ask(subscription)
            return
        seconds = SECONDS if response.expires is None else response.expires
        if status >= 300 or not seconds:
            subscription.dialog = None
            self._be(subscription, "refused", status)
            self._later(subscription, REFUSED_S)
            return
        if subscription.dialog is None:
            line = subscription.line
            if not response.contacts:  # some leave it out
                response.set("contact", f"<sip:{line.device.gb_id}@{line.host}:{line.port}>")
            subscription.dialog = sip.Dialog.of_answer(request, response)
        self._be(subscription, "active")
        self._later(subscription, max(_SOONEST_S, seconds * _EARLY))

    def _silent(self, subscription: Subscription) -> None:
        was_active = subscription.state == "active"
        subscription.dialog = None
        self._be(subscription, "silent", _SILENCE)
        self._later(subscription, AGAIN_S if was_active else SILENT_S)

    def _be(self, subscription: Subscription, state: State, status: int = 0) -> None:
        if (subscription.state, subscription.status) != (state, status) or not subscription.since_ms:
            subscription.since_ms = self._clock.now_ms()
        subscription.state, subscription.status = state, status

    def _later(self, subscription: Subscription, seconds: float) -> None:
        subscription.stop()

        def now() -> None:
            subscription.timer = None
            if self._is_there(subscription) and self._lines.named(subscription.line.device.gb_id):
                self._ask(subscription)

        subscription.timer = asyncio.get_running_loop().call_later(seconds, now)


def kinds_of(device: GbDevice) -> list[gb.Kind]:
    """As its settings say."""
    asked = device.subscribes.split(",")
    return [kind for kind in gb.COMMANDS if kind in asked]


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
