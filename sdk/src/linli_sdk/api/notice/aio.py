"""The methods of `notice` on asyncio. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.notice import contracts
from linli_sdk.api.notice.models import (
    NewPublication,
    NoticeAdd,
    NoticeDelete,
    NoticeDetail,
    NoticeGet,
    NoticePage,
    NoticeQuery,
    NoticeUpdate,
)
from linli_sdk.service import AsyncService


class AsyncNotice(AsyncService):
    """The 5 methods of service `notice`, as a key is granted it."""

    async def add_notice(
        self,
        *,
        title: str,
        publications: list[NewPublication],
        type: int,
        is_top: int,
        publish_type: int,
        community_id: int | None = None,
        space_ids: list[str | int] | None = None,
    ) -> str:
        """Publish a notice / 添加消息

        `/solution/community/notice/add` 1.0.3. Needs a community: `client.at(community_id)`.

        Published at once; `community/message/change` tells of it. Answers the message id as a text.

        Channels 1 and 2 are delivered here, by the residents' pages and their notifications. Channel 4 is not: a system
        with speakers is told of the notice and reads it with `notice/query`; with 4 alone it is not on phones.

        Args:
            title: 标题，最多 20 字，数字、中英文 / at most 20, letters, digits, Chinese
            publications: 图文，最多 5 组 / at most 5 groups
            type: 1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience
            is_top: 1 置顶 0 不置顶 / 1 pinned, 0 not
            publish_type: 1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to subscribers alone, who bring it to speakers
            community_id: 小区 id / community id
            space_ids: 目标空间，空为全小区 / target spaces; none: the whole community
        """
        return await self._call(
            contracts.ADD_NOTICE,
            NoticeAdd(
                title=title,
                publications=publications,
                type=type,
                is_top=is_top,
                publish_type=publish_type,
                community_id=community_id,
                space_ids=space_ids,
            ),
        )

    async def delete_notices(self, *, message_ids: list[int], community_id: int | None = None) -> None:
        """Delete notices / 删除消息

        `/solution/community/notice/delete` 1.0.0. Needs a community: `client.at(community_id)`.

        All of them or none. The property can bring a notice back in the console.

        Args:
            message_ids: 消息 id 列表，最多 100 / message ids, at most 100
            community_id: 小区 id / community id
        """
        return await self._call(
            contracts.DELETE_NOTICES, NoticeDelete(message_ids=message_ids, community_id=community_id)
        )

    async def get_notice(self, *, message_id: int, community_id: int | None = None) -> NoticeDetail:
        """Read a notice / 获取消息详情

        `/solution/community/notice/get` 1.0.6. Needs a community: `client.at(community_id)`.

        Args:
            message_id: 消息 id / message id
            community_id: 小区 id / community id
        """
        return await self._call(
            contracts.GET_NOTICE, NoticeGet(message_id=message_id, community_id=community_id)
        )

    async def query_notices(
        self,
        *,
        page_no: int,
        page_size: int,
        community_id: int | None = None,
        publish_type: int | None = None,
        type: int | None = None,
        top_first: int | None = None,
        space_id: str | int | None = None,
    ) -> NoticePage:
        """Query notices / 查询消息

        `/solution/community/notice/query` 1.0.9. Needs a community: `client.at(community_id)`.

        Newest first, pinned ones before the others unless topFirst is 0.

        Args:
            page_no: 页码，从 1 起 / page, from 1
            page_size: 每页数量，最多 100 / page size, at most 100
            community_id: 小区 id / community id
            publish_type: 0 全部；1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to subscribers alone, who bring it to speakers, 0: all
            type: 1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience
            top_first: 1 置顶优先（默认） 0 忽略 / 1 pinned first, 0 not
            space_id: 能收到消息的空间 / a space: leaves the notices that reach it
        """
        return await self._call(
            contracts.QUERY_NOTICES,
            NoticeQuery(
                page_no=page_no,
                page_size=page_size,
                community_id=community_id,
                publish_type=publish_type,
                type=type,
                top_first=top_first,
                space_id=space_id,
            ),
        )

    async def update_notice(self, *, message_id: int, is_top: int, community_id: int | None = None) -> None:
        """Pin or unpin a notice / 更新消息

        `/solution/community/notice/update` 1.0.0. Needs a community: `client.at(community_id)`.

        Only whether it stands on top can be changed.

        Args:
            message_id: 消息 id / message id
            is_top: 1 置顶 0 不置顶 / 1 pinned, 0 not
            community_id: 小区 id / community id
        """
        return await self._call(
            contracts.UPDATE_NOTICE,
            NoticeUpdate(message_id=message_id, is_top=is_top, community_id=community_id),
        )
