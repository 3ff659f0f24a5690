"""What is seen of devices, for the doctor: their messages, log-ins, catalogues and streams. Of this process alone."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from functools import partial
from typing import Final, NamedTuple

from linli.domains.video.doctor.attempts import Attempt
from linli.domains.video.doctor.blanking import blanked
from linli.domains.video.doctor.ladder import Ladders, Row, Way
from linli.domains.video.doctor.tap import Tap
from linli.domains.video.doctor.visits import Strangers, Visits
from linli.kernel.clock import Clock
from linli.kernel.sip.flows import Flow
from linli.protocols import sip

_MOST_CALLS: Final = 4_096
_MOST_ATTEMPTS: Final = 4_096
_COMMAND: Final = re.compile(rb"<CmdType>\s*(\w{1,40})")
_CALL_ID: Final = re.compile(rb"(?im)^(?:call-id|i)\s*:\s*(\S{1,128})\s*$")
_CSEQ: Final = re.compile(rb"(?im)^cseq\s*:\s*(\d{1,10})\s+(\w{1,20})\s*$")
KEEPALIVE: Final = "Keepalive"
WITH_LOG_IN: Final = "log-in"


class Catalogue(NamedTuple):
    """What became of the last question for it."""

    asked_ms: int
    entries: int
    total: int
    """As the device says."""
    status: int
    """Of a refusal; 408: it did not answer; 0: it answered."""


class Doctor:
    """Of one event loop. `known`: codes of devices that may register; nothing is kept of others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.began_ms = clock.now_ms()
        self.strangers = Strangers()
        self._ladders = Ladders()
        self._codes: set[str] = set()
        self._visits: dict[str, Visits] = {}
        self._calls: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._catalogues: dict[str, Catalogue] = {}
        self._attempts: OrderedDict[tuple[str, str], Attempt] = OrderedDict()

    # ------------------------------------------------------------ whom

    def know(self, gb_ids: Iterable[str]) -> None:
        """These may register, besides those before."""
        self._codes.update(gb_ids)

    def know_only(self, gb_ids: Iterable[str]) -> None:
        """All that may register."""
        codes = set(gb_ids)
        for gb_id in self._codes - codes:
            self.forget(gb_id)
        self._codes = codes

    def forget(self, gb_id: str) -> None:
        """It was removed."""
        self._codes.discard(gb_id)
        self._ladders.forget(gb_id)
        self._visits.pop(gb_id, None)
        self._catalogues.pop(gb_id, None)
        for key in [key for key in self._attempts if key[0] == gb_id]:
            del self._attempts[key]

    def visits(self, gb_id: str) -> Visits:
        """Of a device that may register; of others nothing lasts."""
        if gb_id not in self._codes:
            return Visits()
        return self._visits.setdefault(gb_id, Visits())

    def catalogue(self, gb_id: str) -> Catalogue | None:
        """What became of the last question for it."""
        return self._catalogues.get(gb_id)

    def note_catalogue(self, gb_id: str, catalogue: Catalogue) -> None:
        if gb_id in self._codes:
            self._catalogues[gb_id] = catalogue

    def attempt(self, gb_id: str, channel: str, *, now: bool) -> Attempt | None:
        """The last one; unless it is to be that of `now`, the last one that came to something: pages ask again and again
        where there is no picture, and what is wrong is to stand still."""
        last = self._attempts.get((gb_id, channel))
        if last is None or last.before is None:
            return last
        if now or not last.waits(self.now_ms()):
            return last
        return last.before

    def start(self, gb_id: str, channel: str, *, sub: bool) -> Attempt:
        """It is asked for its live picture now."""
        now_ms, before = self.now_ms(), self._attempts.get((gb_id, channel))
        if before is not None:
            before = before.before if before.waits(now_ms) else before
        if before is not None:
            before.before = None
        attempt = self._attempts[gb_id, channel] = Attempt(now_ms, sub, before=before)
        self._attempts.move_to_end((gb_id, channel))
        if len(self._attempts) > _MOST_ATTEMPTS:
            self._attempts.popitem(last=False)
        return attempt

    def now_ms(self) -> int:
        return self._clock.now_ms()

    def steady_ms(self) -> int:
        return self._clock.steady_ms()

    def rows(self, gb_id: str, channel: str = "") -> list[Row]:
        """Of the device, and of one camera of it or of all."""
        return [row for row in self._ladders.rows(gb_id) if not channel or row.channel in ("", channel)]

    # ------------------------------------------------------------ messages

    def heard(self, request: sip.Request, flow: Flow, gb_id: str, *, proven: bool) -> Flow:
        """A request that came; the way for its answer. Raises Malformed."""
        if gb_id not in self._codes:
            return flow
        about = _command(request.body)
        if request.method == "REGISTER":
            about = WITH_LOG_IN if request.fields.get("authorization") else ""
        key = ("in", flow.host, request.method, about)
        same = (request.call_id, str(request.cseq.number))
        channel = self._calls.get(request.call_id, ("", ""))[1] if proven else ""
        text = blanked(bytes(request))
        row = self._row("in", flow, request.method[:20], about, text, channel=channel, proven=proven)
        self._add(gb_id, row, key, same)
        return Tap(flow, partial(self._answered, gb_id, flow, request.method, about, proven))

    def _answered(self, gb_id: str, flow: Flow, method: str, about: str, proven: bool, data: bytes) -> None:
        head = data.partition(b"\r\n")[0].decode("utf-8", "replace").removeprefix("SIP/2.0 ")[:80]
        what = f"{method} {about}".strip()
        good = proven or (method == "REGISTER" and head.startswith("200"))
        if good and not proven and gb_id in self._codes:
            self._ladders.of(gb_id).prove(("in", flow.host, method, about), self._ladders.letters)
        row = self._row("out", flow, head, what, blanked(data), proven=good)
        self._add(gb_id, row, ("out", flow.host, head, what), _same(data))

    def _add(self, gb_id: str, row: Row, key: tuple[str, ...], same: tuple[str, ...]) -> None:
        if gb_id not in self._codes:
            return
        ladder = self._ladders.of(gb_id)
        if not row.proven:
            ladder.add_doubtful(key, row, self._ladders.letters)
        elif KEEPALIVE in row.about:
            ladder.add_steady(key, row)
        else:
            ladder.add((*key, *same), row, self._ladders.letters)

    def tapped(self, flow: Flow, gb_id: str) -> Flow:
        """A way to a device by which we ask it."""
        return Tap(flow, partial(self._sent, gb_id, flow))

    def _sent(self, gb_id: str, flow: Flow, data: bytes) -> None:
        first = data.partition(b"\r\n")[0].decode("utf-8", "replace")
        method, _, target = first.partition(" ")
        call_id, number = _same(data)
        if (place := self._calls.get(call_id)) is None:
            user = target.removeprefix("sip:").partition("@")[0]
            place = self._calls[call_id] = (gb_id, "" if user == gb_id else user[:32])
            if len(self._calls) > _MOST_CALLS:
                self._calls.popitem(last=False)
        about = _command(data)
        row = self._row("out", flow, method[:20], about, blanked(data), channel=place[1])
        self._add(gb_id, row, ("out", method, about), (call_id, number))

    def answer(self, response: sip.Response, flow: Flow) -> None:
        """To a request of ours. Raises Malformed."""
        place = self._calls.get(response.call_id)
        if place is None:
            return
        gb_id, channel = place
        head = f"{response.status} {response.reason}".strip()[:80]
        cseq = response.cseq
        row = self._row("in", flow, head, cseq.method, blanked(bytes(response)), channel=channel)
        self._add(gb_id, row, ("in", head, cseq.method), (response.call_id, str(cseq.number)))

    def picture(self, gb_id: str, channel: str, head: str, peer: str, about: str = "") -> None:
        """Something happened to its pictures: `head` names it."""
        if gb_id not in self._codes:
            return
        now_ms = self._clock.now_ms()
        row = Row(now_ms, now_ms, "media", peer, head, about, "", channel)
        self._ladders.of(gb_id).add(("media", head, channel, str(now_ms)), row, self._ladders.letters)

    def _row(
        self,
        way: Way,
        flow: Flow,
        head: str,
        about: str,
        text: str,
        *,
        channel: str = "",
        proven: bool = True,
    ) -> Row:
        now_ms = self._clock.now_ms()
        peer = f"{flow.transport} {flow.host}:{flow.port}"
        return Row(now_ms, now_ms, way, peer, head, about, text, channel, proven=proven)


def _command(data: bytes) -> str:
    match = _COMMAND.search(data)
    return match[1].decode("ascii", "replace") if match else ""


def _same(data: bytes) -> tuple[str, str]:
    """Call-ID and number of a message of ours."""
    head = data.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n")
    call_id, cseq = _CALL_ID.search(head), _CSEQ.search(head)
    return (call_id[1].decode("utf-8", "replace") if call_id else "", cseq[1].decode() if cseq else "")
