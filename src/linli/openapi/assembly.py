"""The gateway and its parts put together, for the composing function of a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.dispatch import Dispatcher, MorePlans
from linli.openapi.gateway import Gateway
from linli.openapi.journal import Journal
from linli.openapi.keys import AppKeys
from linli.openapi.metering import Days
from linli.openapi.nonces import NonceMemory
from linli.openapi.plans import plan_methods
from linli.openapi.registry import Registry
from linli.openapi.tokens import Tokens


class OpenApi:
    """Everything behind the open API. `gateway` is the ASGI application; `start` before its first call.

    `services` maps types to the objects that methods ask for by annotation; a `TokenTargets` must be among them
    when the token methods are registered. `processes` says how many share the limits of calls, this one with them.
    Raises EntryError when a method cannot be filled.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        settings: Settings,
        services: Mapping[Any, object] | None = None,
        processes: Callable[[], int] = lambda: 1,
    ) -> None:
        self.registry = registry
        self.tokens = Tokens(db, clock, ids)
        self.days = Days(settings.timezone)
        self.keys = AppKeys(db, secrets, days=self.days, settings=settings.call_limits, processes=processes)
        self.journal = Journal(db, clock, self.keys, log_days=settings.retention.request_log_days)
        self._memory = NonceMemory(clock)
        self._db = db
        self._clock = clock
        plans = plan_methods(
            registry, db=db, clock=clock, ids=ids, services={Tokens: self.tokens, **(services or {})}
        )
        self._dispatcher = Dispatcher(plans, db=db, tokens=self.tokens, journal=self.journal, days=self.days)
        self.gateway = Gateway(
            self._dispatcher,
            clock=clock,
            keys=self.keys,
            memory=self._memory,
            max_body=settings.http.max_body_bytes,
            proxies=frozenset(settings.http.trusted_proxies),
        )

    def ask_further(self, more: MorePlans) -> None:
        """Let `more` answer for paths that have no method here."""
        self._dispatcher.more_plans = more

    async def start(self) -> None:
        """Take over the nonces of an earlier life, then begin to write the request log."""
        await self._memory.load(self._db, self._clock.now_ms())
        self.journal.start()

    async def stop(self) -> None:
        """Write what calls have left behind. Call it after the HTTP server took its last request."""
        await self.journal.stop()
