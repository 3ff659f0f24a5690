"""Rules of notices: draft, publish now or at a time, pin, delete, restore, read. Spec B §3.19, F12."""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.communities.queries import spaces
from linli.domains.communities.service import uploads
from linli.domains.notices import queries
from linli.domains.notices.events import NoticeChanged
from linli.domains.notices.models import notice_reads, notice_targets, notice_terminal_reads, notices
from linli.domains.notices.rows import DRAFT, PUBLISHED, SCHEDULED, Notice
from linli.domains.notices.schemas import Content, check_flag, checked
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Database, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope

PUBLISH: Final = "notices.publish"
"""Outbox job that publishes a scheduled notice."""
LATEST_MS: Final = 366 * 86_400_000
"""How far ahead a notice may be scheduled."""
DELETE_MAX: Final = 100
HISTORY: Final = "notice"
"""Kind of these records in the history."""


class NoticeOut(Conflict):
    """A published notice cannot be changed: residents may have read it. Delete it and publish another."""

    code = "notice.published"


class NotScheduled(Conflict):
    code = "notice.not_scheduled"


class PublishDue(msgspec.Struct, frozen=True):
    """`publish_ms`: the time the job was written for. If the plan changed, another job does it."""

    tenant_id: str
    notice_id: int
    publish_ms: int


_row = notices.c.notice_id == bindparam("row", type_=INT)
_write = Command(
    update(notices)
    .where(_row, in_scope(notices))
    .values(
        {
            **{name: bindparam(f"new_{name}") for name in ("title", "publications")},
            **{
                name: bindparam(f"new_{name}", type_=INT)
                for name in ("type", "publish_type", "is_top", "in_spaces")
            },
            "changed_ms": bindparam("now", type_=INT),
        }
    )
)
_move = Command(
    update(notices)
    .where(_row, in_scope(notices))
    .values(
        state=bindparam("new_state"),
        publish_ms=bindparam("at_ms", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    )
)
_pin = Command(
    update(notices)
    .where(_row, in_scope(notices))
    .values(is_top=bindparam("top", type_=INT), changed_ms=bindparam("now", type_=INT))
)
_hide = Command(
    update(notices)
    .where(_row, in_scope(notices))
    .values(deleted_ms=bindparam("at_ms", type_=INT), deleted_by=bindparam("by"))
)
_drop_targets = Command(
    delete(notice_targets).where(
        notice_targets.c.notice_id == bindparam("row", type_=INT), in_scope(notice_targets)
    )
)


async def draft(scope: Scope, tx: Tx, *, community_id: int, content: Content, now_ms: int) -> int:
    """Store a draft. Returns its id. Raises BadInput, NotFound."""
    scope.allow(community_id)
    content = await _fit(scope, tx, community_id, content)
    notice_id = await tx.insert(
        notices,
        {
            "tenant_id": scope.tenant,
            "community_id": community_id,
            **_columns(content),
            "state": DRAFT,
            "created_by": f"{scope.caller.kind}:{scope.caller.id}",
            "created_ms": now_ms,
            "changed_ms": now_ms,
        },
    )
    assert notice_id is not None
    await _aim(scope, tx, community_id, notice_id, content.space_ids)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, notice_id, community_id),
        "created",
        now_ms=now_ms,
        after=_shown(content),
    )
    return notice_id


async def rewrite(scope: Scope, tx: Tx, *, notice_id: int, content: Content, now_ms: int) -> None:
    """Replace the content of a draft or a scheduled notice. Raises NotFound, NoticeOut, BadInput."""
    notice = await queries.notice(scope, tx, notice_id, lock=True)
    if notice.state == PUBLISHED:
        raise NoticeOut()
    content = await _fit(scope, tx, notice.community_id, content)
    was = await _content(scope, tx, notice)
    values = {f"new_{name}": value for name, value in _columns(content).items()}
    await _write.run(tx, scope, row=notice_id, now=now_ms, **values)
    await _drop_targets.run(tx, scope, row=notice_id)
    await _aim(scope, tx, notice.community_id, notice_id, content.space_ids)
    await history.note(
        scope,
        tx,
        _record(notice),
        "changed",
        now_ms=now_ms,
        before=_shown(was),
        after=_shown(content),
        kept=msgspec.to_builtins(was),
    )


