"""Web routes of notices: write, preview, publish, pin, delete, bring back, and see who read."""

from typing import Annotated, Any

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities import space_rules
from linli.domains.communities.addresses import in_words, with_word
from linli.domains.communities.console.picture_files import keep_picture
from linli.domains.communities.queries import spaces
from linli.domains.communities.service import uploads
from linli.domains.notices import queries, service
from linli.domains.notices.rows import PUBLISHED, STATES, Notice
from linli.domains.notices.schemas import COMPOUND, TARGETS_MAX, Content, Publication
from linli.domains.notices.service import NoticeOut, NotScheduled
from linli.domains.people.rights import Right
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

DELETED = "deleted"
_ORDERS = {DELETED: DELETED, PUBLISHED: "top"}
"""In which order the notices of a state are listed; others by their last change."""


class NoticeGroup(msgspec.Struct, rename="camel", frozen=True):
    text: str
    upload_id: str = ""
    picture_url: Annotated[str, Meta(description="Valid for some minutes; not read when sent.")] = ""


class NoticeTarget(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    """With the spaces above it, `03 / 01`; empty when the space is gone."""
    kind: str


class NoticeListRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    title: str
    type: Annotated[int, Meta(description="NOTICE_TYPE, 1 to 9")]
    is_top: bool
    state: Annotated[str, Meta(description="draft, scheduled, published")]
    publish_ms: Annotated[int, Meta(description="When it was published or is to be; 0 for a draft.")]
    changed_ms: int
    deleted_ms: int
    targets: list[NoticeTarget]
    """Empty: the whole community."""


class NoticeFull(NoticeListRow, rename="camel", frozen=True):
    groups: list[NoticeGroup]
    publish_type: int


class NoticeForm(msgspec.Struct, rename="camel", frozen=True):
    title: str
    groups: list[NoticeGroup]
    type: int = COMPOUND
    is_top: bool = False
    publish_type: Annotated[int, Meta(description="Channels: bits 1, 2 and 4")] = 7
    space_ids: Annotated[list[int], Meta(description="None: the whole community")] = []


class PublishForm(msgspec.Struct, rename="camel", frozen=True):
    at_ms: Annotated[int | None, Meta(description="UTC ms; None: now")] = None


class PinForm(msgspec.Struct, rename="camel", frozen=True):
    is_top: bool


class NoticeReader(msgspec.Struct, rename="camel", frozen=True):
    name: str
    read_ms: int


class NoticeReach(msgspec.Struct, rename="camel", frozen=True):
    residents: int
    """The present residents of the notice's spaces."""
    read: int
    last: list[NoticeReader]
    terminals: Annotated[int, Meta(description="Indoor terminals that have read it.")]


class SpaceChoice(msgspec.Struct, rename="camel", frozen=True):
    space_ids: Annotated[list[int], Meta(max_length=TARGETS_MAX, description="None: the whole community")]


class WouldReach(msgspec.Struct, rename="camel", frozen=True):
    residents: Annotated[int, Meta(description="Who live there now.")]


class NoticePicture(msgspec.Struct, rename="camel", frozen=True):
    upload_id: str
    url: str


class NoticePictureFile(msgspec.Struct):
    file: UploadFile


def _content(form: NoticeForm) -> Content:
    groups = [Publication(group.text, group.upload_id) for group in form.groups]
    return Content(form.title, groups, form.type, form.publish_type, int(form.is_top), form.space_ids)


async def _list_rows(scope: Scope, db: Reader, notices: list[Notice]) -> list[NoticeListRow]:
    aims = await queries.targets(scope, db, [row.notice_id for row in notices])
    spaces_by_id = await spaces.spaces_by_id(
        scope, db, sorted({space_id for row in aims.values() for space_id in row})
    )
    ways = {space_id: space_rules.path_ids(space.path)[1:] for space_id, space in spaces_by_id.items()}
    steps = await spaces.spaces_by_id(scope, db, sorted({step for way in ways.values() for step in way}))

    def target(space_id: int) -> NoticeTarget:
        levels = [
            with_word(steps[step].kind, steps[step].name) for step in ways.get(space_id, ()) if step in steps
        ]
        return NoticeTarget(
            str(space_id),
            in_words("/".join(levels), scope.language),
            spaces_by_id[space_id].kind if space_id in spaces_by_id else "",
        )

    return [
        NoticeListRow(
            id=str(row.notice_id),
            title=row.title,
            type=row.type,
            is_top=bool(row.is_top),
            state=row.state,
            publish_ms=row.publish_ms,
            changed_ms=row.changed_ms,
            deleted_ms=row.deleted_ms,
            targets=[target(space_id) for space_id in aims.get(row.notice_id, ())],
        )
        for row in notices
    ]


async def _full(scope: Scope, db: Reader, objects: ObjectStore, row: Notice) -> NoticeFull:
    (notice_list,) = await _list_rows(scope, db, [row])
    whole = Scope.system(row.tenant_id, "notices")
    groups = []
    for group in row.groups:
        upload = await uploads.find(whole, db, group.upload_id) if group.upload_id else None
        url = objects.url(upload.object_key, expires_s=uploads.URL_SECONDS) if upload else ""
        groups.append(NoticeGroup(group.text, group.upload_id, url))
    return NoticeFull(**msgspec.structs.asdict(notice_list), groups=groups, publish_type=row.publish_type)


async def _of(
    scope: Scope, db: Reader, community_id: int, notice_id: int, *, deleted: bool = False
) -> Notice:
    """A notice of this community. Raises NotFound."""
    await spaces.require_root(scope, db, community_id)
    notice = await queries.notice(scope, db, notice_id, deleted=deleted)
    if notice.community_id != community_id:
        raise NotFound(what="notice", id=notice_id)
    return notice


routes = Routes("/communities/{community_id:int}/notices", tags=("notices",))


class NoticeListFilter(queries.NoticeFilter, frozen=True):
    """Notices in an order."""

    sort: Annotated[
        str, Meta(description="title, when or changed, with - backwards; changed: newest first.")
    ] = ""


@routes.get(right=Right.NOTICES_SEE)
async def list_notices(
    community_id: int, where: NoticeListFilter, page: PageRequest, scope: Scope, db: Database
) -> Page[NoticeListRow]:
    """Published ones pinned first and newest first; all others by their last change."""
    if where.sort and where.sort not in queries.SORTS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.SORTS))
    if where.state not in ("", DELETED, *STATES):
        raise BadInput(field="state", rule="one_of", allowed=", ".join((*STATES, DELETED)))
    await spaces.require_root(scope, db, community_id)
    order = where.sort or _ORDERS.get(where.state, "changed")
    matches = await queries.page(scope, db, community_id, page, where=where, order=order)
    return Page.of(page, matches.total, await _list_rows(scope, db, matches.data))


