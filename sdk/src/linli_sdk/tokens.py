"""cloudTokens of communities, kept until shortly before they end. The platform keeps one live token per community and
key: processes that share a key should share a `TokenStore` too, or each new token kills the others'."""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol

from linli_sdk.methods import Method, Model

REFRESH_SHARE = 0.1
"""A token is renewed when less than this share of its life is left."""


# These two methods are written by hand, since everything generated rests on them.
class TokenAnswer(Model, rename="camel"):
    cloud_token: str
    expires_in: int
    """Milliseconds."""


GET: Method[TokenAnswer] = Method(
    "/solution/community/paas/token/get", "1.0.0", token="none", result=TokenAnswer
)
REFRESH: Method[TokenAnswer] = Method(
    "/solution/community/paas/token/refresh", "1.0.0", token="none", result=TokenAnswer
)


class HeldToken(NamedTuple):
    token: str
    renew_at: float
    """Unix seconds from when on it should be refreshed."""
    ends_at: float
    """Unix seconds when the platform stops taking it."""


class TokenStore(Protocol):
    """Where tokens are kept. The default keeps them in the process."""

    def get(self, community_id: int) -> HeldToken | None: ...

    def put(self, community_id: int, held: HeldToken | None) -> None:
        """None forgets it."""


class MemoryTokens:
    """Tokens of this process."""

    def __init__(self) -> None:
        self._tokens: dict[int, HeldToken] = {}

    def get(self, community_id: int) -> HeldToken | None:
        return self._tokens.get(community_id)

    def put(self, community_id: int, held: HeldToken | None) -> None:
        if held is None:
            self._tokens.pop(community_id, None)
        else:
            self._tokens[community_id] = held


def hold(answer: TokenAnswer, now: float | None = None) -> HeldToken:
    now = time.time() if now is None else now
    life = answer.expires_in / 1000
    return HeldToken(answer.cloud_token, now + life * (1 - REFRESH_SHARE), now + life)
