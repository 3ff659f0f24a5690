"""Cookies of our own pages. By https a session's is bound to this very host: no other host of the domain can set one.

That is what the prefix `__Host-` is for (RFC 6265bis, 4.1.3.2): browsers take it with Secure and for the whole host only.
"""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie

from linli.kernel.settings import Settings

_HOST: Final = "__Host-"
COOKIE: Final = "linli_session"
"""Of staff, on desktop and phone."""
RESIDENT_COOKIE: Final = "linli_resident"
RESIDENT_PATH: Final = "/api/resident"
TERMINAL_COOKIE: Final = "linli_terminal"
"""Of a page that is an indoor terminal."""
TERMINAL_PATH: Final = "/api/terminal"


def is_secure(request: Request[Any, Any, Any], settings: Settings) -> bool:
    """Whether the browser came by https, perhaps to a proxy before us."""
    return request.url.scheme == "https" or settings.public_url.startswith("https:")


def session_cookie(name: str, token: str, *, secure: bool, max_age: int | None, path: str = "/") -> Cookie:
    """`max_age`: seconds; None: it ends with the browser; 0: now. `path`: where it is not bound to the host."""
    if secure:
        name, path = _HOST + name, "/"
    return Cookie(
        key=name, value=token, httponly=True, secure=secure, samesite="lax", path=path, max_age=max_age
    )


def console_token(cookies: Mapping[str, str], settings: Settings) -> str:
    """The token of the session that a browser of staff carries; empty without one."""
    return session_token(cookies, COOKIE, plain_too=not settings.public_url.startswith("https:"))


def session_token(cookies: Mapping[str, str], name: str, *, plain_too: bool) -> str:
    """The token of a session's cookie, or "". `plain_too`: also of one that is not bound to the host."""
    return cookies.get(_HOST + name) or (cookies.get(name, "") if plain_too else "")
