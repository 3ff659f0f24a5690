"""Open API: notices. Spec B §3.19, A100-A104. Drafts and scheduled notices of the console are not visible here."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.service import uploads
from linli.domains.notices import queries, service
from linli.domains.notices.rows import PUBLISHED, Notice
from linli.domains.notices.schemas import Content, Publication, check_flag
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

_TYPES = (
    "1 社区公告 2 账单通知 3 缴费结果 4 业务受理 5 业务办结 6 小区通知 7 活动推荐 8 物业服务 9 便民生活 / 1 community, "
    "2 bill, 3 payment result, 4 accepted, 5 finished, 6 compound, 7 activity, 8 property service, 9 convenience"
)
_CHANNELS = (
    "1 支付宝生活号 2 支付宝小程序 4 天猫精灵，可相加。1、2 发到住户手机页面并通知；4 只通知订阅方，由其送到音箱 / "
    "bits: 1 life account, 2 mini-program, 4 speaker. 1 and 2 reach the residents' pages and notify them; 4 is told to "
    "subscribers alone, who bring it to speakers"
)
_TOP = "1 置顶 0 不置顶 / 1 pinned, 0 not"
type SpaceId = str | int
type CommunityId = Annotated[int | None, Meta(description="小区 id / community id")]
type MessageId = Annotated[int, Meta(description="消息 id / message id")]


def _same_community(call: Call, community_id: int | None) -> int:
    """The community of the token. Raises NotFound when a parameter names another (spec B §3.2)."""
    assert call.community_id is not None  # token="required"
    if community_id not in (None, call.community_id):
        raise NotFound(what="community", id=community_id)
    return call.community_id


def _space_number(value: SpaceId) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what="space", id=text[:64])
    return int(text)


class NewPublication(msgspec.Struct, rename="camel"):
    text: Annotated[str, Meta(description="文本，最多 1000 字 / at most 1000 characters")]
    upload_id: Annotated[str | None, Meta(description="图片 uploadId / picture")] = None


class NoticeAdd(msgspec.Struct, rename="camel"):
    title: Annotated[
        str, Meta(description="标题，最多 20 字，数字、中英文 / at most 20, letters, digits, Chinese")
    ]
    publications: Annotated[list[NewPublication], Meta(description="图文，最多 5 组 / at most 5 groups")]
    type: Annotated[int, Meta(description=_TYPES)]
    is_top: Annotated[int, Meta(description=_TOP)]
    publish_type: Annotated[int, Meta(description=_CHANNELS)]
    community_id: CommunityId = None
    space_ids: Annotated[
        list[SpaceId] | None,
        Meta(description="目标空间，空为全小区 / target spaces; none: the whole community"),
    ] = None


@method(
    "/solution/community/notice/add",
    "1.0.3",
    service="notice",
    raises=(NotFound, BadInput),
    title="添加消息",
    title_en="Publish a notice",
    contract=Contract(source="spec B 3.19 A100"),
)
async def add_notice(data: NoticeAdd, call: Call, scope: Scope, tx: Tx, clock: Clock) -> str:
    """Published at once; `community/message/change` tells of it. Answers the message id as a text.

    Channels 1 and 2 are delivered here, by the residents' pages and their notifications. Channel 4 is not: a system
    with speakers is told of the notice and reads it with `notice/query`; with 4 alone it is not on phones.
    """
    community_id = _same_community(call, data.community_id)
    content = Content(
        data.title,
        [Publication(group.text, group.upload_id or "") for group in data.publications],
        data.type,
        data.publish_type,
        data.is_top,
        [_space_number(space_id) for space_id in data.space_ids or ()],
    )
    now_ms = clock.now_ms()
    notice_id = await service.draft(scope, tx, community_id=community_id, content=content, now_ms=now_ms)
    await service.publish(scope, tx, notice_id=notice_id, now_ms=now_ms)
    return str(notice_id)


class NoticeUpdate(msgspec.Struct, rename="camel"):
    message_id: MessageId
    is_top: Annotated[int, Meta(description=_TOP)]
    community_id: CommunityId = None


@method(
    "/solution/community/notice/update",
    "1.0.0",
    service="notice",
    raises=(NotFound, BadInput),
    title="更新消息",
    title_en="Pin or unpin a notice",
    contract=Contract(source="spec B 3.19 A101"),
)
async def update_notice(data: NoticeUpdate, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Only whether it stands on top can be changed."""
    _same_community(call, data.community_id)
    await service.pin(
        scope, tx, notice_id=data.message_id, is_top=data.is_top, now_ms=clock.now_ms(), published=True
    )


