"""What the methods of `notice` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class NoticeAdd(Model, kw_only=True):
    title: str
    """标题，最多 20 字，数字、中英文 / at most 20, letters, digits, Chinese"""
    publications: list[NewPublication]
    """图文，最多 5 组 / at most 5 groups"""
    type: int
    """1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience"""
    is_top: int = field(name="isTop")
    """1 置顶 0 不置顶 / 1 pinned, 0 not"""
    publish_type: int = field(name="publishType")
    """1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to subscribers alone, who bring it to speakers"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    space_ids: list[str | int] | None = field(default=None, name="spaceIds")
    """目标空间，空为全小区 / target spaces; none: the whole community"""


class NewPublication(Model, kw_only=True):
    text: str
    """文本，最多 1000 字 / at most 1000 characters"""
    upload_id: str | None = field(default=None, name="uploadId")
    """图片 uploadId / picture"""


class NoticeDelete(Model, kw_only=True):
    message_ids: list[int] = field(name="messageIds")
    """消息 id 列表，最多 100 / message ids, at most 100"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""


class NoticeGet(Model, kw_only=True):
    message_id: int = field(name="messageId")
    """消息 id / message id"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""


class NoticeDetail(Model, kw_only=True):
    message_id: int = field(name="messageId")
    """消息 id / message id"""
    title: str
    """标题 / title"""
    publications: list[PublishedGroup]
    type: int
    """1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience"""
    is_top: int = field(name="isTop")
    """1 置顶 0 不置顶 / 1 pinned, 0 not"""
    gmt_create: int = field(name="gmtCreate")
    """发布时间，毫秒 / published, ms"""
    publish_range: int = field(name="publishRange")
    """0 全小区 1 指定空间 / 0 whole community, 1 given spaces"""
    space_ids: list[str] = field(name="spaceIds")
    """目标空间 / target spaces"""


class PublishedGroup(Model, kw_only=True):
    text: str
    """文本 / text"""
    picture_url: str | None = field(name="pictureUrl")
    """图片地址 / picture URL, valid for a while"""


class NoticeQuery(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    publish_type: int | None = field(default=None, name="publishType")
    """0 全部；1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to subscribers alone, who bring it to speakers, 0: all"""
    type: int | None = None
    """1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience"""
    top_first: int | None = field(default=None, name="topFirst")
    """1 置顶优先（默认） 0 忽略 / 1 pinned first, 0 not"""
    space_id: str | int | None = field(default=None, name="spaceId")
    """能收到消息的空间 / a space: leaves the notices that reach it"""


class NoticePage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[NoticeRow]


class NoticeRow(Model, kw_only=True):
    message_id: int = field(name="messageId")
    """消息 id / message id"""
    title: str
    """标题 / title"""
    publications: list[PublishedGroup]
    type: int
    """1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, 2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience"""
    is_top: int = field(name="isTop")
    """1 置顶 0 不置顶 / 1 pinned, 0 not"""
    gmt_create: int = field(name="gmtCreate")
    """发布时间，毫秒 / published, ms"""
    publish_type: int = field(name="publishType")
    """1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to subscribers alone, who bring it to speakers"""
    publish_range: int = field(name="publishRange")
    """0 全小区 1 指定空间 / 0 whole community, 1 given spaces"""
    space_ids: list[str] = field(name="spaceIds")
    """目标空间 / target spaces"""


class NoticeUpdate(Model, kw_only=True):
    message_id: int = field(name="messageId")
    """消息 id / message id"""
    is_top: int = field(name="isTop")
    """1 置顶 0 不置顶 / 1 pinned, 0 not"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
