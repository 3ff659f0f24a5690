"""What the methods of `subscriptions` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class Confirm(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""
    last_event_id: int = field(name="lastEventId")
    """The id of the last message that you have processed."""


class Create(Model, kw_only=True):
    kinds: list[str] | None = None
    """space, message, user, data, call; about devices: property, event, service_reply, status, lifecycle, topology, ota."""
    models: list[str] | None = None
    """Data models, for kind data."""
    products: list[str] | None = None
    """productKeys, for messages about devices."""
    devices: list[str] | None = None
    """iotIds, for messages about devices."""
    communities: list[int] | None = None
    """Community ids."""
    kind: str
    """webhook, sse or amqp"""
    name: str
    url: str | None = None
    """Of a webhook."""


class Created(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    secret: str
    """Of a webhook, for checking signatures; told this once."""


class DeadAsked(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""
    page_no: int | None = field(default=None, name="pageNo")
    page_size: int | None = field(default=None, name="pageSize")


class DeadPage(Model, kw_only=True):
    total: int
    items: list[Dead]


class Dead(Model, kw_only=True):
    message_id: int = field(name="messageId")
    attempts: int
    reason: str
    time: int
    topic: str
    payload: str


class Resend(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""
    message_id: int | None = field(default=None, name="messageId")
    """One message; without it everything given up."""


class OfSubscription(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""


class Shown(Model, kw_only=True):
    kinds: list[str] = []
    """space, message, user, data, call; about devices: property, event, service_reply, status, lifecycle, topology, ota."""
    models: list[str] = []
    """Data models, for kind data."""
    products: list[str] = []
    """productKeys, for messages about devices."""
    devices: list[str] = []
    """iotIds, for messages about devices."""
    communities: list[int] = []
    """Community ids."""
    subscription_id: int = field(name="subscriptionId")
    kind: str
    name: str
    url: str
    enabled: bool
    backlog: int
    """Messages not yet delivered."""
    oldest_ms: int | None = field(name="oldestMs")
    """When the first of them was told, UTC ms."""
    parked: int
    """Messages given up."""
    last_error: str = field(name="lastError")
    replaying: float | None
    """How far a replay is, 0 to 1; null: none."""


class ReplayFrom(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""
    since: int
    """UTC ms; everything from then on is sent again. 0 leaves a replay under way."""


class Ticket(Model, kw_only=True):
    url: str
    """Open it with EventSource; the ticket is in it."""
    expires: int
    """UTC ms; until then it opens and re-opens the stream."""


class Update(Model, kw_only=True):
    """Absent fields stay unchanged."""

    subscription_id: int = field(name="subscriptionId")
    """As `create` and `list` tell it."""
    enabled: bool | None = None
    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    models: list[str] | None = None
    products: list[str] | None = None
    devices: list[str] | None = None
    communities: list[int] | None = None
