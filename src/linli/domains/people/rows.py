"""Persons, house members and groups as the queries read them. Times are UTC ms."""

from typing import NamedTuple


class Person(NamedTuple):
    """A row of `persons`, in the order of the columns."""

    id: int
    identity_id: str
    tenant_id: str
    name: str
    phone: str | None
    id_no: str
    sex: int | None
    age: int | None
    degree: int | None
    health: str
    marriage: int | None
    politics: int | None
    company: str
    registry: str
    registry_code: str
    residence_address: str
    residence_address_code: str
    nationality: str
    ext: str
    face_upload_id: str
    face_id: str
    created_ms: int
    changed_ms: int


class Member(NamedTuple):
    """One person in one house, with the person's fields."""

    house_id: int
    community_id: int
    type: int
    status: int
    source: str
    approve_comment: str
    moved_in_ms: int
    created_ms: int
    changed_ms: int
    person_id: int
    identity_id: str
    name: str
    phone: str | None
    id_no: str
    sex: int | None
    age: int | None
    degree: int | None
    health: str
    marriage: int | None
    politics: int | None
    company: str
    registry: str
    registry_code: str
    residence_address: str
    residence_address_code: str
    nationality: str
    ext: str
    face_upload_id: str


class Group(NamedTuple):
    user_group_id: str
    community_id: int
    type: str
    name: str
    is_default: int


class GroupOfPerson(NamedTuple):
    person_id: int
    user_group_id: str
    name: str
    type: str


class PersonOfCommunity(NamedTuple):
    """A person, and when this community came to know of them and of their last change."""

    person: Person
    created_ms: int
    changed_ms: int
