"""What a request must show before anybody works on it. Source: RFC 3261, 8.1.1, 8.2 and 16.3."""

from collections.abc import Container
from typing import Final, NamedTuple

from .errors import Malformed
from .fields import Via
from .message import MAX_HOPS, Request, Response, check_single

REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}


class Refusal(NamedTuple):
    """Why a request is answered at once, and with what."""

    status: int
    reason: str
    fields: tuple[tuple[str, str], ...] = ()
    """Further fields of the answer: long name in lower case, value."""


def examine(request: Request, methods: Container[str], extensions: Container[str]) -> Refusal | None:
    """Read all that every request needs. `methods` are the ones served, `extensions` the option tags known.

    An ACK is never answered: for it any refusal means silence.
    """
    try:
        check_single(request)
        vias = request.vias
        if not vias:
            raise Malformed("Via is missing")
        if len(vias) > MAX_HOPS:
            return Refusal(483, REASONS[483])
        cseq = request.cseq
        _ = request.call_id, request.from_, request.to, request.max_forwards
        if cseq.method != request.method:
            raise Malformed("CSeq is of another method")
        uri = request.uri
        if not uri.is_sip:
            return Refusal(416, REASONS[416])
        if uri.headers:
            raise Malformed("the request line may have no fields in its address")
        _ = request.contacts, request.routes, request.record_routes
    except Malformed as error:
        return Refusal(error.status, _reason(error))
    if request.method not in methods:
        return Refusal(501 if request.method not in KNOWN_METHODS else 405, "")
    if request.method not in ("ACK", "CANCEL"):
        try:
            unknown = [tag for tag in request.values("require") if tag and tag.lower() not in extensions]
        except Malformed as error:
            return Refusal(400, _reason(error))
        if unknown:
            return Refusal(420, REASONS[420], (("unsupported", ", ".join(unknown)),))
    return None


def _reason(error: Malformed) -> str:
    return f"{REASONS.get(error.status, 'Bad Request')} - {error}"


KNOWN_METHODS: Final = frozenset(
    [
        "ACK",
        "BYE",
        "CANCEL",
        "INFO",
        "INVITE",
        "MESSAGE",
        "NOTIFY",
        "OPTIONS",
        "PRACK",
        "PUBLISH",
        "REFER",
        "REGISTER",
        "SUBSCRIBE",
        "UPDATE",
    ]
)
"""All that the standards name: the others are answered 501, these 405 where they are not served."""


def answer_via(request: Request) -> Via | None:
    """The hop that a broken request's answer goes to; None if even that cannot be read: then silence."""
    try:
        return request.via
    except Malformed:
        return None


def usable(response: Response, transport_host: str | None = None) -> bool:
    """Whether a response can be worked on: it has one way back, and all that names its transaction.

    `transport_host`: our own host as written in Via; a response that names another one is not ours (18.1.2).
    """
    try:
        check_single(response)
        _ = response.cseq, response.call_id, response.from_, response.to
        vias = response.vias
    except Malformed:
        return False
    if len(vias) != 1:
        return False
    return transport_host is None or vias[0].host.lower() == transport_host.lower()
