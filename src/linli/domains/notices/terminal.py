"""Notices at an indoor terminal: today's, which it reads aloud, and which of them it has read. Source: spec A PM-11."""

import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.notices import queries, service
from linli.domains.notices.rows import PUBLISHED
from linli.domains.notices.schemas import TERMINALS
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest

MOST = 50


class TerminalNotice(msgspec.Struct, rename="camel", frozen=True):
    """A notice of today."""

    id: str
    title: str
    type: Annotated[int, Meta(description="NOTICE_TYPE, 1 to 9")]
    publish_ms: int
    texts: list[str]
    read: Annotated[bool, Meta(description="This terminal has read it.")]


routes = Routes("/notices", tags=("notices",))


@routes.get()
async def notices_of_today(terminal: BoundTerminal, db: Database, clock: Clock) -> list[TerminalNotice]:
    """Published for terminals today, to the house (at the office: to any of the community), the newest first."""
    scope, row = terminal.scope, terminal.terminal
    place = (await communities.by_id(scope, db, [row.community_id])).get(row.community_id)
    begin_ms = _day_begin_ms(clock.now_ms(), "" if place is None else place.time_zone)
    matches = await queries.page(
        scope,
        db,
        row.community_id,
        PageRequest(1, MOST),
        where=queries.NoticeFilter(state=PUBLISHED, space_id=row.space_id),
        order="published",
        channels=TERMINALS,
    )
    today = [notice for notice in matches.data if notice.publish_ms >= begin_ms]
    read = await queries.read_at_terminal(scope, db, row.number, [notice.notice_id for notice in today])
    return [
        TerminalNotice(
            id=str(notice.notice_id),
            title=notice.title,
            type=notice.type,
            publish_ms=notice.publish_ms,
            texts=[group.text for group in notice.groups],
            read=notice.notice_id in read,
        )
        for notice in today
    ]


@routes.put("/{notice_id:int}/read", raises=(NotFound,))
async def note_read(notice_id: int, terminal: BoundTerminal, tx: Tx, clock: Clock) -> None:
    """The terminal has read it, or shown that it is there."""
    scope, row = terminal.scope, terminal.terminal
    notice = await queries.notice(scope, tx, notice_id, published=True)
    houses = None if row.space_id is None else await queries.houses_reached(scope, tx, notice)
    reached = houses is None or row.space_id in houses
    if notice.community_id != row.community_id or not notice.publish_type & TERMINALS or not reached:
        raise NotFound(what="notice", id=notice_id)
    await service.note_read_at_terminal(scope, tx, notice=notice, number=row.number, now_ms=clock.now_ms())


def _day_begin_ms(now_ms: int, zone: str) -> int:
    now = datetime.datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone or "Asia/Shanghai"))
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


ROUTES = (routes,)
