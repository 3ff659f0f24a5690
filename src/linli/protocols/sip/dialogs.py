"""Dialogs: what two ends keep of a call. Source: RFC 3261, 12."""

from dataclasses import dataclass, field
from typing import Final, Literal, Self

from .errors import Malformed
from .fields import Address, CSeq
from .message import Request, Response
from .uri import Uri

DialogKey = tuple[str, str, str]
"""Call-ID, our tag, their tag."""


@dataclass(slots=True)
class Dialog:
    """One end's view of a dialog. Not safe to share; times and transport are elsewhere."""

    call_id: str
    local: Address
    """With our tag."""
    remote: Address
    """With their tag, if they gave one (RFC 2543 clients may not)."""
    target: Uri
    """Where their contact is."""
    routes: tuple[Address, ...]
    """In the order in which we send them."""
    state: Literal["early", "confirmed", "ended"] = "early"
    local_number: int = 0
    """Of our last request."""
    remote_number: int | None = None
    """Of their last request; None: none came yet."""
    invite_number: int = field(default=0)
    """Of the INVITE whose answer we acknowledge."""

    @classmethod
    def of_answer(cls, request: Request, response: Response) -> Self:
        """The caller's side: made by an answer with a tag, 101 to 2xx (12.1.2). Raises Malformed."""
        contact = _contact(response)
        number = request.cseq.number
        return cls(
            call_id=request.call_id,
            local=request.from_,
            remote=response.to,
            target=contact,
            routes=tuple(reversed(response.record_routes)),
            state="confirmed" if response.status >= 200 else "early",
            local_number=number,
            invite_number=number,
        )

    @classmethod
    def of_request(cls, request: Request, tag: str) -> Self:
        """The called side; `tag` is ours (12.1.1). Raises Malformed."""
        return cls(
            call_id=request.call_id,
            local=request.to.tagged(tag),
            remote=request.from_,
            target=_contact(request),
            routes=request.record_routes,
            remote_number=request.cseq.number,
        )

    @property
    def key(self) -> DialogKey:
        return self.call_id, self.local.tag or "", self.remote.tag or ""

    def request(self, method: str, *, number: int | None = None) -> Request:
        """A request within the dialog, without Via and Contact (12.2.1.1). `number`: of an ACK, its INVITE's."""
        if number is None:
            self.local_number += 1
            number = self.local_number
        if method == "INVITE":
            self.invite_number = number
        target, routes = self.target, [str(route) for route in self.routes]
        if self.routes and not self.routes[0].uri.loose:
            # A strict router wants itself in the request line, and the target last.
            target = self.routes[0].uri
            routes = [*routes[1:], f"<{self.target}>"]
        request = Request(method, str(target))
        if routes:
            request.set("route", *routes)
        request.set("max-forwards", "70")
        request.set("from", str(self.local))
        request.set("to", str(self.remote))
        request.set("call-id", self.call_id)
        request.set("cseq", str(CSeq(number, method)))
        return request

    def ack(self) -> Request:
        """The ACK of a 2xx to our last INVITE: a request of its own (13.2.2.4)."""
        return self.request("ACK", number=self.invite_number)

    def take(self, request: Request) -> int | None:
        """Note a request within the dialog; the status to refuse it with, or None (12.2.2). Raises Malformed."""
        number = request.cseq.number
        if request.method == "ACK":
            return None
        if self.remote_number is not None and number < self.remote_number:
            return 500
        self.remote_number = number
        if request.method in ("INVITE", "UPDATE") and request.contacts:
            self.target = request.contacts[0].uri
        return None

    def confirm(self, response: Response) -> None:
        """A 2xx to our INVITE came: routes and target are computed anew (13.2.2.4). Raises Malformed."""
        if self.state == "early":
            self.routes = tuple(reversed(response.record_routes))
            self.state = "confirmed"
        if response.contacts:
            self.target = response.contacts[0].uri


def _contact(message: Request | Response) -> Uri:
    contacts = message.contacts
    if not contacts or not contacts[0].uri.is_sip:
        raise Malformed("Contact is missing")
    return contacts[0].uri


def key_of_request(request: Request) -> DialogKey:
    """The dialog that a request that came belongs to, seen from us. Raises Malformed."""
    return request.call_id, request.to.tag or "", request.from_.tag or ""


MOST_EARLY: Final = 16
"""Early ends of one INVITE; what comes from further ones is not looked at."""
MOST_FORKS: Final = 32
"""With those that answer: the first answer counts, however many ends rang."""


class Forks:
    """The dialogs that one INVITE of ours made: each early end has one, several may answer (12.1, 13.2.2.4)."""

    __slots__ = ("_by_tag", "request", "winner")

    def __init__(self, request: Request) -> None:
        self.request = request
        self._by_tag: dict[str, Dialog] = {}
        self.winner: Dialog | None = None
        """The end that answered first."""

    def receive(self, response: Response) -> Dialog | None:
        """The dialog of a 101..2xx; None for an answer that makes none. Raises Malformed for a 2xx that should."""
        if response.status <= 100 or response.status >= 300:
            return None
        tag = response.to.tag or ""
        dialog = self._by_tag.get(tag)
        if dialog is None:
            early = response.status < 200
            if len(self._by_tag) >= (MOST_EARLY if early else MOST_FORKS):
                return None
            if early and (not tag or not response.contacts):
                return None
            dialog = self._by_tag[tag] = Dialog.of_answer(self.request, response)
        elif response.status >= 200:
            dialog.confirm(response)
        if response.status >= 200 and self.winner is None:
            self.winner = dialog
        return dialog
