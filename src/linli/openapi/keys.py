"""App keys as the gateway holds them: secret, scope, services and limits in memory, read again when they changed.

A change is seen with the next call (`Database.tenancy_epoch`): one by another process (the command line, a second
server) as soon as its signal arrives, and after `TTL_MS` where processes have no signals.
"""

from __future__ import annotations

from collections.abc import Callable

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import CallLimits
from linli.openapi import limit_rules, policies
from linli.openapi.limits import Limits
from linli.openapi.metering import Company, Days, Meter
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

    def __init__(
        self,
        db: Database,
        secrets: Secrets,
        *,
        days: Days,
        settings: CallLimits,
        processes: Callable[[], int] = lambda: 1,
    ) -> None:
        """`processes`: how many share the limits, this one with them."""
        self._db = db
        self._secrets = secrets
        self._days = days
        self._settings = settings
        self._processes = processes
        self._keys: dict[bytes, AppKey] = {}
        self._companies: dict[str, Company] = {}
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
        company = self._companies.get(row.tenant_id)
        if company is None:
            company = self._companies[row.tenant_id] = Company(row.tenant_id)
        meter = app_key.meter if app_key is not None else Meter(name, company, self._days)
        limits = await limit_rules.limits_of(
            db, app_key=name, tenant_id=row.tenant_id, settings=self._settings
        )
        await self._set_limits(meter, company, name, limits, now_ms)
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

    async def _set_limits(
        self, meter: Meter, company: Company, app_key: str, limits: Limits, now_ms: int
    ) -> None:
        """Hand on what changed; today's counts are read only then."""
        day, processes = self._days.of(now_ms), self._processes()
        if not company.fits(limits.of_company(), processes):
            used = await limit_rules.used_by_company(self._db, company.subject, day)
            company.set_rule(limits.of_company(), used, day, processes)
        if not meter.fits(limits, processes):
            meter.set_limits(limits, await limit_rules.used_today(self._db, app_key, day), day, processes)