@routes.post(right=Right.NOTICES_MANAGE)
async def write_notice(
    community_id: int, data: NoticeForm, scope: Scope, tx: Tx, objects: ObjectStore, clock: Clock
) -> NoticeFull:
    """Keep a draft."""
    await spaces.require_root(scope, tx, community_id)
    notice_id = await service.draft(
        scope, tx, community_id=community_id, content=_content(data), now_ms=clock.now_ms()
    )
    return await _full(scope, tx, objects, await queries.notice(scope, tx, notice_id))


@routes.post("/reach", right=Right.NOTICES_MANAGE)
async def would_reach(community_id: int, data: SpaceChoice, scope: Scope, db: Database) -> WouldReach:
    """How many residents a notice to these spaces would reach; nothing is kept."""
    await spaces.require_root(scope, db, community_id)
    return WouldReach(await queries.would_reach(scope, db, community_id, data.space_ids))


@routes.post("/pictures", right=Right.NOTICES_MANAGE)
async def upload_picture(
    community_id: int,
    data: Form[NoticePictureFile],
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    ids: Ids,
) -> NoticePicture:
    """Hand in a picture of at most 2 MB; its uploadId goes into a group of a notice."""
    await spaces.require_root(scope, db, community_id)
    saved = await keep_picture(scope, db, objects, data.file, ids=ids, community_id=community_id)
    return NoticePicture(saved.upload_id, objects.url(saved.object_key))


