"""Who passed which door, or was refused and why; live pages get the same rows."""

from typing import Annotated, Literal

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from linli.domains.access.console import pass_export
from linli.domains.access.console.pass_rows import PassRow, rows_of, whole_at
from linli.domains.access.console.tables import check_size, csv_file, workbook
from linli.domains.access.queries import passes as queries
from linli.domains.access.queries.passes import PassFilter
from linli.domains.people.rights import Rights
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.i18n import text
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

MOST_DOORS = 100


async def pass_filter(
    community_id: Annotated[int | None, QueryParameter(name="communityId")] = None,
    iot_id: Annotated[str, QueryParameter(name="iotId", description="One door, or several by comma.")] = "",
    person_id: Annotated[str, QueryParameter(name="personId", description="identityId")] = "",
    credential: Annotated[str, QueryParameter(description="A whole card number or code.")] = "",
    result: Annotated[Literal["passed", "refused"] | None, QueryParameter()] = None,
    kind: Annotated[str, QueryParameter(description="Comma-separated: CARD, QRCODE …")] = "",
    q: Annotated[
        str,
        QueryParameter(
            description="Part of the person's or the door's name; a whole credential, or the end that is shown."
        ),
    ] = "",
    from_ms: Annotated[int, QueryParameter(name="from", description="UTC ms")] = 0,
    to_ms: Annotated[int, QueryParameter(name="to", description="UTC ms")] = 2**52,
) -> PassFilter:
    """What a list of passes is asked for by, read once for the list and its exports. Raises BadInput."""
    doors = [part for part in iot_id.split(",") if part]
    if len(doors) > MOST_DOORS:
        raise BadInput(field="iotId", rule="too_many_items", limit=MOST_DOORS)
    return PassFilter(
        community_id=community_id,
        iot_id=doors[0] if len(doors) == 1 else "",
        iot_ids=tuple(doors) if len(doors) > 1 else (),
        identity_id=person_id,
        credential=credential.strip(),
        types=tuple(part for part in kind.split(",") if part),
        refused=None if result is None else result == "refused",
        from_ms=from_ms,
        to_ms=to_ms,
        text=q,
    )


class PassRoutes(Controller):
    path = "/passes"
    tags = ("doors",)

    @get("/", right="devices.use", dependencies={"where": Provide(pass_filter)})
    async def list_passes(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        objects: NamedDependency[ObjectStore],
        where: NamedDependency[PassFilter],
        rights: NamedDependency[Rights],
    ) -> Page[PassRow]:
        """Passes and refusals, newest first."""
        found = await queries.list_passes(within, db, where=where, page=page)
        return Page.of(
            page, found.total, await rows_of(within, db, found.data, objects, whole=whole_at(rights, within))
        )

    @get("/export.csv", right="devices.use", dependencies={"where": Provide(pass_filter)})
    async def export_csv(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        where: NamedDependency[PassFilter],
        rights: NamedDependency[Rights],
        language: FromQuery[str | None] = None,
    ) -> Stream:
        """All that fit, as CSV, in the site's time; who took it is kept."""
        said = language or within.language
        await _note(within, db, where, await queries.count_passes(within, db, where=where), clock)
        lines = pass_export.lines(within, db, where, said, whole=whole_at(rights, within))
        return csv_file("passes", pass_export.titles(said), lines)

    @get("/export.xlsx", right="devices.use", dependencies={"where": Provide(pass_filter)})
    async def export_xlsx(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        where: NamedDependency[PassFilter],
        rights: NamedDependency[Rights],
        language: FromQuery[str | None] = None,
    ) -> Stream:
        """All that fit, as a workbook of at most 200,000 rows; who took it is kept."""
        said = language or within.language
        count = await queries.count_passes(within, db, where=where)
        check_size(count, "from")
        await _note(within, db, where, count, clock)
        return workbook(
            "passes",
            text("pass.sheet", said),
            pass_export.titles(said),
            list(pass_export.COLUMNS.values()),
            pass_export.lines(within, db, where, said, whole=whole_at(rights, within)),
        )


async def _note(scope: Scope, db: Database, where: PassFilter, count: int, clock: Clock) -> None:
    if where.community_id is not None:
        scope.allow(where.community_id)
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            "passes",
            where.iot_id or "*",
            "exported",
            community_id=where.community_id,
            now_ms=clock.now_ms(),
            after={"count": count},
        )
