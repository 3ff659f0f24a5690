"""Ways out of the house: lines that are asked for a password of ours, and what is no phone but takes calls."""

import abc
import contextlib
import dataclasses
import secrets
from collections.abc import Callable, Iterable
from typing import Final

from linli.kernel.sip.flows import Flow, Proving
from linli.protocols import sip
from linli.protocols.sip.digest import ALGORITHMS, answer

MAILBOX: Final = "mailbox"
"""The transport of what takes messages."""


class Line(Proving):
    """One call's way to another server."""

    dialogs: list[sip.Dialog]
    """Those of the call, whose numbers go on with requests that are sent again with a password."""

    @abc.abstractmethod
    def dress(self, invite: sip.Request) -> None:
        """Make an INVITE one that the line knows."""

    @property
    @abc.abstractmethod
    def codecs(self) -> tuple[str, ...]:
        """The only ones that the line knows, and no picture; none: all."""

    @abc.abstractmethod
    def meant(self, status: int) -> int:
        """What a refusal by the line is for who calls."""


def line_of(flow: Flow) -> Line | None:
    return flow if isinstance(flow, Line) else None


def codecs_of(flow: Flow) -> tuple[str, ...]:
    """The only ones that are known at the other end; none: nobody said."""
    return flow.codecs if isinstance(flow, Line) else ()


def meaning_of(flow: Flow, status: int) -> int:
    """What a refusal that came by this way is for who calls."""
    return flow.meant(status) if isinstance(flow, Line) else status


def is_mailbox(flow: Flow) -> bool:
    return flow.transport == MAILBOX


def put_proof(
    request: sip.Request,
    refusal: sip.Response,
    user: str,
    user_hash: Callable[[sip.Challenge], str],
    dialogs: Iterable[sip.Dialog],
) -> bool:
    """Put what proves a password into a request that was refused without it; False: it was there, or none serves.

    `user_hash`: what the password becomes (RFC 7616, 3.4.2); empty: it is not known for this challenge.
    """
    proxy = refusal.status == 407
    challenge = _challenge_of(refusal, "proxy-authenticate" if proxy else "www-authenticate")
    name = "proxy-authorization" if proxy else "authorization"
    if challenge is None or not (hashed := user_hash(challenge)):
        return False
    if request.get(name) is not None and not challenge.stale:
        return False  # the password is wrong
    qop = "auth" if challenge.qop else None
    credentials = sip.Credentials(
        username=user,
        realm=challenge.realm,
        nonce=challenge.nonce,
        uri=request.target,
        response="",
        algorithm=challenge.algorithm,
        qop=qop,
        nc=1 if qop else None,
        cnonce=secrets.token_hex(8) if qop else None,
        opaque=challenge.opaque,
    )
    response = answer(hashed, request.method, credentials)
    request.set(name, str(dataclasses.replace(credentials, response=response)))
    request.set("cseq", str(sip.CSeq(_next_number(request, dialogs), request.method)))
    return True


def _next_number(request: sip.Request, dialogs: Iterable[sip.Dialog]) -> int:
    """Of a request within a dialog, the dialog counts it, too."""
    for dialog in dialogs:
        if request.to.tag and dialog.remote.tag == request.to.tag:
            dialog.local_number += 1
            if request.method == "INVITE":
                dialog.invite_number = dialog.local_number
            return dialog.local_number
    return request.cseq.number + 1


def _challenge_of(refusal: sip.Response, name: str) -> sip.Challenge | None:
    """The first that can be answered, of several."""
    for text in refusal.fields.get(name, ()):
        with contextlib.suppress(sip.Malformed):
            challenge = sip.read_challenge(text)
            qops = set() if challenge is None else {word.lower() for word in challenge.qop}
            if challenge is not None and challenge.algorithm in ALGORITHMS and (not qops or "auth" in qops):
                return challenge
    return None
