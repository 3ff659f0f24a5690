"""Requests and responses that follow from another message. Source: RFC 3261, 8.2.6, 9.1 and 17.1.1.3."""

from collections.abc import Iterable

from .checks import REASONS
from .fields import CSeq
from .message import Fields, Request, Response, copied


def respond(
    request: Request,
    status: int,
    reason: str = "",
    *,
    to_tag: str | None = None,
    fields: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """The answer to a request. `to_tag` is ours; 100 carries none, nor does a request whose To has one already.

    Works for a broken request too: what cannot be read is copied as it came.
    """
    head: Fields = copied(request, ("via", "from", "to", "call-id", "cseq"))
    if status == 100:
        if "timestamp" in request.fields:
            head["timestamp"] = request.fields["timestamp"]
    elif to_tag is not None and "to" in head and ";tag=" not in head["to"][0].replace(" ", "").lower():
        head["to"] = [f"{head['to'][0]};tag={to_tag}"]
    if 100 < status < 300 and "record-route" in request.fields and request.method == "INVITE":
        head["record-route"] = list(request.fields["record-route"])
    for name, value in fields:
        head.setdefault(name, []).append(value)
    return Response(status, reason or REASONS.get(status, "Unknown"), head, body)


def acknowledge(invite: Request, response: Response) -> Request:
    """The ACK to a final answer other than 2xx: part of the INVITE's transaction."""
    ack = _beside(invite, "ACK")
    ack.fields["to"] = list(response.fields["to"])
    return ack


def cancel(invite: Request) -> Request:
    """The CANCEL of an INVITE that was sent; it takes the same hop and branch."""
    return _beside(invite, "CANCEL")


def _beside(invite: Request, method: str) -> Request:
    fields = copied(invite, ("from", "to", "call-id", "route"))
    fields = {
        "via": [str(invite.via)],
        "max-forwards": ["70"],
        **fields,
        "cseq": [str(CSeq(invite.cseq.number, method))],
    }
    return Request(method, invite.target, fields)
