"""Passes and refusals at doors, with persons and reasons; live pages get the same rows."""

from typing import Annotated, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console import pass_export
from linli.domains.access.console.pass_rows import PassRow, rows_of, whole_at
from linli.domains.access.console.tables import check_size, csv_file, workbook
from linli.domains.access.queries import passes as queries
from linli.domains.access.queries.passes import PassFilter
from linli.domains.people.rights import Rights
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

MOST_DOORS = 100


class PassesAsked(Filter, frozen=True):
    """The filter of a list of passes."""

    community_id: int | None = None
    iot_id: Annotated[str, Meta(description="One door, or several by comma.")] = ""
    person_id: Annotated[str, Meta(description="identityId")] = ""
    credential: Annotated[str, Meta(description="A whole card number or code.")] = ""
    result: Literal["passed", "refused"] | None = None
    kind: Annotated[str, Meta(description="Comma-separated: CARD, QRCODE …")] = ""
    q: Annotated[
        str,
        Meta(
            description="Part of the person's or the door's name; a whole credential, or the end that is shown."
        ),
    ] = ""
    from_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=0, name="from")
    to_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=2**52, name="to")


def pass_filter(asked: PassesAsked) -> PassFilter:
    """The query's own filter. Raises BadInput."""
    doors = [part for part in asked.iot_id.split(",") if part]
    if len(doors) > MOST_DOORS:
        raise BadInput(field="iotId", rule="too_many_items", limit=MOST_DOORS)
    return PassFilter(
        community_id=asked.community_id,
        iot_id=doors[0] if len(doors) == 1 else "",
        iot_ids=tuple(doors) if len(doors) > 1 else (),
        identity_id=asked.person_id,
        credential=asked.credential.strip(),
        types=tuple(part for part in asked.kind.split(",") if part),
        refused=None if asked.result is None else asked.result == "refused",
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
        text=asked.q,
    )


pass_routes = Routes("/passes", tags=("doors",))


@pass_routes.get(right="devices.use")
async def list_passes(
    scope: Scope, db: Database, page: PageRequest, objects: ObjectStore, asked: PassesAsked, rights: Rights
) -> Page[PassRow]:
    """Passes and refusals, newest first."""
    where = pass_filter(asked)
    matches = await queries.list_passes(scope, db, where=where, page=page)
    return Page.of(
        page, matches.total, await rows_of(scope, db, matches.data, objects, whole=whole_at(rights, scope))
    )


@pass_routes.get("/export.csv", right="devices.use")
async def export_csv(
    scope: Scope, db: Database, clock: Clock, asked: PassesAsked, rights: Rights, language: str | None = None
) -> Stream:
    """All matching rows as CSV, in the site's time; the export is logged with the person.

    House and phone stand there for who sees residents, the phone whole for who may read it.
    """
    where, language = pass_filter(asked), language or scope.language
    await _note(scope, db, where, await queries.count_passes(scope, db, where=where), clock)
    lines = pass_export.lines(scope, db, where, language, rights=rights)
    return csv_file("passes", pass_export.titles(pass_export.columns(rights, scope), language), lines)


@pass_routes.get("/export.xlsx", right="devices.use")
async def export_xlsx(
    scope: Scope, db: Database, clock: Clock, asked: PassesAsked, rights: Rights, language: str | None = None
) -> Stream:
    """All matching rows as a workbook of at most 200,000 rows; the export is logged with the person."""
    where, language = pass_filter(asked), language or scope.language
    count = await queries.count_passes(scope, db, where=where)
    check_size(count, "from")
    await _note(scope, db, where, count, clock)
    columns = pass_export.columns(rights, scope)
    return workbook(
        "passes",
        text("pass.sheet", language),
        pass_export.titles(columns, language),
        list(columns.values()),
        pass_export.lines(scope, db, where, language, rights=rights),
    )


async def _note(scope: Scope, db: Database, where: PassFilter, count: int, clock: Clock) -> None:
    if where.community_id is not None:
        scope.allow(where.community_id)
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            history.Record("passes", where.iot_id or "*", where.community_id),
            "exported",
            now_ms=clock.now_ms(),
            after={"count": count},
        )
