"""Subscriptions as rows, and all reads of them."""

from typing import Final, NamedTuple, Protocol

import msgspec
from sqlalchemy import bindparam, func, select

from linli.databus.models import changes as change_log
from linli.databus.models import subscriptions
from linli.databus.topics import DEVICE_KINDS, Kind
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

WEBHOOK: Final = "webhook"
MQTT: Final = "mqtt"
EVENTS: Final = "sse"
"""Server-sent events."""
AMQP: Final = "amqp"
MADE_KINDS: Final = (WEBHOOK, EVENTS, AMQP)
"""Subscriptions that people create; MQTT queues are created by themselves."""
CHANGES: Final = "changes"
THINGS: Final = "things"


class Filters(msgspec.Struct, frozen=True, rename="camel"):
    """The filter of a subscription. Empty lists take everything that the key may see, except messages about devices:
    these need their kinds named."""

    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """Data models, for kind `data`."""
    products: tuple[str, ...] = ()
    """Product keys, for messages about devices."""
    devices: tuple[str, ...] = ()
    """iotIds, for messages about devices."""
    communities: tuple[int, ...] = ()
    """Communities, for messages of every kind."""
    topic: str = ""
    """The one topic of an MQTT queue."""

    def take(self, change: "Described") -> bool:
        """Whether a message matches. Whether the key may see it is not checked here."""
        kind = change.kind
        if self.communities and change.community_id not in self.communities:
            return False
        if kind in DEVICE_KINDS:
            return (
                kind in self.kinds
                and (not self.products or change.product_key in self.products)
                and (not self.devices or change.iot_id in self.devices)
            )
        if self.kinds and kind not in self.kinds:
            return False
        return kind != Kind.DATA or not self.models or change.model_id in self.models


class Described(Protocol):
    """The facts that filters compare."""

    @property
    def kind(self) -> str: ...
    @property
    def community_id(self) -> int | None: ...
    @property
    def model_id(self) -> str: ...
    @property
    def product_key(self) -> str: ...
    @property
    def iot_id(self) -> str: ...


class Subscription(NamedTuple):
    """One durable queue. `secret` is sealed."""

    id: int
    tenant_id: str
    project_id: str
    app_key: str
    kind: str
    name: str
    stream: str
    filters_json: str
    url: str
    secret: str
    enabled: int
    stopped_reason: str
    cursor_id: int
    failing_since_ms: int | None
    created_ms: int
    last_seen_ms: int
    generation: int
    last_error: str
    replay_since_ms: int
    replay_from_id: int
    replay_to_id: int
    lease_by: str

    @property
    def filters(self) -> Filters:
        return msgspec.json.decode(self.filters_json, type=Filters)

    @property
    def about(self) -> str:
        """The subject that the sealed secret is bound to."""
        return f"subscription:{self.app_key}:{self.name}"

    @property
    def settings(self) -> tuple[object, ...]:
        """Fields whose change restarts a running sender."""
        return self.name, self.url, self.filters_json, self.secret, self.generation


_COLUMNS = tuple(
    subscriptions.c[name if name != "filters_json" else "filters"] for name in Subscription._fields
)
_of_id = Query(
    select(*_COLUMNS).where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions)),
    Subscription,
)
_listed = Query(select(*_COLUMNS).where(in_scope(subscriptions)).order_by(subscriptions.c.id), Subscription)
_any = Query(select(subscriptions.c.id).where(in_scope(subscriptions)).limit(1))
_by_id = Query(
    select(*_COLUMNS).where(subscriptions.c.id == bindparam("row_id", type_=INT)),
    Subscription,
    unscoped="whoever asks has been let in for this subscription",
)
_named = Query(
    select(*_COLUMNS).where(
        subscriptions.c.app_key == bindparam("app_key"),
        subscriptions.c.kind == bindparam("kind"),
        subscriptions.c.name == bindparam("name"),
    ),
    Subscription,
    unscoped="the appKey tells the tenant",
)
_enabled = Query(
    select(*_COLUMNS).where(subscriptions.c.enabled == 1).order_by(subscriptions.c.id),
    Subscription,
    unscoped="senders serve every tenant",
)
_count = Query(
    select(func.count()).select_from(subscriptions).where(subscriptions.c.app_key == bindparam("app_key")),
    unscoped="the appKey tells the tenant",
)
_newest_change = Query(
    select(func.coalesce(func.max(change_log.c.id), 0)), unscoped="only the number is read"
)
# Ids and times rise together but for transactions that overlap, so the lowest id is among the first few.
_soonest = (
    select(change_log.c.id)
    .where(change_log.c.created_ms >= bindparam("since", type_=INT))
    .order_by(change_log.c.created_ms)
    .limit(1000)
    .subquery()
)
_first_since = Query(
    select(func.coalesce(func.min(_soonest.c.id), 0)).select_from(_soonest),
    unscoped="only the number is read",
)


async def get_subscription(scope: Scope, db: Reader, *, subscription_id: int) -> Subscription:
    """Raises NotFound."""
    subscription = await _of_id.one(db, scope, row_id=subscription_id)
    if subscription is None:
        raise NotFound(what="subscription", id=subscription_id)
    return subscription


async def find_by_id(db: Reader, *, subscription_id: int) -> Subscription | None:
    """For senders, and for those who compare its key themselves."""
    return await _by_id.one(db, row_id=subscription_id)


async def list_subscriptions(scope: Scope, db: Reader) -> list[Subscription]:
    return await _listed.all(db, scope)


async def find_named(db: Reader, *, app_key: str, kind: str, name: str) -> Subscription | None:
    return await _named.one(db, app_key=app_key, kind=kind, name=name)


async def any_subscription(scope: Scope, db: Reader) -> bool:
    return await _any.scalar(db, scope) is not None


async def count_of_key(db: Reader, *, app_key: str) -> int:
    return int(await _count.scalar(db, app_key=app_key))


async def enabled_subscriptions(db: Reader) -> list[Subscription]:
    """All that are to be served, of every tenant."""
    return await _enabled.all(db)


async def newest_change(db: Reader) -> int:
    """The highest id in the change log, 0 when it is empty."""
    return int(await _newest_change.scalar(db))


async def first_change_since(db: Reader, *, since_ms: int) -> int:
    """The lowest id written at or after `since_ms`, 0 when there is none."""
    return int(await _first_since.scalar(db, since=since_ms))
