"""User ids of integrators, checked against what the caller may see."""

from typing import NamedTuple

from linli.domains.access.errors import PersonUnknown
from linli.domains.access.queries.persons import find_person
from linli.domains.people.queries import persons as people
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope

IDENTITY, PHONE = "IDENTITY", "PHONE"
USER_TYPES = (IDENTITY, "OPEN", "YUNDUN", PHONE)
MAX_USER_ID = 64


class User(NamedTuple):
    """A user id as rows keep it."""

    owner: str
    user_type: str
    user_id: str
    identity_id: str
    """The person's identityId; empty if the tenant has no such person."""
    name: str = ""


def owner_of(scope: Scope, user_type: str) -> str:
    """Ids of persons belong to the tenant; every other id belongs to the project that uses it."""
    return "" if user_type == IDENTITY else scope.project_id or ""


async def user_of(scope: Scope, db: Reader, *, user_type: str, user_id: str, field: str = "userId") -> User:
    """Raises BadInput, PersonUnknown for an identityId that the caller does not know."""
    if user_type not in USER_TYPES:
        raise BadInput(field="userType", rule="one_of", allowed=", ".join(USER_TYPES))
    if not user_id.strip():
        raise BadInput(field=field, rule="blank")
    if len(user_id) > MAX_USER_ID:
        raise BadInput(field=field, rule="too_long", limit=MAX_USER_ID)
    owner = owner_of(scope, user_type)
    if user_type == IDENTITY:
        try:
            person = await people.person(scope, db, user_id)
            return User(owner, user_type, user_id, user_id, person.name)
        except NotFound:
            door_person = await find_person(scope, db, identity_id=user_id)
            if door_person is None:
                raise PersonUnknown(user_id) from None
            return User(owner, user_type, user_id, user_id, door_person.name)
    if user_type == PHONE:
        holder = await people.person_of_phone(scope, db, user_id)
        if holder is not None:
            try:
                person = await people.person(scope, db, holder.identity_id)
            except NotFound:
                return User(owner, user_type, user_id, "")
            return User(owner, user_type, user_id, person.identity_id, person.name)
    return User(owner, user_type, user_id, "")
