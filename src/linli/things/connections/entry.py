"""Where devices connect, as people are shown it."""

import re
from collections.abc import Callable
from typing import NamedTuple

_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]{1,253}))(?::\d{1,5})?")


class Entry(NamedTuple):
    host: str
    """A name or an address that one can connect to."""
    plain_port: int
    """0: off."""
    tls_port: int
    """Asks for no certificate; 0: off."""
    x509_port: int
    """Asks for the device's certificate; 0: off."""
    own_authority: bool
    """The server's certificate is signed by the installation's own authority, which clients do not know yet."""
    sha256: str
    """Fingerprint of that authority's certificate; empty: another one signed."""
    not_after_ms: int | None
    listed: bool
    """The server's certificate names `host`."""


type Entries = Callable[[str], Entry]
"""`asked`: the host that the asker used."""


def host_of(header: str) -> str:
    """The host that a Host header names, without its port; empty where it names none."""
    match = _HOST.fullmatch(header)
    return (match[1] or match[2]) if match else ""
