"""What the methods of `subscriptions` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class Confirm(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""
    last_event_id: int = field(name="lastEventId")
    """已处理的最后一条消息的 id / the id of the last message that you have processed"""


class Create(Model, kw_only=True):
    kinds: list[str] | None = None
    """种类：space、message、user、data、call；设备消息：property、event、service_reply、status、lifecycle、topology、ota / space, message, user, data, call; about devices: property, event, service_reply, status, lifecycle, topology, ota"""
    models: list[str] | None = None
    """数据模型，用于 data 类 / data models, for kind data"""
    products: list[str] | None = None
    """productKey 列表，用于设备消息 / productKeys, for messages about devices"""
    devices: list[str] | None = None
    """iotId 列表，用于设备消息 / iotIds, for messages about devices"""
    communities: list[int] | None = None
    """小区 id 列表 / community ids"""
    kind: str
    """推送方式：webhook、sse 或 amqp / webhook, sse or amqp"""
    name: str
    url: str | None = None
    """webhook 的地址 / of a webhook"""


class Created(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    secret: str
    """webhook 验签密钥，只返回这一次 / of a webhook, for checking signatures; told this once"""


class DeadAsked(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""
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
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""
    message_id: int | None = field(default=None, name="messageId")
    """一条消息的 id；不填为全部已放弃的消息 / one message; without it everything given up"""


class OfSubscription(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""


class Shown(Model, kw_only=True):
    kinds: list[str] = []
    """种类：space、message、user、data、call；设备消息：property、event、service_reply、status、lifecycle、topology、ota / space, message, user, data, call; about devices: property, event, service_reply, status, lifecycle, topology, ota"""
    models: list[str] = []
    """数据模型，用于 data 类 / data models, for kind data"""
    products: list[str] = []
    """productKey 列表，用于设备消息 / productKeys, for messages about devices"""
    devices: list[str] = []
    """iotId 列表，用于设备消息 / iotIds, for messages about devices"""
    communities: list[int] = []
    """小区 id 列表 / community ids"""
    subscription_id: int = field(name="subscriptionId")
    kind: str
    name: str
    url: str
    enabled: bool
    backlog: int
    """尚未送达的消息数 / messages not yet delivered"""
    oldest_ms: int | None = field(name="oldestMs")
    """其中最早一条的时间，毫秒 / when the first of them was told, UTC ms"""
    parked: int
    """已放弃的消息数 / messages given up"""
    last_error: str = field(name="lastError")
    replaying: float | None
    """重放进度，0 至 1；没有重放时为 null / how far a replay is, 0 to 1; null: none"""


class ReplayFrom(Model, kw_only=True):
    subscription_id: int = field(name="subscriptionId")
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""
    since: int
    """毫秒时间；重新推送此后的全部消息，0 为不改变进行中的重放 / UTC ms; everything from then on is sent again. 0 leaves a replay under way"""


class Ticket(Model, kw_only=True):
    url: str
    """用 EventSource 打开；其中已含凭据 / open it with EventSource; the ticket is in it"""
    expires: int
    """有效期，毫秒；在此之前可打开和重连 / UTC ms; until then it opens and re-opens the stream"""


class Update(Model, kw_only=True):
    """Absent fields stay unchanged."""

    subscription_id: int = field(name="subscriptionId")
    """订阅 id，由新建和查询接口返回 / as `create` and `list` tell it"""
    enabled: bool | None = None
    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    models: list[str] | None = None
    products: list[str] | None = None
    devices: list[str] | None = None
    communities: list[int] | None = None
