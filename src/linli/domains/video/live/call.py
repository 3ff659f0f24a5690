"""One call that brings pictures: INVITE, what the camera answers, and its end. Source: GB/T 28181-2016, 9.2 and 9.8."""

from collections.abc import Callable
from typing import Literal

from linli.domains.video.gb28181.front import GbFront
from linli.domains.video.gb28181.line import Line
from linli.domains.video.gb28181.reports import Dialogue
from linli.kernel.sip.exchange import Outgoing
from linli.kernel.sip.flows import Flow
from linli.kernel.telemetry import logger
from linli.protocols import gb28181 as gb
from linli.protocols import sdp, sip

log = logger(__name__)

type State = Literal["asked", "there", "refused", "silent", "over"]


class Call(Dialogue):
    """`start`, then `state`; `end` in any state. `changed` is called with each new state."""

    def __init__(
        self,
        front: GbFront,
        line: Line,
        wanted: gb.Wanted,
        changed: Callable[[], None],
        sends_from: Callable[[str], None],
    ) -> None:
        self._front = front
        self.line = line
        self.wanted = wanted
        self.channel = wanted.channel
        self.recorded = bool(wanted.end_s)
        self._changed = changed
        self._sends_from = sends_from
        self.state: State = "asked"
        self.status = 0
        """Of a refusal."""
        self.call_id = ""
        self.ssrc = wanted.ssrc
        """As the camera says it."""
        self._sent: Outgoing | None = None
        self._dialog: sip.Dialog | None = None
        self._flow: Flow | None = None
        self._steps = 0
        self._given_up = False

    def start(self) -> None:
        flow = self._flow = self._front.lines.flow(self.line)
        if flow is None:
            self._be("silent")
            return
        server = self._front.settings.server_id
        request = self._front.questions.request(self.line, "INVITE", self.channel)
        request.set("contact", f"<sip:{server}@{self._front.here}>")
        request.set("subject", gb.subject(self.wanted, server))
        request.set("content-type", "APPLICATION/SDP")
        request.body = gb.describe(self.wanted, server)
        self.call_id = request.call_id
        self._sent = self._front.exchange.send(request, flow, self._hear, lambda: self._be("silent"))

    def _be(self, state: State) -> None:
        if self.state not in ("refused", "over"):
            self.state = state
            if state != "there":
                self._forget()
            self._changed()

    def _hear(self, response: sip.Response) -> None:
        if response.status < 200 or self._sent is None or self._flow is None:
            return
        if response.status >= 300:
            self.status = response.status
            self._be("refused")
            return
        if not response.contacts:  # some leave it out
            response.set("contact", f"<sip:{self.channel}@{self.line.host}:{self.line.port}>")
        try:
            dialog = sip.Dialog.of_answer(self._sent.request, response)
        except sip.Malformed as error:
            log.info("the answer of camera %s cannot be used: %s", self.channel, error)
            self._be("silent")
            return
        first = self._dialog is None
        self._dialog = dialog
        self._front.exchange.send_ack(dialog.ack(), self._flow)
        if self._given_up:
            self._bye()
        elif first:
            self._front.dialogs[dialog.key] = self
            self.ssrc = gb.ssrc_in(response.body) or self.wanted.ssrc
            self._read(response.body)
            self._be("there")

    def _read(self, body: bytes) -> None:
        """Where it will send from, if that is another address than the one it calls from."""
        try:
            description = sdp.read(body)
        except sdp.Unreadable:
            return
        for medium in description.media:
            place = description.address(medium)
            if medium.kind == "video" and place is not None:
                self._sends_from(place.host)

    def steer(self, body: bytes) -> None:
        """MANSRTSP within the call."""
        if self._dialog is None or self._flow is None or self.state != "there":
            return
        request = self._dialog.request("INFO")
        request.set("content-type", "Application/MANSRTSP")
        request.body = body
        self._front.exchange.send(request, self._flow, _ignore, _nothing)

    def next_step(self) -> int:
        self._steps += 1
        return self._steps

    def hung_up(self) -> None:
        self._dialog = None
        self._be("over")

    def end(self) -> None:
        """By us."""
        self._given_up = True
        if self._dialog is not None:
            self._bye()
        elif self._sent is not None and self.state == "asked" and self._flow is not None:
            flow = self._flow
            self._front.exchange.send(sip.cancel(self._sent.request), flow, _ignore, _nothing)
        self._forget()
        self.state = "over"

    def _bye(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None and self._flow is not None:
            self._front.dialogs.pop(dialog.key, None)
            self._front.exchange.send(dialog.request("BYE"), self._flow, _ignore, _nothing)

    def _forget(self) -> None:
        for key, call in list(self._front.dialogs.items()):
            if call is self:
                del self._front.dialogs[key]


def _ignore(_response: sip.Response) -> None:
    return


def _nothing() -> None:
    return