@routes.get("/{notice_id:int}", right=Right.NOTICES_SEE)
async def read_notice(
    community_id: int, notice_id: int, scope: Scope, db: Database, objects: ObjectStore
) -> NoticeFull:
    """One notice with its pictures, also a deleted one."""
    return await _full(scope, db, objects, await _of(scope, db, community_id, notice_id, deleted=True))


@routes.put("/{notice_id:int}", right=Right.NOTICES_MANAGE, raises=(NoticeOut,))
async def rewrite_notice(
    community_id: int, notice_id: int, data: NoticeForm, scope: Scope, tx: Tx, objects: ObjectStore
) -> NoticeFull:
    """Replace what a draft or a planned notice says."""
    await _of(scope, tx, community_id, notice_id)
    await service.rewrite(scope, tx, notice_id=notice_id, content=_content(data), now_ms=tx.db.clock.now_ms())
    return await _full(scope, tx, objects, await queries.notice(scope, tx, notice_id))


@routes.post("/{notice_id:int}/publish", right=Right.NOTICES_MANAGE, raises=(NoticeOut,))
async def publish_notice(
    community_id: int, notice_id: int, data: PublishForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Publish now, or at a time within a year."""
    await _of(scope, tx, community_id, notice_id)
    await service.publish(scope, tx, notice_id=notice_id, now_ms=clock.now_ms(), at_ms=data.at_ms)


@routes.post("/{notice_id:int}/withdraw", right=Right.NOTICES_MANAGE, raises=(NotScheduled,))
async def withdraw_notice(community_id: int, notice_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Make a planned notice a draft again."""
    await _of(scope, tx, community_id, notice_id)
    await service.withdraw(scope, tx, notice_id=notice_id, now_ms=clock.now_ms())


@routes.put("/{notice_id:int}/top", right=Right.NOTICES_MANAGE)
async def pin_notice(
    community_id: int, notice_id: int, data: PinForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Put a notice before the others, or back among them."""
    await _of(scope, tx, community_id, notice_id)
    await service.pin(scope, tx, notice_id=notice_id, is_top=int(data.is_top), now_ms=clock.now_ms())


@routes.delete("/{notice_id:int}", right=Right.NOTICES_MANAGE)
async def remove_notice(community_id: int, notice_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Take a notice away from its readers; it can be brought back."""
    await _of(scope, tx, community_id, notice_id)
    await service.remove(scope, tx, notice_ids=[notice_id], now_ms=clock.now_ms())


@routes.post("/{notice_id:int}/restore", right=Right.NOTICES_MANAGE)
async def restore_notice(community_id: int, notice_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Bring a deleted notice back as it was."""
    await _of(scope, tx, community_id, notice_id, deleted=True)
    await service.restore(scope, tx, notice_id=notice_id, now_ms=clock.now_ms())


@routes.get("/{notice_id:int}/reads", right=Right.NOTICES_SEE)
async def read_receipts(community_id: int, notice_id: int, scope: Scope, db: Database) -> NoticeReach:
    """How many residents it goes to, how many opened it, and who did last."""
    reach = await queries.reach(scope, db, await _of(scope, db, community_id, notice_id))
    readers = [NoticeReader(reading.name, reading.read_ms) for reading in reach.last]
    return NoticeReach(reach.residents, reach.read, readers, reach.terminals)


async def _tell(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Target spaces by their names, deleted ones by their number; pictures by how many."""
    names = await spaces.names(scope, db, history.ids_among(changes, "targets"))
    history.put_names(changes, {"targets": names})
    for row in changes:
        if "pictures" in row:
            was, now = row["pictures"]
            row["pictures"] = (_count(was), _count(now))


def _count(pictures: str | None) -> str:
    return str(len(pictures.split(", "))) if pictures else ""


ROUTES = (routes,)
HISTORY = (
    Kind(
        name=service.HISTORY,
        see=Right.NOTICES_SEE.value,
        manage=Right.NOTICES_MANAGE.value,
        restore=service.undo_change,
        tell=_tell,
    ),
)
