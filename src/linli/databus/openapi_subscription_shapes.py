"""Parameters and results of the open API for subscriptions."""

from typing import Annotated

import msgspec
from msgspec import Meta

SubscriptionId = Annotated[
    int, Meta(description="订阅 id，由新建和查询接口返回 / as `create` and `list` tell it")
]


class Narrowed(msgspec.Struct, rename="camel"):
    """The filter of a subscription. An empty list takes all, except messages about devices: these need their kind
    named."""

    kinds: Annotated[
        list[str],
        Meta(
            description="种类：space、message、user、data、call；设备消息：property、event、service_reply、status、"
            "lifecycle、topology、ota / space, message, user, data, call; about devices: property, event, "
            "service_reply, status, lifecycle, topology, ota"
        ),
    ] = []
    models: Annotated[list[str], Meta(description="数据模型，用于 data 类 / data models, for kind data")] = []
    products: Annotated[
        list[str], Meta(description="productKey 列表，用于设备消息 / productKeys, for messages about devices")
    ] = []
    devices: Annotated[
        list[str], Meta(description="iotId 列表，用于设备消息 / iotIds, for messages about devices")
    ] = []
    communities: Annotated[list[int], Meta(description="小区 id 列表 / community ids")] = []


class Create(Narrowed, rename="camel", kw_only=True):
    kind: Annotated[str, Meta(description="推送方式：webhook、sse 或 amqp / webhook, sse or amqp")]
    name: str
    url: Annotated[str, Meta(description="webhook 的地址 / of a webhook")] = ""


class Created(msgspec.Struct, rename="camel"):
    subscription_id: int
    secret: Annotated[
        str,
        Meta(
            description="webhook 验签密钥，只返回这一次 / "
            "of a webhook, for checking signatures; told this once"
        ),
    ]


class Update(msgspec.Struct, rename="camel"):
    """Absent fields stay unchanged."""

    subscription_id: SubscriptionId
    enabled: bool | None = None
    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    models: list[str] | None = None
    products: list[str] | None = None
    devices: list[str] | None = None
    communities: list[int] | None = None


class OfSubscription(msgspec.Struct, rename="camel"):
    subscription_id: SubscriptionId


class Shown(Narrowed, rename="camel", kw_only=True):
    subscription_id: int
    kind: str
    name: str
    url: str
    enabled: bool
    backlog: Annotated[int, Meta(description="尚未送达的消息数 / messages not yet delivered")]
    oldest_ms: Annotated[
        int | None, Meta(description="其中最早一条的时间，毫秒 / when the first of them was told, UTC ms")
    ]
    parked: Annotated[int, Meta(description="已放弃的消息数 / messages given up")]
    last_error: str
    replaying: Annotated[
        float | None,
        Meta(description="重放进度，0 至 1；没有重放时为 null / how far a replay is, 0 to 1; null: none"),
    ]


class ReplayFrom(msgspec.Struct, rename="camel"):
    subscription_id: SubscriptionId
    since: Annotated[
        int,
        Meta(
            description="毫秒时间；重新推送此后的全部消息，0 为不改变进行中的重放 / "
            "UTC ms; everything from then on is sent again. 0 leaves a replay under way"
        ),
    ]


class Confirm(msgspec.Struct, rename="camel"):
    subscription_id: SubscriptionId
    last_event_id: Annotated[
        int,
        Meta(description="已处理的最后一条消息的 id / the id of the last message that you have processed"),
    ]


class Ticket(msgspec.Struct, rename="camel"):
    url: Annotated[
        str,
        Meta(description="用 EventSource 打开；其中已含凭据 / open it with EventSource; the ticket is in it"),
    ]
    expires: Annotated[
        int,
        Meta(
            description="有效期，毫秒；在此之前可打开和重连 / "
            "UTC ms; until then it opens and re-opens the stream"
        ),
    ]


class DeadAsked(msgspec.Struct, rename="camel"):
    subscription_id: SubscriptionId
    page_no: int | None = None
    page_size: int | None = None


class Dead(msgspec.Struct, rename="camel"):
    message_id: int
    attempts: int
    reason: str
    time: int
    topic: str
    payload: str


class DeadPage(msgspec.Struct, rename="camel"):
    total: int
    items: list[Dead]


class Resend(msgspec.Struct, rename="camel"):
    subscription_id: SubscriptionId
    message_id: Annotated[
        int | None,
        Meta(
            description="一条消息的 id；不填为全部已放弃的消息 / one message; without it everything given up"
        ),
    ] = None
