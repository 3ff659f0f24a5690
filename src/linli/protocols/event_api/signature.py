"""The signature of an adapter's log-in (spec H 4.1): a hash without a key, the braces being part of the text."""

import hashlib
from typing import Final

METHODS: Final = ("MD5", "SHA1", "SHA256")


def sign_text(*, time: int, mac: str, ip: str, manufacture: str) -> str:
    return f"TIME{{{time}}}MAC{{{mac}}}IP{{{ip}}}MANUFACTURE{{{manufacture}}}"


def sign(text: str, method: str) -> str:
    """Lower-case hex. `method` in any case; raises ValueError for an unknown one."""
    if method.upper() not in METHODS:
        raise ValueError(method)
    return hashlib.new(method.lower(), text.encode(), usedforsecurity=False).hexdigest()
