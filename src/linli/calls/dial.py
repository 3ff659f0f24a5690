"""A voice call that a page makes: to the call engine the page is a phone that calls."""

from collections.abc import Callable
from typing import Final

from linli.calls.watch import Watch, read_again
from linli.kernel.sip.flows import Receiver
from linli.protocols import sip

OFFER: Final = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 9 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
)


class Dial(Watch):
    """One call."""

    def __init__(self, receiver: Receiver, target: str, number: str, page: str) -> None:
        super().__init__(receiver, target, number)
        self.page = page
        self.rings = False
        self.status = 0
        """Why it did not come about, or 480 once it is over."""
        self.on_moved: Callable[[], None] = lambda: None
        self._invite.body = OFFER

    def _hear(self, message: sip.Request | sip.Response) -> None:
        if isinstance(message, sip.Response) and message.cseq.method == "INVITE" and message.status == 180:
            self.rings = True
        super()._hear(message)
        self.on_moved()

    def _end(self, status: int) -> None:
        self.status = self.status or status
        super()._end(status)

    def hang_up(self) -> None:
        if self.over:
            return
        if self._forks.winner is None:
            self._receiver.receive(read_again(sip.cancel(self._invite)), self)
            self._end(487)
        else:
            super().hang_up()
        self.on_moved()
