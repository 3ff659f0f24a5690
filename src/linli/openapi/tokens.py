"""cloudTokens: an app key's leave to act in one community, for two hours.

One live token per (app key, community): a new token ends the old one at once. After a refresh the old token is valid
for five more minutes, so that calls under way succeed. (The public clients' documentation says so; it outranks spec B.)
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Protocol

from sqlalchemy import bindparam, case, delete, select, update

from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx
from linli.kernel.errors import BadInput, Forbidden, Unauthorized
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.models import cloud_tokens

LIFETIME_MS = 7_200_000
GRACE_MS = 300_000
CACHE_MS = 1_000
"""How long another process that cannot hear of it may go on with a token that this one has killed."""
CHANNEL = "tokens"
_MOST_CACHED = 50_000
_MAX_TOKEN = 128

_BY_TOKEN = "the token is what tells the community"
_BY_PAIR = "app key and community are conditions of their own"


class TokenRefused(Unauthorized):
    """No such token for this app key, or its time is over."""

    code = "openapi.token_refused"


class CommunityNotReady(Forbidden):
    """The community is still under review, or was refused."""

    code = "openapi.community_not_ready"


class TokenTarget(NamedTuple):
    """A community that a token may stand for."""

    community_id: int
    approved: bool


class TokenTargets(Protocol):
    """The port by which the room of communities says for which communities a token may be requested."""

    async def community(self, scope: Scope, db: Reader, *, community_id: int) -> TokenTarget | None:
        """The community, or None when it is outside `scope` or absent."""
        ...

    async def project(self, scope: Scope, db: Reader, *, project_id: str) -> TokenTarget | None:
        """The community whose own project id (`scope_id`, spec B 2.2) this is, or None as above."""
        ...


class CloudToken(NamedTuple):
    app_key: str
    tenant_id: str
    community_id: int
    issued_ms: int
    expires_ms: int


class Issued(NamedTuple):
    token: str
    expires_in_ms: int


_columns = tuple(cloud_tokens.c[name] for name in CloudToken._fields)
_by_digest = Query(
    select(*_columns).where(cloud_tokens.c.digest == bindparam("digest")), CloudToken, unscoped=_BY_TOKEN
)
_pair = (
    cloud_tokens.c.app_key == bindparam("key"),
    cloud_tokens.c.community_id == bindparam("community", type_=INT),
)
_kill = Command(delete(cloud_tokens).where(*_pair), unscoped=_BY_PAIR)
_until = bindparam("until", type_=INT)
_age = Command(
    update(cloud_tokens)
    .where(*_pair)
    .values(
        expires_ms=case(
            (cloud_tokens.c.expires_ms < _until, cloud_tokens.c.expires_ms),
            else_=_until,
        )
    ),
    unscoped=_BY_PAIR,
)
_purge = Command(
    delete(cloud_tokens).where(cloud_tokens.c.expires_ms <= bindparam("now", type_=INT)),
    unscoped="dead tokens of every tenant alike",
)


class Tokens:
    """Issues tokens and finds them, with a short memory in front so that a call costs no select."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._cache: dict[str, tuple[int, CloudToken]] = {}
        """(valid until, token) by the token's text."""
        db.signals.listen(CHANNEL, self._heard, missed=self._cache.clear)

    async def find(self, app_key: str, token: str, now_ms: int) -> CloudToken:
        """The live token of this app key. Raises TokenRefused; another key's token looks like an unknown one."""
        cached = self._cache.get(token)
        if cached is not None and now_ms < cached[0]:
            cloud_token = cached[1]
        else:
            read = await _by_digest.one(self._db, digest=_digest(token)) if len(token) <= _MAX_TOKEN else None
            if read is None:
                self._cache.pop(token, None)
                raise TokenRefused()
            cloud_token = read
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            self._cache[token] = (min(now_ms + CACHE_MS, cloud_token.expires_ms), cloud_token)
        if cloud_token.app_key != app_key or cloud_token.expires_ms <= now_ms:
            raise TokenRefused()
        return cloud_token

    async def issue(self, scope: Scope, tx: Tx, target: TokenTarget) -> Issued:
        """A new token for the app key of `scope`; its earlier tokens for this community die with the commit.

        Raises CommunityNotReady.
        """
        if not target.approved:
            raise CommunityNotReady()
        await _kill.run(tx, key=scope.caller.id, community=target.community_id)
        return await self._add(scope, tx, target.community_id)

    async def refresh(self, scope: Scope, tx: Tx, token: str, *, field: str = "cloudToken") -> Issued:
        """A new token in place of a live one. The old one stays valid for five minutes. Raises BadInput, TokenRefused."""
        if not token.strip():
            raise BadInput(field=field, rule="blank")
        now_ms = self._clock.now_ms()
        cloud_token = await _by_digest.one(tx, digest=_digest(token))
        if cloud_token is None or cloud_token.app_key != scope.caller.id or cloud_token.expires_ms <= now_ms:
            raise TokenRefused()
        scope.allow(cloud_token.community_id)
        await _age.run(
            tx, key=cloud_token.app_key, community=cloud_token.community_id, until=now_ms + GRACE_MS
        )
        return await self._add(scope, tx, cloud_token.community_id)

    async def lend(self, scope: Scope, tx: Tx, community_id: int) -> str:
        """A token for a trial from the API reference: short-lived, and those in use stay in use."""
        scope.allow(community_id)
        return (await self._add(scope, tx, community_id, lifetime_ms=GRACE_MS)).token

    async def _add(
        self, scope: Scope, tx: Tx, community_id: int, *, lifetime_ms: int = LIFETIME_MS
    ) -> Issued:
        now_ms = self._clock.now_ms()
        await _purge.run(tx, now=now_ms)
        token = self._ids.cloud_token()
        row = CloudToken(scope.caller.id, scope.tenant, community_id, now_ms, now_ms + lifetime_ms)
        await tx.insert(cloud_tokens, {"digest": _digest(token), **row._asdict()})
        self._db.signals.publish_after(tx, CHANNEL, f"{community_id} {scope.caller.id}")
        return Issued(token, lifetime_ms)

    def _heard(self, payload: str) -> None:
        community_id, _, app_key = payload.partition(" ")
        self._forget(app_key, int(community_id))

    def _forget(self, app_key: str, community_id: int) -> None:
        stale = [
            token
            for token, (_, cloud_token) in self._cache.items()
            if cloud_token.app_key == app_key and cloud_token.community_id == community_id
        ]
        for token in stale:
            del self._cache[token]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
