"""The reads of a queue: the log after its place, and the present access of its appKey."""

import asyncio
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.databus.changes import Change
from linli.databus.models import changes
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.window import Window
from linli.databus.subscription_rows import Subscription
from linli.databus.topics import Kind, kind_of_topic
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Database, Query, any_of
from linli.openapi.policies import Models, usable_models

PAGE: Final = 500

_COLUMNS = tuple(changes.c[name] for name in Change._fields)
_between = Query(
    select(*_COLUMNS)
    .where(
        changes.c.tenant_id == bindparam("tenant"),
        changes.c.id > bindparam("low", type_=INT),
        changes.c.id <= bindparam("high", type_=INT),
    )
    .order_by(changes.c.id)
    .limit(bindparam("most", type_=INT)),
    Change,
    unscoped="the subscription's tenant is a condition of its own",
)
_of_ids = Query(
    select(*_COLUMNS).where(changes.c.tenant_id == bindparam("tenant"), any_of(changes.c.id, "ids")),
    Change,
    unscoped="the subscription's tenant is a condition of its own",
)
_NO_END: Final = 2**53


class Access(NamedTuple):
    """The key's access."""

    enabled: bool
    communities: frozenset[int]
    models: Models = Models(None)
    """Data models that the key may use."""


class Reader:
    """Reads one subscription's messages into its window."""

    def __init__(self, db: Database, clock: Clock, horizon: Horizon, subscription: Subscription) -> None:
        self._db = db
        self._clock = clock
        self._horizon = horizon
        self._subscription = subscription
        self._kind = kind_of_topic(subscription.filters.topic, subscription.app_key, subscription.tenant_id)
        self._filters = subscription.filters
        self._looked_up_to = 0
        """Up to here nothing can have come late."""

    async def fill(self, window: Window[Change], *, room: int) -> None:
        """Read on until the window holds `room` messages or the log ends, then move its cursor."""
        # The order matters: the end of the complete log is asked before the rows are read, and the key's access after
        # them. So a community granted before a change was written, in any process, is seen with it.
        safe = await self._horizon.safe()
        if safe is not None and window.last > self._looked_up_to:
            low = max(window.cursor, self._looked_up_to)
            while True:
                late = await self._page(low, window.last)
                await self._take(window, late)
                if len(late) < PAGE:
                    break
                low = late[-1].id
            self._looked_up_to = min(safe, window.last)
        while len(window) < room:
            rows = await self._page(window.last, _NO_END)
            await self._take(window, rows)
            if len(rows) < PAGE:
                break
            await asyncio.sleep(0)  # a long backlog of other messages must not hold up the loop
        window.advance(safe)

    async def _take(self, window: Window[Change], rows: list[Change]) -> None:
        if rows:
            access = await self.access()
            window.read(rows, lambda change: self.wants(change, access))

    async def access(self) -> Access:
        """The key's present access."""
        subscription = self._subscription
        key = await tenancy.find_app_key(self._db, subscription.app_key)
        communities = await tenancy.communities_of(
            self._db, tenant_id=subscription.tenant_id, project_id=subscription.project_id
        )
        models = await usable_models(self._db, subscription.app_key)
        return Access(key is not None and bool(key.enabled), communities, models)

    def wants(self, change: Change, access: Access) -> bool:
        """Whether a message is for this subscription: addressed, taken by its filters, of a granted community."""
        subscription = self._subscription
        if change.kind == Kind.TEST:
            return change.model_id == str(subscription.id)
        if change.app_key and change.app_key != subscription.app_key:
            return False
        mine = bool(change.project_id) and change.project_id == subscription.project_id
        if not change.app_key and not mine and change.community_id not in access.communities:
            return False
        if change.kind == Kind.DATA and change.model_id not in access.models:
            return False
        if self._filters.topic:
            return change.kind == self._kind
        return self._filters.take(change)

    async def messages(self, ids: list[int]) -> dict[int, Change]:
        """Messages by number; those that the log no longer holds are missing."""
        logged = await _of_ids.all(self._db, tenant=self._subscription.tenant_id, ids=ids)
        return {change.id: change for change in logged}

    async def _page(self, low: int, high: int) -> list[Change]:
        return await _between.all(
            self._db, tenant=self._subscription.tenant_id, low=low, high=high, most=PAGE
        )
