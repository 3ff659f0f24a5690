"""Persons of a tenant: found by phone or made; changed; tied to the communities that know them."""

import hashlib
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Text, bindparam, select, update

from linli.domains.people import events
from linli.domains.people.models import community_persons, house_members, persons
from linli.domains.people.queries import persons as queries
from linli.domains.people.rows import Person
from linli.domains.people.schemas import Profile
from linli.domains.people.service import phones
from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


class PhoneTaken(Conflict):
    """The tenant knows this phone under another name. The owner is not named: they may belong to another community."""

    code = "person.phone_taken"


class NameFixed(BadInput):
    """Name and sex of a resident stay as registered (spec B §3.8)."""

    code = "person.name_fixed"

    def __init__(self, field: str) -> None:
        super().__init__(field=field, rule="fixed")


class PersonOrNew(NamedTuple):
    person: Person
    is_new: bool


DEFAULTS: dict[str, Any] = {
    "phone": None, "id_no": "", "sex": None, "age": None, "degree": None, "health": "", "marriage": None,
    "politics": None, "company": "", "registry": "", "registry_code": "", "residence_address": "",
    "residence_address_code": "", "nationality": "", "ext": "", "face_upload_id": "", "face_id": "",
}  # fmt: skip
"""Value of a column that was never filled."""
RESIDENT = "resident"
"""The history's name of a person of a community; the record is the identityId."""
FIELDS = ("name", *DEFAULTS)
"""A person's fields, by column."""

_set_all = Command(
    update(persons)
    .where(persons.c.id == bindparam("row", type_=INT), in_scope(persons))
    .values(
        {**{name: bindparam(f"new_{name}") for name in FIELDS}, "changed_ms": bindparam("now", type_=INT)}
    )
)
_touch_communities = Command(
    update(community_persons)
    .where(community_persons.c.person_id == bindparam("row", type_=INT))
    .values(changed_ms=bindparam("now", type_=INT)),
    unscoped="a person changed in one community has changed in all that know them",
)
_touch_here = Command(
    update(community_persons)
    .where(
        community_persons.c.person_id == bindparam("row", type_=INT),
        community_persons.c.community_id == bindparam("community", type_=INT),
        in_scope(community_persons),
    )
    .values(changed_ms=bindparam("now", type_=INT))
)
_touch_houses = Command(
    update(house_members)
    .where(house_members.c.person_id == bindparam("row", type_=INT))
    .values(
        changed_ms=bindparam("now", type_=INT),
        person_name=bindparam("name_now"),
        person_phone=bindparam("phone_now", type_=Text()),
    ),
    unscoped="a person changed in one community has changed in all that know them",
)
_known_to = Query(
    select(community_persons.c.community_id).where(
        community_persons.c.person_id == bindparam("row", type_=INT)
    ),
    unscoped="every community that knows a changed person gets the event",
)


_set_face = Command(
    update(persons)
    .where(
        persons.c.tenant_id == bindparam("scope_tenant"),
        persons.c.identity_id == bindparam("who"),
        persons.c.face_upload_id == "",
    )
    .values(face_id=bindparam("new_face"))
)


def face_id_of(identity_id: str, upload_id: str) -> str:
    """The faceId of a person's picture, in the shape of spec B §2.2; empty without a picture."""
    if not upload_id:
        return ""
    return "50" + hashlib.blake2b(f"{identity_id}/{upload_id}".encode(), digest_size=19).hexdigest()


def person_row(
    profile: Profile, *, person_id: int, identity_id: str, tenant_id: str, now_ms: int
) -> dict[str, Any]:
    """A whole row of `persons` for a checked profile, the columns always in the same order."""
    return {
        "id": person_id,
        "identity_id": identity_id,
        "tenant_id": tenant_id,
        "name": profile.name,
        **DEFAULTS,
        **profile.values(),
        "face_id": face_id_of(identity_id, profile.face_upload_id or ""),
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }


async def person_by_phone(scope: Scope, tx: Tx, *, profile: Profile) -> Person | None:
    """The tenant's person with the phone of a checked profile. Raises PhoneTaken when the name is another."""
    person = await queries.person_of_phone(scope, tx, profile.phone) if profile.phone else None
    if person is None or person.name == profile.name:
        return person
    if await _known_to.all(tx, row=person.id):
        raise PhoneTaken(field="phone", phone=profile.phone)
    # So far only an integrator's account told of them, under a nickname.
    return await _write(scope, tx, person, {"name": profile.name}, tx.db.clock.now_ms())


async def find_or_create(scope: Scope, tx: Tx, *, profile: Profile, ids: Ids, now_ms: int) -> PersonOrNew:
    """The tenant's person with the phone of a checked profile, or a new one. Raises PhoneTaken.

    Existing values of the tenant stay; the profile fills only empty fields.
    """
    existing_person = await person_by_phone(scope, tx, profile=profile)
    if existing_person is not None:
        missing = {
            name: value
            for name, value in profile.values().items()
            if getattr(existing_person, name) == DEFAULTS.get(name)
        }
        if missing:
            existing_person = await _write(scope, tx, existing_person, missing, now_ms)
        return PersonOrNew(existing_person, False)
    row = person_row(
        profile, person_id=ids.number(), identity_id=ids.identity_id(), tenant_id=scope.tenant, now_ms=now_ms
    )
    await tx.insert(persons, row)
    person = Person(**row)
    if person.face_id:
        await emit(tx, _new_face(person))
    return PersonOrNew(person, True)


