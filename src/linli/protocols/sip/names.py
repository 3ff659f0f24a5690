"""Names of header fields: short and long, as they are kept and as they are sent. Source: RFC 3261, 7.3."""

from typing import Final

from .errors import Malformed
from .grammar import TOKEN

COMPACT: Final = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""The short names of the IANA registry."""

_WRITTEN: Final = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "www-authenticate": "WWW-Authenticate",
    "mime-version": "MIME-Version",
    "sip-etag": "SIP-ETag",
    "sip-if-match": "SIP-If-Match",
    "rseq": "RSeq",
    "rack": "RAck",
}

_names: dict[str, str] = {}
"""Names as they come → names as they are kept; only common ones, so that nobody can grow it."""


def _fill_names() -> None:
    common = (
        "Via|From|To|Call-ID|CSeq|Contact|Max-Forwards|Content-Length|Content-Type|Expires|User-Agent|Server|Allow|"
        "Supported|Require|Route|Record-Route|Authorization|WWW-Authenticate|Proxy-Authorization|Accept|Date|Subject|"
        "Proxy-Authenticate|Accept-Encoding|Accept-Language|Warning|Reason|Session-Expires|Min-SE|Allow-Events"
    )
    for name in common.split("|"):
        _names[name] = name.lower()
        _names[name.lower()] = name.lower()
    for short, name in COMPACT.items():
        _names[short] = name
        _names[short.upper()] = name


_fill_names()
known_name: Final = _names.get
"""The name that a common spelling is kept under; None: see `canonical`."""


def canonical(name: str) -> str:
    """A field's name as it is kept: long and in lower case. Raises Malformed if it is no token."""
    lower = name.strip().lower()
    if TOKEN.fullmatch(lower) is None:
        raise Malformed("the name of a field is broken")
    return COMPACT.get(lower, lower)


def written(name: str) -> str:
    """A field's name as it is sent."""
    return _WRITTEN.get(name) or "-".join(word.capitalize() for word in name.split("-"))
