"""The signature of `/connect`. Source: spec G 4.1 (3.5.1.2, 2.1).

There is no shared secret: the digest tells corruption from truth, never one sender from another.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from linli.protocols.door_http.messages.connection import Connect

# The digests are fixed by the protocol, which protects nothing by them.
METHODS: Final[dict[str, Callable[[bytes], str]]] = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).hexdigest(),
    "sha256": lambda data: hashlib.sha256(data).hexdigest(),
}


def signed_text(time: int, mac: str, sn: str, ip: str) -> str:
    """The text under the digest. The braces belong to it, as the published digest proves (spec G 11, row 1)."""
    return f"TIME{{{time}}}MAC{{{mac}}}SN{{{sn}}}IP{{{ip}}}"


def sign(method: str, *, time: int, mac: str, sn: str, ip: str) -> str:
    """Lower-case hex. `time` is in seconds, UTC. Raises KeyError for a method that is none of METHODS."""
    return METHODS[method](signed_text(time, mac, sn, ip).encode())


def is_signed(message: Connect) -> bool:
    wanted = sign(message.sign_method, time=message.time, mac=message.mac, sn=message.sn, ip=message.ip)
    return hmac.compare_digest(wanted.encode(), message.sign.encode())