class NoticeQuery(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    community_id: CommunityId = None
    publish_type: Annotated[int | None, Meta(description=f"0 全部；{_CHANNELS}, 0: all")] = None
    type: Annotated[int | None, Meta(description=_TYPES)] = None
    top_first: Annotated[
        int | None, Meta(description="1 置顶优先（默认） 0 忽略 / 1 pinned first, 0 not")
    ] = None
    space_id: Annotated[
        SpaceId | None, Meta(description="能收到消息的空间 / a space: leaves the notices that reach it")
    ] = None


class PublishedGroup(msgspec.Struct, rename="camel"):
    text: Annotated[str, Meta(description="文本 / text")]
    picture_url: Annotated[str | None, Meta(description="图片地址 / picture URL, valid for a while")]


class NoticeRow(msgspec.Struct, rename="camel"):
    message_id: MessageId
    title: Annotated[str, Meta(description="标题 / title")]
    publications: list[PublishedGroup]
    type: Annotated[int, Meta(description=_TYPES)]
    is_top: Annotated[int, Meta(description=_TOP)]
    gmt_create: Annotated[int, Meta(description="发布时间，毫秒 / published, ms")]
    publish_type: Annotated[int, Meta(description=_CHANNELS)]
    publish_range: Annotated[int, Meta(description="0 全小区 1 指定空间 / 0 whole community, 1 given spaces")]
    space_ids: Annotated[list[str], Meta(description="目标空间 / target spaces")]


class NoticePage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[NoticeRow]


@method(
    "/solution/community/notice/query",
    "1.0.9",
    service="notice",
    raises=(NotFound, BadInput),
    title="查询消息",
    title_en="Query notices",
    contract=Contract(source="spec B 3.19 A102"),
)
async def query_notices(
    data: NoticeQuery, call: Call, scope: Scope, db: Database, objects: ObjectStore
) -> NoticePage:
    """Newest first, pinned ones before the others unless topFirst is 0."""
    community_id = _same_community(call, data.community_id)
    top_first = 1 if data.top_first is None else data.top_first
    check_flag(top_first, "topFirst")
    if data.publish_type is not None and not 0 <= data.publish_type <= 7:
        raise BadInput(field="publishType", rule="range", low=0, high=7)
    page = await queries.page(
        scope,
        db,
        community_id,
        PageRequest.of(data.page_no, data.page_size),
        where=queries.NoticeFilter(
            state=PUBLISHED,
            type=data.type,
            space_id=None if data.space_id in (None, "") else _space_number(data.space_id or ""),
        ),
        order="top" if top_first else "published",
        channels=data.publish_type or 0,
    )
    aims = await queries.targets(scope, db, [row.notice_id for row in page.data])
    rows = [
        NoticeRow(
            message_id=row.notice_id,
            title=row.title,
            publications=await published_groups(scope, db, objects, row),
            type=row.type,
            is_top=row.is_top,
            gmt_create=row.publish_ms,
            publish_type=row.publish_type,
            publish_range=row.in_spaces,
            space_ids=[str(space_id) for space_id in aims.get(row.notice_id, ())],
        )
        for row in page.data
    ]
    return NoticePage(page.total, page.page_no, page.page_size, rows)


async def published_groups(
    scope: Scope, db: Reader, objects: ObjectStore, row: Notice
) -> list[PublishedGroup]:
    """The groups of a notice with addresses under which the pictures can be read for a while.

    Every reader of the notice may see its pictures, so they are looked up for the whole tenant.
    """
    whole = Scope.system(row.tenant_id, "notices")
    groups = []
    for group in row.groups:
        upload = await uploads.find(whole, db, group.upload_id) if group.upload_id else None
        url = objects.url(upload.object_key, expires_s=uploads.URL_SECONDS) if upload else None
        groups.append(PublishedGroup(group.text, url))
    return groups


class NoticeDelete(msgspec.Struct, rename="camel"):
    message_ids: Annotated[list[int], Meta(description="消息 id 列表，最多 100 / message ids, at most 100")]
    community_id: CommunityId = None


@method(
    "/solution/community/notice/delete",
    "1.0.0",
    service="notice",
    raises=(NotFound, BadInput),
    title="删除消息",
    title_en="Delete notices",
    contract=Contract(source="spec B 3.19 A103"),
)
async def delete_notices(data: NoticeDelete, call: Call, scope: Scope, tx: Tx, clock: Clock) -> None:
    """All of them or none. The property can bring a notice back in the console."""
    _same_community(call, data.community_id)
    await service.remove(scope, tx, notice_ids=data.message_ids, now_ms=clock.now_ms(), published=True)


class NoticeGet(msgspec.Struct, rename="camel"):
    message_id: MessageId
    community_id: CommunityId = None


class NoticeDetail(msgspec.Struct, rename="camel"):
    message_id: MessageId
    title: Annotated[str, Meta(description="标题 / title")]
    publications: list[PublishedGroup]
    type: Annotated[int, Meta(description=_TYPES)]
    is_top: Annotated[int, Meta(description=_TOP)]
    gmt_create: Annotated[int, Meta(description="发布时间，毫秒 / published, ms")]
    publish_range: Annotated[int, Meta(description="0 全小区 1 指定空间 / 0 whole community, 1 given spaces")]
    space_ids: Annotated[list[str], Meta(description="目标空间 / target spaces")]


@method(
    "/solution/community/notice/get",
    "1.0.6",
    service="notice",
    raises=(NotFound,),
    title="获取消息详情",
    title_en="Read a notice",
    contract=Contract(source="spec B 3.19 A104"),
)
async def get_notice(
    data: NoticeGet, call: Call, scope: Scope, db: Database, objects: ObjectStore
) -> NoticeDetail:
    _same_community(call, data.community_id)
    row = await queries.notice(scope, db, data.message_id, published=True)
    aims = await queries.targets(scope, db, [row.notice_id])
    return NoticeDetail(
        message_id=row.notice_id,
        title=row.title,
        publications=await published_groups(scope, db, objects, row),
        type=row.type,
        is_top=row.is_top,
        gmt_create=row.publish_ms,
        publish_range=row.in_spaces,
        space_ids=[str(space_id) for space_id in aims.get(row.notice_id, ())],
    )
