"""Door persons: the persons behind identityIds at doors (spec E, B1 to B4)."""

from sqlalchemy import bindparam, delete

from linli.domains.access.errors import PersonUnknown
from linli.domains.access.events import DoorPersonDeleted
from linli.domains.access.models import persons
from linli.domains.access.queries import persons as queries
from linli.domains.access.rows import DoorPerson
from linli.domains.people.queries import persons as people
from linli.kernel.db import Command, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.scope import Scope

MAX_IDENTITY = 64
MAX_NAME = 64
MAX_EXT_INFO = 1024

_delete = Command(
    delete(persons).where(
        persons.c.identity_id == bindparam("of_identity"),
        persons.c.project_id == bindparam("of_project"),
        persons.c.tenant_id == bindparam("scope_tenant"),
    )
)


async def save_person(
    scope: Scope, tx: Tx, *, identity_id: str, name: str | None, ext_info: str | None, now_ms: int
) -> DoorPerson:
    """Create a door person, or change what is given (None leaves it). Raises BadInput: a new one needs a name."""
    check_identity(identity_id)
    if name is not None and not name.strip():
        raise BadInput(field="name", rule="blank")
    if name is not None and len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if ext_info is not None and len(ext_info) > MAX_EXT_INFO:
        raise BadInput(field="extInfo", rule="too_long", limit=MAX_EXT_INFO)
    door_person = await queries.find_person(scope, tx, identity_id=identity_id)
    if door_person is None and name is None:
        raise BadInput(field="name", rule="required")
    row = DoorPerson(
        scope.tenant,
        queries.project_of(scope),
        identity_id,
        name if name is not None else door_person.name if door_person else "",
        ext_info if ext_info is not None else door_person.ext_info if door_person else "",
        door_person.created_ms if door_person else now_ms,
        now_ms,
    )
    await tx.upsert(
        persons,
        [row._asdict()],
        keys=("tenant_id", "project_id", "identity_id"),
        update=("name", "ext_info", "changed_ms"),
    )
    return row


async def delete_person(scope: Scope, tx: Tx, *, identity_id: str) -> None:
    """Delete a door person; codes and cards given in their name stop working after the commit.

    Raises PersonUnknown, BadInput.
    """
    check_identity(identity_id)
    project = queries.project_of(scope)
    if not await _delete.run(tx, scope, of_identity=identity_id, of_project=project):
        raise PersonUnknown(identity_id)
    await emit(tx, DoorPersonDeleted(scope.tenant, project, identity_id), key=identity_id)


async def require_person(scope: Scope, tx: Tx, *, identity_id: str) -> None:
    """A door person, or a person that the caller's communities know. Raises PersonUnknown, BadInput."""
    check_identity(identity_id)
    if await queries.find_person(scope, tx, identity_id=identity_id) is not None:
        return
    try:
        await people.person(scope, tx, identity_id)
    except NotFound:
        raise PersonUnknown(identity_id) from None


def check_identity(identity_id: str) -> None:
    if not identity_id.strip():
        raise BadInput(field="identityId", rule="blank")
    if len(identity_id) > MAX_IDENTITY:
        raise BadInput(field="identityId", rule="too_long", limit=MAX_IDENTITY)