async def publish(scope: Scope, tx: Tx, *, notice_id: int, now_ms: int, at_ms: int | None = None) -> None:
    """Publish a draft or scheduled notice now, or schedule it for `at_ms`. Raises NotFound, NoticeOut, BadInput."""
    notice = await queries.notice(scope, tx, notice_id, lock=True)
    if notice.state == PUBLISHED:
        raise NoticeOut()
    if at_ms is None:
        await _publish(scope, tx, notice, now_ms)
        return
    if not now_ms < at_ms <= now_ms + LATEST_MS:
        raise BadInput(field="atMs", rule="within_year")
    await _move.run(tx, scope, row=notice_id, new_state=SCHEDULED, at_ms=at_ms, now=now_ms)
    await outbox.add(tx, PUBLISH, PublishDue(notice.tenant_id, notice_id, at_ms), due_ms=at_ms)
    await history.note(scope, tx, _record(notice), "scheduled", now_ms=now_ms, after={"publish_ms": at_ms})


async def withdraw(scope: Scope, tx: Tx, *, notice_id: int, now_ms: int) -> None:
    """Make a scheduled notice a draft again. Raises NotFound, NotScheduled."""
    notice = await queries.notice(scope, tx, notice_id, lock=True)
    if notice.state != SCHEDULED:
        raise NotScheduled()
    await _move.run(tx, scope, row=notice_id, new_state=DRAFT, at_ms=0, now=now_ms)
    await history.note(scope, tx, _record(notice), "withdrawn", now_ms=now_ms)


async def pin(
    scope: Scope, tx: Tx, *, notice_id: int, is_top: int, now_ms: int, published: bool = False
) -> None:
    """Pin a notice above the others, or unpin it. Raises NotFound, BadInput."""
    check_flag(is_top, "isTop")
    notice = await queries.notice(scope, tx, notice_id, published=published, lock=True)
    if notice.is_top != is_top:
        await _pin.run(tx, scope, row=notice_id, top=is_top, now=now_ms)
        before, after = {"is_top": notice.is_top}, {"is_top": is_top}
        await history.note(scope, tx, _record(notice), "changed", now_ms=now_ms, before=before, after=after)
        await _tell(tx, notice, "update")


async def remove(
    scope: Scope, tx: Tx, *, notice_ids: list[int], now_ms: int, published: bool = False
) -> None:
    """Delete notices, all or none. `restore` undoes it. Raises NotFound, BadInput."""
    if not notice_ids:
        raise BadInput(field="messageIds", rule="required")
    if len(notice_ids) > DELETE_MAX:
        raise BadInput(field="messageIds", rule="too_many_items", limit=DELETE_MAX)
    for notice_id in dict.fromkeys(notice_ids):
        notice = await queries.notice(scope, tx, notice_id, published=published, lock=True)
        await _hide.run(tx, scope, row=notice_id, at_ms=now_ms, by=f"{scope.caller.kind}:{scope.caller.id}")
        await history.note(scope, tx, _record(notice), "deleted", now_ms=now_ms)
        await _tell(tx, notice, "delete")


async def restore(scope: Scope, tx: Tx, *, notice_id: int, now_ms: int) -> None:
    """Restore a deleted notice. A scheduled one whose time has passed becomes a draft. Raises NotFound."""
    notice = await queries.notice(scope, tx, notice_id, deleted=True, lock=True)
    if not notice.deleted_ms:
        return
    await _hide.run(tx, scope, row=notice_id, at_ms=0, by="")
    if notice.state == SCHEDULED and notice.publish_ms <= now_ms:
        await _move.run(tx, scope, row=notice_id, new_state=DRAFT, at_ms=0, now=now_ms)
    await history.note(scope, tx, _record(notice), "restored", now_ms=now_ms)
    await _tell(tx, notice, "publish")


