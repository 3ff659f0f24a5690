"""App keys as the gateway holds them: secret, scope, services and limits in memory, read again when they changed.

A change is seen with the next call (`Database.tenancy_epoch`): one by another process (the command line, a second
server) as soon as its signal arrives, and after `TTL_MS` where processes have no signals.
"""

from __future__ import annotations

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.db.partitions import day_of
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import policies
from linli.openapi.limits import Meter
from linli.openapi.signature import Secret

TTL_MS = 3_000
_MAX_KEY = 64


class AppKey:
    """One app key, ready to check its calls."""

    __slots__ = (
        "_scopes",
        "app_key",
        "communities",
        "enabled",
        "epoch",
        "meter",
        "project_id",
        "scope",
        "secret",
        "services",
        "tenant_id",
        "until_ms",
    )

    def __init__(
        self,
        row: tenancy.AppKeyRow,
        secret: str,
        scope: Scope,
        services: frozenset[str] | None,
        meter: Meter,
        *,
        until_ms: int,
        epoch: int,
    ) -> None:
        self.app_key = row.app_key
        self.tenant_id = row.tenant_id
        self.project_id = row.project_id
        self.enabled = bool(row.enabled)
        self.secret = Secret(secret)
        self.scope = scope
        self.communities = scope.communities or frozenset()
        self.services = services
        """None: the default set, every service."""
        self.meter = meter
        self.until_ms = until_ms
        self.epoch = epoch
        self._scopes: dict[tuple[str, int | None], Scope] = {}

    def may_call(self, service: str) -> bool:
        return self.services is None or service in self.services or service == policies.ALWAYS_GRANTED

    def scope_of(self, language: str, community_id: int | None) -> Scope:
        """The scope of a call, narrowed to the community of its cloudToken. Raises NotFound when not granted."""
        scope = self._scopes.get((language, community_id))
        if scope is None:
            whole = Scope(
                self.tenant_id, self.scope.caller, self.scope.communities, self.project_id, language
            )
            scope = whole if community_id is None else whole.narrowed(community_id)
            self._scopes[language, community_id] = scope
        return scope


class AppKeys:
    """All app keys in use, loaded when first needed."""

    def __init__(self, db: Database, secrets: Secrets, *, default_rate: int | None = None) -> None:
        self._db = db
        self._secrets = secrets
        self._default_rate = default_rate
        self._keys: dict[bytes, AppKey] = {}
        tenancy.follow(db)

    def find(self, app_key: bytes, now_ms: int) -> AppKey | None:
        """The key under its wire name if it is held and fresh; else `load` it. No await: every call asks this."""
        key = self._keys.get(app_key)
        if key is not None and now_ms < key.until_ms and key.epoch == self._db.tenancy_epoch:
            return key
        return None

    def loaded(self) -> list[AppKey]:
        return list(self._keys.values())

    async def load(self, wire: bytes, now_ms: int) -> AppKey | None:
        """Read the key with this wire name; None when there is none."""
        app_key = self._keys.get(wire)
        if len(wire) > _MAX_KEY or not wire.isascii():
            return None
        db, name, epoch = self._db, wire.decode(), self._db.tenancy_epoch
        if app_key is not None and app_key.epoch == epoch:
            # Only its time ran out: calls arriving meanwhile may go on with it while this one looks.
            app_key.until_ms = now_ms + TTL_MS
        row = await tenancy.find_app_key(db, name)
        if row is None:
            self._keys.pop(wire, None)
            return None
        day = day_of(now_ms)
        meter = app_key.meter if app_key is not None else Meter(self._default_rate)
        rules = await policies.rules_of(db, name)
        meter.set_rules(rules, await policies.used_today(db, name, day) if rules else {}, day)
        loaded = AppKey(
            row,
            self._secrets.open(row.secret, about=f"app_key:{name}"),
            await tenancy.app_scope(db, row),
            await policies.services_of(db, name),
            meter,
            until_ms=now_ms + TTL_MS,
            epoch=epoch,
        )
        self._keys[wire] = loaded
        return loaded
