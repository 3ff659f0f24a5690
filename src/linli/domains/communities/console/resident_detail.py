"""Console: one resident: everything known, change, review, reveal, duplicates, merge."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces as space_queries
from linli.domains.people import form_rules
from linli.domains.people import person_rules as rules
from linli.domains.people.phones import PhoneSight
from linli.domains.people.queries import duplicates, forms, persons, residents
from linli.domains.people.rights import Right, Rights
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile, checked
from linli.domains.people.service import merging, reviews
from linli.domains.people.service import persons as person_service
from linli.domains.people.service import residents as service
from linli.domains.people.service.merging import KnownElsewhere
from linli.domains.people.service.persons import NameFixed, PhoneTaken
from linli.domains.people.service.reviews import NotWaiting
from linli.kernel import history
from linli.kernel.audit import note_secret_reads
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

WIRE = {
    "id_no": "idNo",
    "registry_code": "registryCode",
    "residence_address": "residenceAddress",
    "residence_address_code": "residenceAddressCode",
    "ext": "custom",
}


class Civil(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Fields of a person beside name, relation and phone; None changes nothing, an empty text clears."""

    sex: int | None = None
    id_no: Annotated[str | None, Meta(description="None: as it is.")] = None
    age: int | None = None
    degree: int | None = None
    marriage: int | None = None
    politics: int | None = None
    health: str = ""
    company: str = ""
    registry: str = ""
    residence_address: str = ""
    nationality: str = ""
    custom: Annotated[dict[str, str], Meta(description="Fields of the community's own, by key.")] = {}

    def profile(self, name: str, phone: str, *, ext: str) -> Profile:
        """A profile of these values, not checked yet."""
        given = {
            field: value
            for field, value in msgspec.structs.asdict(self).items()
            if field in Profile.__struct_fields__
        }
        return Profile(**{**given, "name": name, "phone": phone, "ext": ext})

    @property
    def cleared(self) -> frozenset[str]:
        """Fields that the form leaves empty."""
        return frozenset(
            name
            for name in ("sex", "age", "degree", "marriage", "politics", *_TEXTS)
            if getattr(self, name) in (None, "")
        ) | (frozenset({"id_no"}) if self.id_no == "" else frozenset())


_TEXTS = ("health", "company", "registry", "residence_address", "nationality")


class ResidentChange(Civil, rename="camel", frozen=True, kw_only=True):
    name: str
    phone: str = ""
    house_id: Annotated[int | None, Meta(description="The tie whose relation `type` is.")] = None
    type: int | None = None


class HomeRow(msgspec.Struct, rename="camel", frozen=True):
    house_id: str
    house_location: str
    type: int
    status: int
    source: str
    comment: Annotated[str, Meta(description="Why a registration was refused.")]
    moved_in_ms: int
    created_ms: int


