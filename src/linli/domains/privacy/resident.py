"""Residents' routes: their own data, its readers, its export and its deletion."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import communities
from linli.domains.people.queries import persons
from linli.domains.people.queries.residence import OwnPerson, Resident
from linli.domains.privacy import holdings, queries
from linli.domains.privacy.rows import READY, DeletionRequest
from linli.domains.privacy.service import deletion, exports, reads
from linli.domains.privacy.service.deletion import DeletionDecidedAlready, DeletionWaits
from linli.domains.privacy.topics import OTHER, TOPICS
from linli.domains.privacy.wording import EMPTY, in_reader_words
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

URL_SECONDS = 600
routes = Routes("/my-data", tags=("privacy",))


class TopicCount(msgspec.Struct, rename="camel", frozen=True):
    topic: str
    title: str
    rows: int


class Fact(msgspec.Struct, rename="camel", frozen=True):
    label: str
    value: str


class TableRows(msgspec.Struct, rename="camel", frozen=True):
    title: str
    company: str
    total: int
    rows: Annotated[list[list[Fact]], Meta(description="The last 50.")]


class TopicTables(msgspec.Struct, rename="camel", frozen=True):
    topic: str
    title: str
    tables: list[TableRows]


class KnowingCommunity(msgspec.Struct, rename="camel", frozen=True):
    """A community that knows the resident, and what they may ask of it."""

    community_id: str
    name: str
    company: str
    asked: Annotated[bool, Meta(description="A request for deletion waits.")]


class MyData(msgspec.Struct, rename="camel", frozen=True):
    topics: list[TopicCount]
    known_by: list[KnowingCommunity]
    deletion_days: Annotated[int, Meta(description="Working days within which a request is decided.")]


class Read(msgspec.Struct, rename="camel", frozen=True):
    what: str
    who: str
    company: str
    at_ms: int


class ExportRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    state: str
    size: int
    created_ms: int
    expires_ms: int
    url: Annotated[str, Meta(description="Valid for ten minutes; empty before it is ready.")]


class DeletionRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    community_id: str
    community: str
    state: str
    words: str
    reason: str
    due_ms: int
    created_ms: int
    decided_ms: int


class AskDeletion(msgspec.Struct, rename="camel", frozen=True):
    community_id: int
    words: Annotated[str, Meta(max_length=2000)] = ""


class CreatedId(msgspec.Struct, frozen=True):
    id: str


async def _names(db: Reader, rows: list[DeletionRequest]) -> dict[int, str]:
    names: dict[int, str] = {}
    for row in rows:
        if row.community_id not in names:
            scope = Scope.system(row.tenant_id, "privacy")
            communities_by_id = await communities.by_id(scope, db, [row.community_id])
            names[row.community_id] = communities_by_id[row.community_id].name if communities_by_id else ""
    return names


async def _communities_of(db: Reader, who: Resident) -> list[tuple[OwnPerson, int]]:
    """Communities that know the resident, wherever they live or lived."""
    pairs = []
    for own in who.persons.values():
        scope = Scope.system(own.tenant_id, "privacy")
        community_ids = await persons.communities_of(scope, db, identity_id=own.identity_id)
        pairs += [(own, community_id) for community_id in sorted(community_ids)]
    return pairs


async def _company(db: Reader, tenant_id: str) -> str:
    return (await tenancy.get_tenant(db, tenant_id)).name if tenant_id else ""


@routes.get("/")
async def overview(resident: Resident, db: Database, settings: Settings) -> MyData:
    """How much is held about the resident, by heading, and which communities know them."""
    counts: dict[str, int] = {}
    for rows in await holdings.read_holdings(db, resident, counts_only=True):
        counts[rows.topic] = counts.get(rows.topic, 0) + rows.total
    topics = [
        TopicCount(topic, text(f"privacy.topic.{topic}", resident.language), counts[topic])
        for topic in (*TOPICS, OTHER)
        if topic in counts
    ]
    asked = {
        row.community_id
        for row in await queries.of_account(db, resident.account_id)
        if row.state == "waiting"
    }
    bies = []
    for own, community_id in await _communities_of(db, resident):
        scope = Scope.system(own.tenant_id, "privacy")
        row = (await communities.by_id(scope, db, [community_id])).get(community_id)
        name = row.name if row else ""
        company = await _company(db, own.tenant_id)
        bies.append(KnowingCommunity(str(community_id), name, company, community_id in asked))
    return MyData(topics, bies, settings.privacy.deletion_days)


@routes.get("/topics/{topic:str}", raises=(NotFound,))
async def topic(topic: str, resident: Resident, db: Database, settings: Settings) -> TopicTables:
    """What is held under a heading, in the resident's words."""
    if topic not in TOPICS and topic != OTHER:
        raise NotFound(what="topic", id=topic)
    holding = await holdings.read_holdings(db, resident, topic=topic)
    worded = await in_reader_words(db, holding, resident, language=resident.language, zone=settings.timezone)
    tables = [
        TableRows(
            table.title,
            table.company,
            table.total,
            [
                [Fact(*pair) for pair in zip(table.labels, row, strict=True) if pair[1] != EMPTY]
                for row in table.rows
            ],
        )
        for table in worded
    ]
    return TopicTables(topic, text(f"privacy.topic.{topic}", resident.language), tables)


