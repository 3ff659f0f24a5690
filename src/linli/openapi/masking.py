"""Excerpts of what was sent and answered, for the request log: short, and without the values of secrets."""

from __future__ import annotations

import re

# Looked for before the costly expression runs: most excerpts hold none of them.
_SIGNS = (b"oken", b"ecret", b"assw", b"rivate", b"sign", b"auth", b"idno", b"idcard", b"certno")
_SECRET_MEMBER = re.compile(
    r"""(?ix)
    ( "[^"]*
      (?: token | secret | passw | private_?key | sign | authorization | idno | idcard | certno )
      [^"]*" \s* : \s* )
    ( "(?:[^"\\]|\\.)*"? | \[ [^\]]* \]? | [^,}\]\s]+ )"""
)


def excerpt(raw: bytes, limit: int) -> str:
    """The first `limit` bytes of JSON as text; values of members named like a secret or an id card are `***`."""
    cut = raw[:limit]
    text = cut.decode("utf-8", "replace").replace("\0", "")
    lower = cut.lower()
    if any(sign in lower for sign in _SIGNS):
        text = _SECRET_MEMBER.sub(r'\1"***"', text)
    return f"{text}…" if len(raw) > limit else text