class GroupName(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


class ResidentDetail(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    identity_id: str
    name: str
    phone: str
    sex: int | None
    id_no_masked: Annotated[str, Meta(description="Middle hidden; `reveal` tells all of it and is noted.")]
    age: int | None
    degree: int | None
    marriage: int | None
    politics: int | None
    health: str
    company: str
    registry: str
    residence_address: str
    nationality: str
    custom: dict[str, str]
    homes: list[HomeRow]
    groups: list[GroupName]
    created_ms: int
    changed_ms: int


class InHouse(msgspec.Struct, rename="camel", frozen=True):
    house_id: int


class Refusal(InHouse, rename="camel", frozen=True):
    comment: str


class Revealed(msgspec.Struct, rename="camel", frozen=True):
    id_no: str


class Twin(msgspec.Struct, rename="camel", frozen=True):
    identity_id: str
    name: str
    phone: str
    id_no_masked: str
    houses: list[str]


class Twins(msgspec.Struct, rename="camel", frozen=True):
    why: Annotated[str, Meta(description="idNo: the same ID number; name: namesakes of one house.")]
    persons: list[Twin]


class Merge(msgspec.Struct, rename="camel", frozen=True):
    keep: str
    drop: str


async def _detail(scope: Scope, db: Reader, person: Person, phones: PhoneSight) -> ResidentDetail:
    ties = await residents.ties_of_person(scope, db, person.id)
    houses = await space_queries.houses_by_id(scope, db, [tie.house_id for tie in ties])
    groups = (await persons.groups_of(scope, db, [person.id])).get(person.id, [])
    custom = form_rules.custom_values(person.ext)
    same = {
        name: getattr(person, name)
        for name in ("sex", "age", "degree", "marriage", "politics", *_TEXTS, "created_ms", "changed_ms")
    }
    homes = [
        HomeRow(
            house_id=str(tie.house_id),
            house_location=houses[tie.house_id].location if tie.house_id in houses else "",
            type=tie.type,
            status=tie.status,
            source=tie.source,
            comment=tie.approve_comment,
            moved_in_ms=tie.moved_in_ms,
            created_ms=tie.created_ms,
        )
        for tie in ties
    ]
    return ResidentDetail(
        identity_id=person.identity_id,
        name=person.name,
        phone=phones.shown(person.phone),
        id_no_masked=rules.mask_id_number(person.id_no),
        custom={key: str(value) for key, value in custom.items() if isinstance(value, str | int | float)},
        homes=homes,
        groups=[
            GroupName(group.user_group_id, rules.group_words(group.type, group.name, scope.language))
            for group in groups
        ],
        **same,
    )


resident_detail_routes = Routes(
    "/communities/{community_id:int}/residents/{identity_id:str}", tags=("people",)
)


@resident_detail_routes.get(right=Right.RESIDENTS_SEE)
async def detail(
    community_id: int, identity_id: str, scope: Scope, tx: Tx, ids: Ids, rights: Rights
) -> ResidentDetail:
    """All fields of a resident, the middle of the ID number hidden. The resident sees who read them."""
    person = await persons.person(scope, tx, identity_id)
    await note_secret_reads(scope, tx, "person_detail", [identity_id], ids=ids)
    return await _detail(scope, tx, person, PhoneSight(rights, scope, community_id))


@resident_detail_routes.put(right=Right.RESIDENTS_MANAGE, raises=(NameFixed, PhoneTaken))
async def change(
    community_id: int,
    identity_id: str,
    data: ResidentChange,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    rights: Rights,
) -> ResidentDetail:
    """Change fields of a resident, as the community's form asks."""
    now_ms = clock.now_ms()
    person = await persons.person(scope, tx, identity_id)
    form = await forms.form(scope, tx, community_id)
    ext = form_rules.merged_ext(form, person.ext, data.custom)
    profile = checked(data.profile(data.name, data.phone, ext=ext), wire=WIRE)
    gone = set(data.cleared)
    if not ext:
        gone.add("ext")
    if not data.phone.strip():
        gone.add("phone")
    form_rules.check(form, profile.values(), wire=WIRE, creating=False, cleared=frozenset(gone))
    await person_service.change(
        scope, tx, identity_id=identity_id, profile=profile, now_ms=now_ms, cleared=gone
    )
    if data.house_id is not None and data.type is not None:
        await service.change_member(
            scope,
            tx,
            house_id=data.house_id,
            identity_id=identity_id,
            profile=Profile(),
            type=data.type,
            now_ms=now_ms,
        )
    person = await persons.person(scope, tx, identity_id)
    return await _detail(scope, tx, person, PhoneSight(rights, scope, community_id))


@resident_detail_routes.post("/reveal", right=Right.RESIDENTS_MANAGE, status=200)
async def reveal(
    community_id: int, identity_id: str, scope: Scope, tx: Tx, clock: Clock, ids: Ids
) -> Revealed:
    """The whole ID number. The resident's history keeps who read it, and the resident is notified."""
    person = await persons.person(scope, tx, identity_id)
    await history.note(
        scope,
        tx,
        history.Record(person_service.RESIDENT, identity_id, community_id),
        "revealed",
        now_ms=clock.now_ms(),
    )
    await note_secret_reads(scope, tx, "person_id_no", [identity_id], ids=ids)
    return Revealed(person.id_no)


@resident_detail_routes.post("/approve", right=Right.RESIDENTS_MANAGE, raises=(NotWaiting,))
async def approve(
    community_id: int, identity_id: str, data: InHouse, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Somebody who registered lives there from now on."""
    await reviews.approve(scope, tx, house_id=data.house_id, identity_id=identity_id, now_ms=clock.now_ms())


@resident_detail_routes.post("/reject", right=Right.RESIDENTS_MANAGE, raises=(NotWaiting,))
async def reject(
    community_id: int, identity_id: str, data: Refusal, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Refuse a registration with a reason that the resident reads."""
    await reviews.reject(
        scope,
        tx,
        house_id=data.house_id,
        identity_id=identity_id,
        comment=data.comment,
        now_ms=clock.now_ms(),
    )


duplicate_routes = Routes("/communities/{community_id:int}/duplicates", tags=("people",))


@duplicate_routes.get(right=Right.RESIDENTS_SEE)
async def list_twins(community_id: int, scope: Scope, db: Database, rights: Rights) -> list[Twins]:
    """Residents who seem to be registered twice: the same ID number, or the same name in the same house."""
    phones = PhoneSight(rights, scope, community_id)
    twin_groups = await duplicates.twins(scope, db, community_id)
    numbers = sorted({number for group in twin_groups for number in group.person_ids})
    people = await persons.persons_by_id(scope, db, numbers)
    ties: dict[int, list[str]] = {}
    homes = await residents.homes_of_persons(scope, db, community_id, numbers)
    places = await space_queries.houses_by_id(scope, db, sorted({house for _, house in homes}))
    for person_id, house in homes:
        if house in places:
            ties.setdefault(person_id, []).append(places[house].location)

    def twin(person: Person) -> Twin:
        masked = rules.mask_id_number(person.id_no)
        phone = phones.shown(person.phone)
        return Twin(person.identity_id, person.name, phone, masked, ties.get(person.id, []))

    return [
        Twins(group.why, [twin(people[number]) for number in group.person_ids if number in people])
        for group in twin_groups
    ]


@duplicate_routes.post(
    "/merge", right=Right.RESIDENTS_MANAGE, status=200, raises=(KnownElsewhere, PhoneTaken)
)
async def merge(
    community_id: int, data: Merge, scope: Scope, tx: Tx, clock: Clock, rights: Rights
) -> ResidentDetail:
    """Make one resident of two; the other is erased from the community for good."""
    await merging.merge(
        scope, tx, community_id=community_id, keep=data.keep, drop=data.drop, now_ms=clock.now_ms()
    )
    person = await persons.person(scope, tx, data.keep)
    return await _detail(scope, tx, person, PhoneSight(rights, scope, community_id))
