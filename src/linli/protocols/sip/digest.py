"""Digest authentication: challenges, credentials, and nonces that carry their own time.

Source: RFC 2617 and 7616, RFC 3261, 22; door stations answer without `qop` (spec A 4.1). No clock and no randomness
of its own: both come in.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .errors import Malformed
from .grammar import TOKEN, quote, split_commas, unquote

ALGORITHMS: Final[Mapping[str, str]] = {"MD5": "md5", "SHA-256": "sha256"}
NONCE_MS: Final = 60_000
"""How long a nonce may be used after it was issued."""

NonceState = Literal["fresh", "stale", "foreign"]


@dataclass(frozen=True, slots=True)
class Challenge:
    """A WWW-Authenticate or Proxy-Authenticate value."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: tuple[str, ...] = ()
    """Empty: the oldest form, which some door stations know only."""
    stale: bool = False
    opaque: str | None = None

    def __str__(self) -> str:
        text = f"Digest realm={quote(self.realm)}, nonce={quote(self.nonce)}, algorithm={self.algorithm}"
        if self.qop:
            text += f', qop="{",".join(self.qop)}"'
        if self.opaque is not None:
            text += f", opaque={quote(self.opaque)}"
        return f"{text}, stale=true" if self.stale else text


@dataclass(frozen=True, slots=True)
class Credentials:
    """An Authorization or Proxy-Authorization value."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str = "MD5"
    qop: str | None = None
    nc: int | None = None
    """How often the client used the nonce, with this time."""
    cnonce: str | None = None
    opaque: str | None = None

    def __str__(self) -> str:
        text = (
            f"Digest username={quote(self.username)}, realm={quote(self.realm)}, nonce={quote(self.nonce)}, "
            f"uri={quote(self.uri)}, response={quote(self.response)}, algorithm={self.algorithm}"
        )
        if self.qop is not None:
            text += f", qop={self.qop}, nc={self.nc or 0:08x}, cnonce={quote(self.cnonce or '')}"
        return text if self.opaque is None else f"{text}, opaque={quote(self.opaque)}"


def read_credentials(text: str) -> Credentials | None:
    """None for another scheme than Digest; those whose `qop` lacks its counter prove nothing. Raises Malformed."""
    values = _read(text)
    if values is None:
        return None
    qop = values.get("qop")
    nc = values.get("nc")
    if nc is not None and len(nc) != 8:
        raise Malformed("the counter of the credentials is broken")
    try:
        count = int(nc, 16) if nc is not None else None
        return Credentials(
            username=values["username"],
            realm=values["realm"],
            nonce=values["nonce"],
            uri=values["uri"],
            response=values["response"].lower(),
            algorithm=values.get("algorithm", "MD5").upper(),
            qop=qop,
            nc=count if qop is not None else None,
            cnonce=values.get("cnonce"),
            opaque=values.get("opaque"),
        )
    except (KeyError, ValueError) as error:
        raise Malformed("the credentials lack a part") from error


def read_challenge(text: str) -> Challenge | None:
    """None for another scheme than Digest. Raises Malformed."""
    values = _read(text)
    if values is None:
        return None
    if "realm" not in values or "nonce" not in values:
        raise Malformed("the challenge lacks a part")
    qop = tuple(word.strip() for word in values.get("qop", "").split(",") if word.strip())
    return Challenge(
        realm=values["realm"],
        nonce=values["nonce"],
        algorithm=values.get("algorithm", "MD5").upper(),
        qop=qop,
        stale=values.get("stale", "").lower() == "true",
        opaque=values.get("opaque"),
    )


def _read(text: str) -> dict[str, str] | None:
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    values: dict[str, str] = {}
    for part in split_commas(rest):
        name, equals, value = part.partition("=")
        name, value = name.strip().lower(), value.strip()
        if not equals or TOKEN.fullmatch(name) is None or name in values:
            raise Malformed("the credentials are broken")
        values[name] = unquote(value) if value[:1] == '"' else value
    return values


def user_hash(username: str, realm: str, password: str, algorithm: str = "MD5") -> str:
    """H(A1): all that a server needs to keep of a password, in lower-case hex."""
    return _hash(algorithm, f"{username}:{realm}:{password}")


def answer(user: str, method: str, credentials: Credentials) -> str:
    """The response that these credentials must carry, given H(A1). Raises Malformed for a `qop` other than `auth`."""
    target = _hash(credentials.algorithm, f"{method}:{credentials.uri}")
    if credentials.qop is None:
        return _hash(credentials.algorithm, f"{user}:{credentials.nonce}:{target}")
    if credentials.qop.lower() != "auth":
        raise Malformed("this qop is not offered")
    if credentials.nc is None or credentials.cnonce is None:
        raise Malformed("qop without nc and cnonce")
    middle = f"{credentials.nonce}:{credentials.nc:08x}:{credentials.cnonce}:{credentials.qop}"
    return _hash(credentials.algorithm, f"{user}:{middle}:{target}")


def proves(user: str, method: str, credentials: Credentials) -> bool:
    """Whether the credentials were made with the password behind H(A1); takes the same time for any wrong one."""
    if credentials.algorithm not in ALGORITHMS:
        return False
    try:
        expected = answer(user, method, credentials)
    except Malformed:
        return False
    return hmac.compare_digest(expected.encode(), credentials.response.encode("utf-8", "surrogateescape"))


def _hash(algorithm: str, text: str) -> str:
    name = ALGORITHMS.get(algorithm)
    if name is None:
        raise Malformed("this algorithm is not offered")
    return hashlib.new(name, text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


class Nonces:
    """Issues nonces and refuses a second use.

    A nonce is its time, random bytes and a seal over both and the peer, so that any process with the same secret knows
    it, and nobody else's serves. Within a process each count of a nonce serves once: without `qop` a nonce serves once.
    """

    def __init__(self, secret: bytes, *, lifetime_ms: int = NONCE_MS, most: int = 50_000) -> None:
        self._secret = secret
        self._lifetime_ms = lifetime_ms
        self._most = most
        self._used: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def issue(self, now_ms: int, random: bytes, peer: str = "") -> str:
        """`random`: 8 bytes. `peer`: the host that may use it."""
        body = f"{now_ms:012x}{random[:8].hex()}"
        return body + self._seal(body, peer)

    def check(self, nonce: str, now_ms: int, peer: str = "") -> NonceState:
        """`stale` for one of ours whose time is over; the client may repeat its request with a new one."""
        body = nonce[:28]
        if len(nonce) != 52 or not hmac.compare_digest(
            self._seal(body, peer).encode(), nonce[28:].encode(errors="replace")
        ):
            return "foreign"
        issued_ms = int(body[:12], 16)
        return "fresh" if issued_ms <= now_ms < issued_ms + self._lifetime_ms else "stale"

    def spend(self, credentials: Credentials, now_ms: int) -> bool:
        """Note that credentials that prove the password are used; False if they were used before."""
        while self._used:
            oldest, (_, until_ms) = next(iter(self._used.items()))
            if until_ms > now_ms and len(self._used) < self._most:
                break
            del self._used[oldest]
        count = credentials.nc if credentials.nc is not None else 1 << 32
        used, _ = self._used.get(credentials.nonce, (0, 0))
        if count <= used:
            return False
        self._used[credentials.nonce] = (count, now_ms + self._lifetime_ms)
        return True

    def _seal(self, body: str, peer: str) -> str:
        text = f"{body}:{peer}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._secret, text, "sha256")[:12].hex()
