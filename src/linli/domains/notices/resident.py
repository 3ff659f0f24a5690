"""Notices that reach residents' houses. The property gets a receipt when a notice is opened."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.communities.service import uploads
from linli.domains.notices import queries, service
from linli.domains.notices.rows import PUBLISHED, Notice
from linli.domains.notices.schemas import PHONES
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class NoticeHead(msgspec.Struct, rename="camel", frozen=True):
    id: str
    title: str
    type: Annotated[int, Meta(description="NOTICE_TYPE, 1 to 9")]
    is_top: bool
    publish_ms: int
    read: bool
    """The caller has opened it."""
    summary: Annotated[str, Meta(description="The beginning of its first text.")]


class NoticePart(msgspec.Struct, rename="camel", frozen=True):
    text: str
    picture_url: Annotated[str, Meta(description="Valid for some minutes; empty without a picture.")]


class NoticeToRead(NoticeHead, rename="camel", frozen=True):
    parts: list[NoticePart]


SUMMARY = 60


def _head(row: Notice, read: set[int]) -> NoticeHead:
    first = " ".join(row.groups[0].text.split()) if row.groups else ""
    return NoticeHead(
        str(row.notice_id),
        row.title,
        row.type,
        bool(row.is_top),
        row.publish_ms,
        row.notice_id in read,
        first[:SUMMARY],
    )


def _houses(resident: Resident, community_id: int) -> list[int]:
    return [home.house_id for home in resident.living_in if home.community_id == community_id]


async def _reaches(scope: Scope, db: Reader, notice: Notice, house_ids: list[int]) -> bool:
    if not notice.in_spaces:
        return True
    aims = set((await queries.targets(scope, db, [notice.notice_id])).get(notice.notice_id, ()))
    for house_id in house_ids:
        way = space_rules.path_ids((await spaces.space(scope, db, house_id)).path)
        if aims.intersection(way):
            return True
    return False


routes = Routes("/communities/{community_id:int}/notices", tags=("notices",))


class MyNoticeFilter(Filter, frozen=True):
    """A resident's notices, as their list is asked for."""

    house_id: Annotated[int | None, Meta(description="None: the first house lived in there.")] = None


@routes.get(raises=(NotFound,))
async def list_notices(
    community_id: int, resident: Resident, db: Database, page: PageRequest, where: MyNoticeFilter
) -> Page[NoticeHead]:
    """Notices published to the community and to the house, pinned ones first."""
    scope = resident.scope(community_id)
    home = resident.living(community_id) if where.house_id is None else resident.home(where.house_id)
    if home.community_id != community_id:
        raise NotFound(what="house", id=where.house_id)
    matches = await queries.page(
        scope,
        db,
        community_id,
        page,
        where=queries.NoticeFilter(state=PUBLISHED, space_id=home.house_id),
        order="top",
        channels=PHONES,
    )
    read = await queries.read_by(scope, db, home.person_id, [row.notice_id for row in matches.data])
    return Page.of(page, matches.total, [_head(row, read) for row in matches.data])


@routes.get("/{notice_id:int}", raises=(NotFound,))
async def open_notice(
    community_id: int, notice_id: int, resident: Resident, tx: Tx, objects: ObjectStore, clock: Clock
) -> NoticeToRead:
    """Read one; the first time is its receipt."""
    scope = resident.scope(community_id)
    notice = await queries.notice(scope, tx, notice_id, published=True)
    houses = _houses(resident, community_id)
    on_phones = notice.community_id == community_id and notice.publish_type & PHONES
    if not on_phones or not await _reaches(scope, tx, notice, houses):
        raise NotFound(what="notice", id=notice_id)
    person_id = resident.living(community_id).person_id
    await service.note_read(scope, tx, notice_id=notice_id, person_id=person_id, now_ms=clock.now_ms())
    parts = []
    whole = Scope.system(notice.tenant_id, "notices")
    for group in notice.groups:
        upload = await uploads.find(whole, tx, group.upload_id) if group.upload_id else None
        url = objects.url(upload.object_key, expires_s=uploads.URL_SECONDS) if upload else ""
        parts.append(NoticePart(group.text, url))
    head = _head(notice, {notice_id})
    return NoticeToRead(**msgspec.structs.asdict(head), parts=parts)


ROUTES = (routes,)
