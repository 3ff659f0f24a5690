"""WS-UsernameToken by digest: base64(SHA-1(nonce + created + password)). WSS UsernameToken Profile 1.0, 3.1."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from linli.protocols.onvif.tree import Node

_WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
)
_BASE64: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
)


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """`created` is `2010-09-16T07:50:45Z`, by the camera's clock. SHA-1 is what the standard has."""
    data = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def security_header(user: str, password: str, nonce: bytes, created: str) -> str:
    """For `soap.envelope`."""
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(user)}</wsse:Username>"
        f'<wsse:Password Type="{_DIGEST}">{password_digest(nonce, created, password)}</wsse:Password>'
        f'<wsse:Nonce EncodingType="{_BASE64}">{base64.b64encode(nonce).decode()}</wsse:Nonce>'
        f"<wsu:Created>{escape(created)}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


@dataclass(frozen=True, slots=True)
class UsernameToken:
    """As a camera reads it."""

    user: str
    digest: str
    nonce: bytes
    created: str

    def fits(self, user: str, password: str) -> bool:
        wanted = password_digest(self.nonce, self.created, password)
        return hmac.compare_digest(self.user, user) and hmac.compare_digest(self.digest, wanted)


def read_token(envelope: Node) -> UsernameToken | None:
    """None: none, or one that is no digest."""
    token = envelope.find("UsernameToken")
    if token is None:
        return None
    try:
        nonce = base64.b64decode(token.words("Nonce"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return UsernameToken(token.words("Username"), token.words("Password"), nonce, token.words("Created"))


def created_ms(created: str) -> int:
    """The time of a log-in, UTC ms. Raises ValueError."""
    at = datetime.fromisoformat(created)
    if at.tzinfo is None:
        raise ValueError("without time zone")
    return int(at.timestamp() * 1000)