async def undo_change(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Take back that a notice was rewritten, pinned or deleted. Raises what these raise."""
    notice_id = int(change.target)
    if change.action == "deleted":
        await restore(scope, tx, notice_id=notice_id, now_ms=now_ms)
    elif change.remains:
        was = msgspec.convert(change.remains, Content)
        await rewrite(scope, tx, notice_id=notice_id, content=was, now_ms=now_ms)
    else:
        was_top, _ = change.differences["is_top"]
        await pin(scope, tx, notice_id=notice_id, is_top=was_top, now_ms=now_ms)


async def note_read(scope: Scope, tx: Tx, *, notice_id: int, person_id: int, now_ms: int) -> None:
    """Note that a resident opened a published notice, at the first time only. Raises NotFound."""
    notice = await queries.notice(scope, tx, notice_id, published=True)
    row = {
        "notice_id": notice_id,
        "person_id": person_id,
        "tenant_id": notice.tenant_id,
        "community_id": notice.community_id,
        "read_ms": now_ms,
    }
    await tx.upsert(notice_reads, [row], keys=("notice_id", "person_id"))


async def note_read_at_terminal(scope: Scope, tx: Tx, *, notice: Notice, number: str, now_ms: int) -> None:
    """The terminal of a number has read a notice; the first time counts."""
    row = {
        "notice_id": notice.notice_id,
        "number": number,
        "tenant_id": notice.tenant_id,
        "community_id": notice.community_id,
        "read_ms": now_ms,
    }
    await tx.upsert(notice_terminal_reads, [row], keys=("notice_id", "number"))


class Publisher:
    """The outbox job that publishes a scheduled notice."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def register(self, jobs: Jobs) -> None:
        jobs.on(PUBLISH, PublishDue, self.due)

    async def due(self, job: PublishDue) -> None:
        scope = Scope.system(job.tenant_id, "notices")

        async def work(tx: Tx) -> None:
            try:
                notice = await queries.notice(scope, tx, job.notice_id, lock=True)
            except NotFound:
                return  # deleted since
            if notice.state == SCHEDULED and notice.publish_ms == job.publish_ms:
                await _publish(scope, tx, notice, self._db.clock.now_ms())

        await self._db.run(work)


async def _publish(scope: Scope, tx: Tx, notice: Notice, now_ms: int) -> None:
    await _move.run(tx, scope, row=notice.notice_id, new_state=PUBLISHED, at_ms=now_ms, now=now_ms)
    await history.note(scope, tx, _record(notice), "published", now_ms=now_ms)
    await _tell(tx, notice._replace(state=PUBLISHED), "publish")


async def _tell(tx: Tx, notice: Notice, type: str) -> None:
    if notice.state == PUBLISHED:
        event = {
            "tenant_id": notice.tenant_id,
            "community_id": notice.community_id,
            "ids": [notice.notice_id],
        }
        await emit(tx, msgspec.convert({**event, "type": type}, NoticeChanged))


def _record(notice: Notice) -> history.Record:
    return history.Record(HISTORY, notice.notice_id, notice.community_id)


async def _content(scope: Scope, tx: Tx, notice: Notice) -> Content:
    """The present text of a notice, and its spaces."""
    aims = await queries.targets(scope, tx, [notice.notice_id])
    return Content(
        notice.title,
        notice.groups,
        notice.type,
        notice.publish_type,
        notice.is_top,
        aims.get(notice.notice_id, []),
    )


def _shown(content: Content) -> dict[str, Any]:
    """The fields of a notice that the history compares and shows."""
    return {
        "title": content.title,
        "text": "\n".join(group.text for group in content.publications),
        "pictures": ", ".join(group.upload_id for group in content.publications if group.upload_id),
        "notice_type": content.type,
        "channels": content.publish_type,
        "is_top": content.is_top,
        "targets": sorted(content.space_ids) or None,
    }


class _Columns(NamedTuple):
    title: str
    publications: str
    type: int
    publish_type: int
    is_top: int
    in_spaces: int


def _columns(content: Content) -> dict[str, object]:
    return _Columns(
        content.title,
        msgspec.json.encode(content.publications).decode(),
        content.type,
        content.publish_type,
        content.is_top,
        int(bool(content.space_ids)),
    )._asdict()


async def _fit(scope: Scope, tx: Tx, community_id: int, content: Content) -> Content:
    """The content, checked: its pictures are the caller's, its spaces are of this community."""
    content = checked(content)
    for number, group in enumerate(content.publications):
        if group.upload_id:
            upload = await uploads.find(scope, tx, group.upload_id)
            if upload is None or upload.biz_code != uploads.DEFAULT or not upload.width:
                raise BadInput(field=f"publications[{number}].uploadId", rule="unknown")
    spaces_by_id = await spaces.spaces_by_id(scope, tx, content.space_ids)
    for space_id in content.space_ids:
        if space_id not in spaces_by_id or spaces_by_id[space_id].community_id != community_id:
            raise NotFound(what="space", id=space_id)
    return content


async def _aim(scope: Scope, tx: Tx, community_id: int, notice_id: int, space_ids: list[int]) -> None:
    rows = [
        {
            "notice_id": notice_id,
            "space_id": space_id,
            "tenant_id": scope.tenant,
            "community_id": community_id,
        }
        for space_id in space_ids
    ]
    await tx.insert_many(notice_targets, rows)
