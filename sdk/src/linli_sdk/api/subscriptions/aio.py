"""The methods of `subscriptions` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.subscriptions import contracts
from linli_sdk.api.subscriptions.models import (
    Confirm,
    Create,
    Created,
    DeadAsked,
    DeadPage,
    OfSubscription,
    ReplayFrom,
    Resend,
    Shown,
    Ticket,
    Update,
)
from linli_sdk.service import AsyncService


class AsyncSubscriptions(AsyncService):
    """The 10 methods of service `data`, as a key is granted it."""

    async def confirm(self, *, subscription_id: int, last_event_id: int) -> None:
        """Confirm what was processed of an event stream / 确认已处理的消息

        `/message/subscription/ack` 1.0.0.

        For streams opened with `ack=manual`: everything up to this message is processed.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
            last_event_id: 已处理的最后一条消息的 id / the id of the last message that you have processed
        """
        return await self._call(
            contracts.CONFIRM, Confirm(subscription_id=subscription_id, last_event_id=last_event_id)
        )

    async def create(
        self,
        *,
        kind: str,
        name: str,
        kinds: list[str] | None = None,
        models: list[str] | None = None,
        products: list[str] | None = None,
        devices: list[str] | None = None,
        communities: list[int] | None = None,
        url: str | None = None,
    ) -> Created:
        """Create a subscription / 新建消息订阅

        `/message/subscription/create` 1.0.0.

        A durable queue of the calling AppKey, from the next message on.

        Args:
            kind: 推送方式：webhook、sse 或 amqp / webhook, sse or amqp
            kinds: 种类：space、message、user、data、call；设备消息：property、event、service_reply、status、lifecycle、topology、ota / space, message, user, data, call; about devices: property, event, service_reply, status, lifecycle, topology, ota
            models: 数据模型，用于 data 类 / data models, for kind data
            products: productKey 列表，用于设备消息 / productKeys, for messages about devices
            devices: iotId 列表，用于设备消息 / iotIds, for messages about devices
            communities: 小区 id 列表 / community ids
            url: webhook 的地址 / of a webhook
        """
        return await self._call(
            contracts.CREATE,
            Create(
                kind=kind,
                name=name,
                kinds=kinds,
                models=models,
                products=products,
                devices=devices,
                communities=communities,
                url=url,
            ),
        )

    async def dead(
        self, *, subscription_id: int, page_no: int | None = None, page_size: int | None = None
    ) -> DeadPage:
        """List messages that were given up / 查询未能送达的消息

        `/message/subscription/dead/list` 1.0.0.

        Messages given up, with the reason, newest first.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
        """
        return await self._call(
            contracts.DEAD, DeadAsked(subscription_id=subscription_id, page_no=page_no, page_size=page_size)
        )

    async def resend(self, *, subscription_id: int, message_id: int | None = None) -> int:
        """Send messages again that were given up / 重发未能送达的消息

        `/message/subscription/dead/resend` 1.0.0.

        One message or all of them; answers how many.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
            message_id: 一条消息的 id；不填为全部已放弃的消息 / one message; without it everything given up
        """
        return await self._call(
            contracts.RESEND, Resend(subscription_id=subscription_id, message_id=message_id)
        )

    async def delete(self, *, subscription_id: int) -> None:
        """Delete a subscription / 删除消息订阅

        `/message/subscription/delete` 1.0.0.

        Remove a subscription with everything it still held.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
        """
        return await self._call(contracts.DELETE, OfSubscription(subscription_id=subscription_id))

    async def list_all(self) -> list[Shown]:
        """List subscriptions and how far they are / 查询消息订阅

        `/message/subscription/list` 1.0.0.

        Every subscription of the project's keys.
        """
        return await self._call(contracts.LIST_ALL)

    async def replay_from(self, *, subscription_id: int, since: int) -> None:
        """Replay from a point in time / 从某一时间重放消息

        `/message/subscription/replay` 1.0.0.

        Send everything from a time on again, as far back as is kept.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
            since: 毫秒时间；重新推送此后的全部消息，0 为不改变进行中的重放 / UTC ms; everything from then on is sent again. 0 leaves a replay under way
        """
        return await self._call(
            contracts.REPLAY_FROM, ReplayFrom(subscription_id=subscription_id, since=since)
        )

    async def test(self, *, subscription_id: int) -> int:
        """Send a test message / 发送测试消息

        `/message/subscription/test` 1.0.0.

        Put a test message into one queue; answers its number.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
        """
        return await self._call(contracts.TEST, OfSubscription(subscription_id=subscription_id))

    async def ticket(self, *, subscription_id: int) -> Ticket:
        """Get a ticket for an event stream / 获取事件流凭据

        `/message/subscription/ticket/get` 1.0.0.

        For clients that cannot sign, as a browser's EventSource: an address that opens the stream for an hour.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
        """
        return await self._call(contracts.TICKET, OfSubscription(subscription_id=subscription_id))

    async def update(
        self,
        *,
        subscription_id: int,
        enabled: bool | None = None,
        name: str | None = None,
        url: str | None = None,
        kinds: list[str] | None = None,
        models: list[str] | None = None,
        products: list[str] | None = None,
        devices: list[str] | None = None,
        communities: list[int] | None = None,
    ) -> None:
        """Change, pause or resume a subscription / 修改、暂停或恢复消息订阅

        `/message/subscription/update` 1.0.0.

        Set what is given.

        Args:
            subscription_id: 订阅 id，由新建和查询接口返回 / as `create` and `list` tell it
        """
        return await self._call(
            contracts.UPDATE,
            Update(
                subscription_id=subscription_id,
                enabled=enabled,
                name=name,
                url=url,
                kinds=kinds,
                models=models,
                products=products,
                devices=devices,
                communities=communities,
            ),
        )
