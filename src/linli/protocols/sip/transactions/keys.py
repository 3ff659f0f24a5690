"""Which transaction a message belongs to. Source: RFC 3261, 17.1.3 and 17.2.3."""

from ..message import Request, Response

ServerKey = tuple[str, ...]
ClientKey = tuple[str, str]


def server_key(request: Request) -> ServerKey:
    """Of the transaction on our side of a request that came; an ACK has its INVITE's. Raises Malformed."""
    return _key(request, "INVITE" if request.method == "ACK" else request.method)


def invite_of(cancel: Request) -> ServerKey:
    """Of the INVITE that a CANCEL means. Raises Malformed."""
    return _key(cancel, "INVITE")


def _key(request: Request, method: str) -> ServerKey:
    via = request.via
    if via.unique_branch:
        host, port = via.sent_by
        return via.branch, host, str(port), method
    # Of a client of the old RFC 2543: nothing but the whole of it is unique.
    return (
        request.target,
        request.from_.tag or "",
        request.call_id,
        str(request.cseq.number),
        str(via),
        method,
    )


def client_key(message: Request | Response) -> ClientKey:
    """Of the transaction that a request of ours began, or that a response answers. Raises Malformed."""
    return message.via.branch, message.cseq.method