async def change(
    scope: Scope,
    tx: Tx,
    *,
    identity_id: str,
    profile: Profile,
    now_ms: int,
    cleared: Collection[str] = (),
) -> Person:
    """Set the fields of a checked profile and empty the `cleared` ones; notifies every community of the person.

    Raises NotFound, PhoneTaken.
    """
    person = await queries.person(scope, tx, identity_id)
    values = {**{name: DEFAULTS[name] for name in cleared if name in DEFAULTS}, **profile.values()}
    changes = {name: value for name, value in values.items() if getattr(person, name) != value}
    if not changes:
        return person
    if phone := changes.get("phone"):
        holder = await queries.person_of_phone(scope, tx, phone)
        if holder is not None and holder.id != person.id:
            raise PhoneTaken(field="phone", phone=phone)
    return await _write(scope, tx, person, changes, now_ms)


def _new_face(person: Person) -> events.FaceChanged:
    return events.FaceChanged(
        person.tenant_id, person.id, person.identity_id, person.face_id, person.face_upload_id
    )


async def note_face(scope: Scope, tx: Tx, *, identity_id: str, face_id: str) -> None:
    """Keep the faceId of a picture that came by another way than an upload of the person's; empty: there is none."""
    await _set_face.run(tx, scope, who=identity_id, new_face=face_id)


async def blank(scope: Scope, tx: Tx, *, person: Person, now_ms: int) -> None:
    """Forget everything of a person but that the identityId was theirs. The caller has cut every tie."""
    values = {f"new_{name}": DEFAULTS.get(name, "") for name in FIELDS}
    await _set_all.run(tx, scope, row=person.id, now=now_ms, **values)


async def _write(scope: Scope, tx: Tx, person: Person, changes: dict[str, Any], now_ms: int) -> Person:
    if "face_upload_id" in changes:
        changes = {**changes, "face_id": face_id_of(person.identity_id, changes["face_upload_id"])}
    changed = person._replace(**changes, changed_ms=now_ms)
    values = {f"new_{name}": getattr(changed, name) for name in FIELDS}
    await _set_all.run(tx, scope, row=person.id, now=now_ms, **values)
    if "phone" in changes:
        await phones.follow(Scope.system(person.tenant_id), tx, person_ids=[person.id])
    await _touch_communities.run(tx, row=person.id, now=now_ms)
    await _touch_houses.run(tx, row=person.id, now=now_ms, name_now=changed.name, phone_now=changed.phone)
    for (community_id,) in await _known_to.all(tx, row=person.id):
        await history.note(
            scope,
            tx,
            history.Record(RESIDENT, person.identity_id, community_id),
            "changed",
            before={name: getattr(person, name) for name in changes},
            after=changes,
            now_ms=now_ms,
        )
        await emit(tx, events.UserChanged(person.tenant_id, community_id, [person.identity_id], "update"))
    if changed.face_id != person.face_id:
        await emit(tx, _new_face(changed))
    return changed


async def write_many(scope: Scope, tx: Tx, changed: list[Person], now_ms: int) -> None:
    """Whole rows as they shall be, but for pictures; neither history nor events."""
    rows = [
        {"row": person.id, "now": now_ms, **{f"new_{name}": getattr(person, name) for name in FIELDS}}
        for person in changed
    ]
    await _set_all.run_many(tx, rows, scope)
    await _touch_communities.run_many(tx, [{"row": person.id, "now": now_ms} for person in changed])
    await _touch_houses.run_many(
        tx,
        [
            {"row": person.id, "now": now_ms, "name_now": person.name, "phone_now": person.phone}
            for person in changed
        ],
    )


async def touch(scope: Scope, tx: Tx, *, community_id: int, person: Person, now_ms: int) -> None:
    """A community's data of a person changed, beside the person's own data, such as a group. Tells `UserChanged`."""
    await _touch_here.run(tx, scope, row=person.id, community=community_id, now=now_ms)
    await emit(tx, events.UserChanged(person.tenant_id, community_id, [person.identity_id], "update"))


async def is_shared(tx: Tx, person: Person, community_id: int) -> bool:
    """Whether any other community of the tenant knows a person."""
    return any(other_id != community_id for (other_id,) in await _known_to.all(tx, row=person.id))


async def introduce(scope: Scope, tx: Tx, *, community_id: int, person: Person, now_ms: int) -> None:
    """Let a community know a person; a second call changes nothing. Tells `UserChanged`."""
    scope.allow(community_id)
    row = {
        "community_id": community_id,
        "person_id": person.id,
        "tenant_id": person.tenant_id,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    community_rows = await _known_to.all(tx, row=person.id)
    if (community_id,) in community_rows:
        return
    await tx.insert(community_persons, row)
    await emit(tx, events.UserChanged(person.tenant_id, community_id, [person.identity_id], "insert"))
