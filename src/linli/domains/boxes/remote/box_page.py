"""A box's own page under the platform's address: the allowed contents of its requests and answers. Pure.

The page is foreign content on our origin, and a box may be hostile. So every answer runs in a sandbox without an
origin: no cookies, no storage, no access to the console. It may load and ask only below its own path. Only a few
headers pass, in both directions. The path has a token, because requests of a page without an origin have no cookie. ADR
0069.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

PREFIX: Final = "/box-page/"
BODY_BYTES: Final = 120 * 1024
"""The most bytes of a request; with base64 it fits a frame."""
PASSED: Final = ("accept", "accept-language", "content-type", "if-none-match", "x-linli-request")
RETURNED: Final = ("content-type", "content-disposition", "etag")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"})

type Header = tuple[bytes, bytes]

_PATH: Final = re.compile(r"/box-page/(\d{1,18})/([A-Za-z0-9_-]{20,128})(/.*)?", re.DOTALL)
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_VALUE: Final = re.compile(r"[\t -~]{0,1024}")
_CORS: Final[tuple[Header, ...]] = (
    (b"access-control-allow-origin", b"null"),
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, PATCH"),
    (b"access-control-allow-headers", b"content-type, accept-language, x-linli-request, if-none-match"),
    (b"access-control-expose-headers", b"content-disposition"),
    (b"access-control-max-age", b"600"),
    (b"vary", b"origin"),
)
_GUARD: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), bluetooth=()"),
)


class Place(NamedTuple):
    """Where a request goes: which visit, the word that opens it, the path at the box."""

    tunnel_id: int
    word: str
    path: str

    @property
    def base(self) -> str:
        return base_of(self.tunnel_id, self.word)


def base_of(tunnel_id: int, word: str) -> str:
    return f"{PREFIX}{tunnel_id}/{word}/"


def place_of(path: str) -> Place | None:
    """The parts of a path under `PREFIX`; None if it is not ours. An empty path at the box: its slash is missing."""
    match = _PATH.fullmatch(path)
    return Place(int(match[1]), match[2], match[3] or "") if match else None


def guard(base: str, *, host: str, scheme: str) -> list[Header]:
    """For every answer under `base`, ours and the box's. `host`: as the request names it."""
    own = f"{scheme}://{host}{base}" if _HOST.fullmatch(host) else "'none'"
    policy = "; ".join((
        "sandbox allow-scripts allow-forms allow-modals allow-downloads",
        f"default-src {own}", f"img-src {own} data: blob:", f"style-src {own} 'unsafe-inline'",
        f"form-action {own}", "object-src 'none'", "base-uri 'none'", "frame-src 'none'", "worker-src 'none'",
        "frame-ancestors 'none'",
    ))  # fmt: skip
    return [(b"content-security-policy", policy.encode()), *_GUARD]


def cross_origin(headers: Mapping[str, str]) -> tuple[Header, ...]:
    """The header that lets the page read its own answers; none for other pages."""
    return _CORS if headers.get("origin") == "null" else ()


def foreign(headers: Mapping[str, str]) -> bool:
    """Whether a page of another site asks, which has no business here even if it knows the path."""
    origin = headers.get("origin", "null")
    return origin != "null" and origin.partition("://")[2] != headers.get("host")


def navigates(headers: Mapping[str, str]) -> bool:
    """Whether a person goes to the address; those carry the console's cookie. Browsers say so on TLS alone."""
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def passed(headers: Mapping[str, str]) -> dict[str, str]:
    """The request's headers for the box: no cookie of ours, no address, no referrer."""
    return {name: headers[name] for name in PASSED if name in headers}


def returned(given: Iterable[tuple[str, str]], base: str) -> list[Header]:
    """The box's answer's headers for the browser. Cookies are dropped: they would be our origin's."""
    kept: list[Header] = []
    for name, value in given:
        small = name.lower()
        if small in RETURNED and _VALUE.fullmatch(value):
            kept.append((small.encode(), value.encode("latin-1")))
        elif small == "location" and (inside := _inside(value, base)):
            kept.append((b"location", inside.encode()))
    return kept


def _inside(location: str, base: str) -> str:
    """A way within the box; empty where it leads out."""
    if not _VALUE.fullmatch(location) or location.startswith("//") or "\\" in location or ".." in location:
        return ""
    if location.startswith("/"):
        return base + location[1:]
    return "" if ":" in location.partition("/")[0] else location