@routes.get("/reads")
async def who_read(resident: Resident, db: Database) -> list[Read]:
    """The readers of the resident's details or ID number, and exports of the list of residents; 180 days."""
    return [
        Read(
            text(f"privacy.read.{row.kind}", resident.language),
            row.who or text(f"privacy.reader.{row.by}", resident.language),
            row.company,
            row.at_ms,
        )
        for row in await reads.of_resident(db, resident)
    ]


@routes.get("/exports")
async def list_exports(
    resident: Resident, db: Database, objects: ObjectStore, clock: Clock
) -> list[ExportRow]:
    """Files that were made, the newest first; each is kept for seven days."""
    now_ms = clock.now_ms()
    return [
        ExportRow(
            str(row.export_id),
            row.state,
            row.size,
            row.created_ms,
            row.expires_ms,
            objects.url(row.object_key, expires_s=URL_SECONDS) if row.state == READY else "",
        )
        for row in await queries.exports(db, resident.account_id)
        if row.expires_ms > now_ms
    ]


@routes.post("/exports", status=202, raises=(exports.TooManyExports,))
async def export(resident: Resident, tx: Tx, ids: Ids, clock: Clock) -> CreatedId:
    """Have a file made of everything: readable pages and the same for programs."""
    return CreatedId(str(await exports.ask(tx, resident, ids=ids, now_ms=clock.now_ms())))


@routes.get("/deletion-requests")
async def list_requests(resident: Resident, db: Database) -> list[DeletionRow]:
    """The resident's requests for deletion, the newest first."""
    rows = await queries.of_account(db, resident.account_id)
    names = await _names(db, rows)
    return [
        DeletionRow(
            id=str(row.request_id),
            community_id=str(row.community_id),
            community=names[row.community_id],
            state=row.state,
            words=row.words,
            reason=row.reason,
            due_ms=row.due_ms,
            created_ms=row.created_ms,
            decided_ms=row.decided_ms,
        )
        for row in rows
    ]


@routes.post("/deletion-requests", raises=(NotFound, DeletionWaits))
async def ask(
    data: AskDeletion, resident: Resident, tx: Tx, settings: Settings, ids: Ids, clock: Clock
) -> CreatedId:
    """Ask a community to delete what it holds. It decides within the deadline; until then it can be withdrawn."""
    own = next(
        (
            own
            for own, community_id in await _communities_of(tx, resident)
            if community_id == data.community_id
        ),
        None,
    )
    if own is None:
        raise NotFound(what="community", id=data.community_id)
    place = await communities.community(Scope.system(own.tenant_id, "privacy"), tx, data.community_id)
    number = await deletion.ask(
        tx,
        resident,
        own,
        community_id=data.community_id,
        words=data.words,
        zone=place.time_zone,
        days=settings.privacy.deletion_days,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return CreatedId(str(number))


@routes.post("/deletion-requests/{request_id:int}/withdraw", raises=(NotFound, DeletionDecidedAlready))
async def withdraw(request_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Take a request back while it waits."""
    await deletion.withdraw(tx, resident, request_id=request_id, now_ms=clock.now_ms())


ROUTES = (routes,)
