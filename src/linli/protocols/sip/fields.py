"""Values of header fields with a structure: Via, the address fields, CSeq. Source: RFC 3261, 20."""

import re
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self

from .errors import Malformed
from .grammar import MAX_NUMBER, QUOTED, TOKEN, Params, quote, read_number, read_params, unquote, write_params
from .uri import DEFAULT_PORT, DEFAULT_TLS_PORT, Uri, read_host_port, read_uri

COOKIE: Final = "z9hG4bK"
"""A branch that begins so is unique in space and time (RFC 3261, 8.1.1.7)."""

_VIA: Final = re.compile(r"([^\s/]+)\s*/\s*([^\s/]+)\s*/\s*([^\s/;]+)\s+([^;]+)(;.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of a request's way; answers go back by it."""

    transport: str
    """In upper case: UDP, TCP, TLS, WS, WSS or another one's."""
    host: str
    port: int | None = None
    params: Params = field(default_factory=dict)

    @property
    def branch(self) -> str:
        return self.params.get("branch") or ""

    @property
    def unique_branch(self) -> bool:
        """Whether the branch alone names a transaction; the bare cookie names none."""
        return self.branch.startswith(COOKIE) and len(self.branch) > len(COOKIE)

    @property
    def sent_by(self) -> tuple[str, int]:
        """The host in lower case, and the port."""
        default = DEFAULT_TLS_PORT if self.transport in ("TLS", "WSS") else DEFAULT_PORT
        return self.host.lower(), self.port or default

    def received_from(self, host: str, port: int) -> Self:
        """With the source address noted, and the port where `rport` asks for it (RFC 3261, 18.2.1; RFC 3581, 4)."""
        params = dict(self.params)
        asked = "rport" in params
        if asked:
            params["rport"] = str(port)
        if asked or self.host.strip("[]").lower() != host.lower():
            params["received"] = host
        else:
            params.pop("received", None)
        return replace(self, params=params)

    def __str__(self) -> str:
        where = self.host if self.port is None else f"{self.host}:{self.port}"
        return f"SIP/2.0/{self.transport} {where}{write_params(self.params)}"


def read_via(text: str) -> Via:
    """Raises Malformed."""
    match = _VIA.fullmatch(text)
    if match is None:
        raise Malformed("Via is broken")
    name, _version, transport, where, tail = match.groups()
    if name.upper() != "SIP" or TOKEN.fullmatch(transport) is None:
        raise Malformed("Via is of another protocol")
    host, port = read_host_port(where.strip())
    return Via(transport.upper(), host, port, read_params(tail[1:]) if tail else {})


@dataclass(frozen=True, slots=True)
class Address:
    """A value of From, To, Contact, Route, Record-Route and their like."""

    uri: Uri
    display: str = ""
    params: Params = field(default_factory=dict)

    @property
    def tag(self) -> str | None:
        return self.params.get("tag")

    def tagged(self, tag: str) -> Self:
        return replace(self, params={**self.params, "tag": tag})

    def __str__(self) -> str:
        name = f"{quote(self.display)} " if self.display else ""
        return f"{name}<{self.uri}>{write_params(self.params)}"


def read_address(text: str) -> Address:
    """Raises Malformed."""
    text = text.strip()
    display = ""
    if text[:1] == '"':
        match = QUOTED.match(text)
        if match is None:
            raise Malformed("a quote is not closed")
        display = unquote(match.group())
        text = text[match.end() :].lstrip()
        if text[:1] != "<":
            raise Malformed("an address in brackets is expected")
    elif "<" in text and text[0] != "<":
        name, _, rest = text.partition("<")
        words = name.split()
        if not all(TOKEN.fullmatch(word) for word in words):
            raise Malformed("a name with such signs needs quotes")
        display = " ".join(words)
        text = "<" + rest
    if text[:1] == "<":
        inner, closed, rest = text[1:].partition(">")
        if not closed:
            raise Malformed("a bracket is not closed")
        uri = read_uri(inner)
    else:
        # Without brackets the parameters are the field's, and `?` and `,` are not allowed (RFC 3261, 20).
        inner, semicolon, rest = text.partition(";")
        inner = inner.strip()
        if "?" in inner or "," in inner:
            raise Malformed("such an address needs brackets")
        uri = read_uri(inner)
        rest = semicolon + rest
    rest = rest.strip()
    if not rest:
        return Address(uri, display)
    if rest[0] != ";":
        raise Malformed("something follows the address")
    return Address(uri, display, read_params(rest[1:]))


class CSeq(NamedTuple):
    number: int
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def read_cseq(text: str) -> CSeq:
    """Raises Malformed."""
    parts = text.split()
    if len(parts) != 2 or TOKEN.fullmatch(parts[1]) is None:
        raise Malformed("CSeq is broken")
    return CSeq(read_number(parts[0], MAX_NUMBER), parts[1])


def contact_seconds(contact: Address, default: int, top: int) -> int:
    """For how long a contact of a REGISTER wants to be kept: its `expires`, else `default`; at most `top`.

    A value that is no number counts as an hour (RFC 3261, 10.3 and 20.10 of older clients), one too large as `top`.
    """
    text = contact.params.get("expires")
    if text is None:
        return min(default, top)
    if not text.isascii() or not text.isdigit():
        return min(3600, top)
    return top if len(text) > 10 else min(int(text), top)
