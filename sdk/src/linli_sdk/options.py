"""What both clients are told."""

from __future__ import annotations

from typing import NamedTuple

import httpx


class Options(NamedTuple):
    url: str
    """The platform's address, e.g. `https://linli.example.com`."""
    app_key: str
    app_secret: str
    language: str
    """`zh-CN` or `en`: of the `localized` text of errors."""
    tries: int
    """How often a call is sent at most, when the connection fails or the platform says that it is one too many."""

    def __repr__(self) -> str:
        return f"Options(url={self.url!r}, app_key={self.app_key!r})"


NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request never went out: any call may be sent again."""
BROKEN = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)
"""The connection broke: only what changes nothing may be sent again."""
FIRST_PAUSE_S = 0.2
"""Before the second try; doubled for each further one."""
LIMITED_PAUSE_S = 1.05
"""After 429: limits count by the second."""


def clean_url(url: str) -> str:
    parsed = httpx.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"not an address of a platform: {url!r}")
    return url.rstrip("/")
