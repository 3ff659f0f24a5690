"""HTTP Digest as a server checks it: MD5, qop auth. Pure but for its random nonces. Source: RFC 7616."""

import hashlib
import re
import secrets
from collections import OrderedDict
from typing import Final

REALM: Final = "linli-edge"
NONCES_MOST: Final = 1000
_PART: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class DigestCheck:
    """Nonces that were given out, the newest last; each request of one nonce has a greater count than the last."""

    def __init__(self) -> None:
        self._nonces: OrderedDict[str, int] = OrderedDict()

    def challenge(self) -> str:
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = 0
        if len(self._nonces) > NONCES_MOST:
            self._nonces.popitem(last=False)
        return f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"'

    def is_right(self, header: str, method: str, path: str, username: str, password: str) -> bool:
        parts = _parts(header)
        nonce, count = parts.get("nonce", ""), parts.get("nc", "")
        try:
            number = int(count, 16)
        except ValueError:
            return False
        if not number > self._nonces.get(nonce, number) or parts.get("uri", "").split("?")[0] != path:
            return False
        first = _md5(f"{username}:{REALM}:{password}")
        second = _md5(f"{method}:{parts.get('uri', '')}")
        wanted = _md5(f"{first}:{nonce}:{count}:{parts.get('cnonce', '')}:{parts.get('qop', '')}:{second}")
        if parts.get("username") != username or not secrets.compare_digest(
            wanted.encode(), parts.get("response", "").encode()
        ):
            return False
        self._nonces[nonce] = number
        return True


def _parts(header: str) -> dict[str, str]:
    kind, _, rest = header.partition(" ")
    if kind.lower() != "digest":
        return {}
    return {name: quoted or plain for name, quoted, plain in _PART.findall(rest[:2048])}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
