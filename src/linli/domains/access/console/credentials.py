"""Cards, Bluetooth cards and PINs of persons, for the people who run a community."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.delivery.queries import rows_of_credentials
from linli.delivery.schemas import FOREVER_MS
from linli.domains.access.console.pass_rows import whole_at
from linli.domains.access.errors import CredentialTaken, DoorUnknown, PersonUnknown
from linli.domains.access.hours import Hours, read_hours, tell_hours, words_of
from linli.domains.access.queries import credentials as queries
from linli.domains.access.queries.persons import names_of
from linli.domains.access.rows import Credential
from linli.domains.access.service import credentials, persons
from linli.domains.access.service.keys import DoorKeys
from linli.domains.access.service.kinds import BLE, CARD, PIN, short_kind
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.masking import shown_credential
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules import UNLIMITED

type Kind = Literal["card", "ble", "pin"]
_KINDS = {"card": CARD, "ble": BLE, "pin": PIN}


class CredentialRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    kind: Kind
    number: Annotated[str, Meta(description="Card number, or its end after `…`; empty for a PIN.")]
    person_id: str
    person_name: str
    reach: Literal["home", "all", "doors"]
    label: str
    starts_ms: int
    ends_ms: int
    max_uses: int
    used: int
    live: bool
    end_reason: str
    hours: Annotated[Hours | None, Meta(description="When it opens; null: at all hours.")]
    hours_words: str
    doors: Annotated[int, Meta(description="Doors that should hold it.")]
    confirmed: Annotated[int, Meta(description="Doors that confirmed it.")] = msgspec.field(name="held")


class CredentialIn(msgspec.Struct, rename="camel"):
    kind: Kind
    person_id: str
    number: Annotated[str, Meta(description="Card number, or a PIN; empty makes a PIN up.")] = ""
    name: Annotated[str, Meta(description="Name of somebody who is neither resident nor staff.")] = ""
    reach: Literal["home", "all", "doors"] = "home"
    iot_ids: list[str] = msgspec.field(default_factory=list)
    label: str = ""
    starts_ms: int | None = None
    ends_ms: Annotated[int, Meta(description="UTC ms; default: without end")] = FOREVER_MS
    max_uses: int = UNLIMITED
    hours: Annotated[Hours | None, Meta(description="When it opens; default: at all hours.")] = None


class CredentialGiven(msgspec.Struct, rename="camel", frozen=True):
    id: str
    pin: Annotated[str, Meta(description="Of a PIN, told this once; else empty.")]


credential_routes = Routes("/communities/{community_id:int}/credentials", tags=("doors",))


class CredentialFilter(Filter, frozen=True):
    """Credentials of a community, as their list is asked for."""

    person_id: str = ""
    kind: Kind | None = None
    ended: Annotated[bool, Meta(description="Show those no longer in use as well.")] = False


@credential_routes.get(right="devices.use")
async def list_credentials(
    community_id: int, within: Scope, db: Database, page: PageRequest, rights: Rights, where: CredentialFilter
) -> Page[CredentialRow]:
    """The last changed first, with how many doors hold each."""
    scope = within
    matches = await queries.page_of(
        scope,
        db,
        page=page,
        community_id=community_id,
        identity_id=where.person_id,
        kind=_KINDS[where.kind] if where.kind else "",
        ended=where.ended,
    )
    return Page.of(
        page,
        matches.total,
        await _rows(scope, db, matches.data, whole=whole_at(rights, within)(community_id)),
    )


@credential_routes.post(
    right="devices.manage", raises=(NotFound, CredentialTaken, DoorUnknown, PersonUnknown)
)
async def give(
    community_id: int, data: CredentialIn, within: Scope, tx: Tx, clock: Clock, ids: Ids, door_keys: DoorKeys
) -> CredentialGiven:
    """Give a person a card, a Bluetooth card or a PIN on their own doors, on all, or on some."""
    scope, now = within, clock.now_ms()
    wish = credentials.Wish(
        community_id=community_id,
        kind=_KINDS[data.kind],
        number=data.number,
        identity_id=data.person_id,
        reach=data.reach,
        iot_ids=tuple(data.iot_ids),
        label=data.label,
        starts_ms=data.starts_ms,
        ends_ms=data.ends_ms,
        max_uses=data.max_uses,
        schedule=read_hours(data.hours, "hours"),
    )
    await people.require_community(scope, tx, community_id)
    if data.name:
        await persons.save_person(
            scope, tx, identity_id=data.person_id, name=data.name, ext_info=None, now_ms=now
        )
    row, pin = await credentials.give(scope, tx, wish=wish, keys=door_keys, ids=ids, now_ms=now)
    return CredentialGiven(str(row.id), pin)


async def _rows(scope: Scope, db: Reader, matches: list[Credential], *, whole: bool) -> list[CredentialRow]:
    wanted = sorted({row.identity_id for row in matches})
    names = await names_of(db, tenant_id=scope.tenant, identity_ids=wanted)
    names |= await people.names(scope, db, wanted)
    doors: dict[tuple[str, str], list[bool]] = {}
    for desired_row in await rows_of_credentials(
        scope, db, credentials=sorted({row.credential for row in matches})
    ):
        if not desired_row.deleting:
            doors.setdefault((desired_row.kind, desired_row.credential), []).append(
                desired_row.status == "transferred"
            )
    rows = []
    for row in matches:
        at = doors.get((row.kind, row.credential), []) if row.live else []
        reach: Literal["home", "all", "doors"] = (
            "home" if row.reach == "home" else "all" if row.reach == "all" else "doors"
        )
        number = row.credential if whole and row.kind != PIN else shown_credential(row.kind, row.credential)
        rows.append(
            CredentialRow(
                id=str(row.id),
                kind=short_kind(row.kind),
                number=number,
                person_id=row.identity_id,
                person_name=names.get(row.identity_id, ""),
                reach=reach,
                label=row.label,
                starts_ms=row.starts_ms,
                ends_ms=row.ends_ms,
                max_uses=row.max_uses,
                used=row.used,
                live=bool(row.live),
                end_reason=row.end_reason,
                hours=tell_hours(row.schedule),
                hours_words=words_of(row.schedule, scope.language) if row.schedule else "",
                doors=len(at),
                confirmed=sum(at),
            )
        )
    return rows
