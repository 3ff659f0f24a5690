"""SIP addresses. Source: RFC 3261, 19.1."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from .errors import Malformed
from .grammar import Params

DEFAULT_PORT: Final = 5060
DEFAULT_TLS_PORT: Final = 5061

_OFTEN: Final = 80
"""Signs of an address that may be remembered."""
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_HOST: Final = re.compile(r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._\-]+")
_FORBIDDEN: Final = re.compile(r'[\x00-\x20\x7f<>"]')
_ESCAPE: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PLAIN_USER: Final = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/]*")


@dataclass(frozen=True, slots=True)
class Uri:
    """An address. Of a scheme other than `sip` and `sips` only `scheme` and `opaque` are set."""

    host: str = ""
    """As written, IPv6 in brackets."""
    user: str | None = None
    """With its escapes undone; None: there is no user."""
    port: int | None = None
    scheme: str = "sip"
    """In lower case."""
    password: str | None = None
    params: Params = field(default_factory=dict)
    headers: str = ""
    """What follows the `?`, not read."""
    opaque: str = ""

    @property
    def is_sip(self) -> bool:
        return self.scheme in ("sip", "sips")

    @property
    def transport(self) -> str | None:
        """In lower case; None where the address leaves it open."""
        value = self.params.get("transport")
        return value.lower() if value else None

    @property
    def loose(self) -> bool:
        """Whether a route of this address is a loose one (RFC 3261, 16.12)."""
        return "lr" in self.params

    def __str__(self) -> str:
        if not self.is_sip:
            return f"{self.scheme}:{self.opaque}"
        text = f"{self.scheme}:"
        if self.user is not None:
            text += escape(self.user)
            if self.password is not None:
                text += f":{self.password}"
            text += "@"
        text += self.host
        if self.port is not None:
            text += f":{self.port}"
        for name, value in self.params.items():
            text += f";{name}" if value is None else f";{name}={value}"
        return f"{text}?{self.headers}" if self.headers else text


def escape(user: str) -> str:
    """The user part as it is written."""
    if _PLAIN_USER.fullmatch(user):
        return user
    return "".join(
        mark
        if _PLAIN_USER.fullmatch(mark)
        else "".join(f"%{byte:02X}" for byte in mark.encode("utf-8", "surrogateescape"))
        for mark in user
    )


def unescape(text: str) -> str:
    """Undo %-escapes; bytes that are no UTF-8 stay as surrogates."""
    if "%" not in text:
        return text
    return _ESCAPE.sub(
        lambda match: bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "surrogateescape"), text
    )


def read_uri(text: str) -> Uri:
    """Raises Malformed."""
    return _read_often(text) if len(text) <= _OFTEN else _read_uri(text)


def _read_uri(text: str) -> Uri:
    scheme, colon, rest = text.partition(":")
    if not colon or _SCHEME.fullmatch(scheme) is None or _FORBIDDEN.search(text):
        raise Malformed("no address")
    scheme = scheme.lower()
    if scheme not in ("sip", "sips"):
        return Uri(scheme=scheme, opaque=rest)
    user: str | None = None
    password: str | None = None
    before, at, after = rest.partition("@")
    if at:
        name, colon, secret = before.partition(":")
        if not name:
            raise Malformed("the user is empty")
        user = unescape(name)
        password = secret if colon else None
        rest = after
    rest, _, headers = rest.partition("?")
    where, semicolon, tail = rest.partition(";")
    host, port = read_host_port(where)
    params = _read_uri_params(tail) if semicolon else {}
    return Uri(
        host=host, user=user, port=port, scheme=scheme, password=password, params=params, headers=headers
    )


_read_often: Final = lru_cache(maxsize=8_192)(_read_uri)
"""Phones say the same few addresses in each of their messages; nobody changes one that was read."""


def read_host_port(text: str) -> tuple[str, int | None]:
    """Read `host` or `host:port`. Raises Malformed."""
    match = _HOST.match(text)
    if match is None:
        raise Malformed("no host")
    rest = text[match.end() :].strip()
    if not rest:
        return match.group(), None
    digits = rest[1:].strip()
    if rest[0] != ":" or not digits.isascii() or not digits.isdigit() or len(digits) > 5:
        raise Malformed("no port")
    port = int(digits)
    if not 0 < port < 65536:
        raise Malformed("no port")
    return match.group(), port


def _read_uri_params(text: str) -> Params:
    params: Params = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = unescape(name).lower()
        if not name or name in params:
            raise Malformed("a parameter of the address is empty or repeated")
        params[name] = value if equals else None
    return params
