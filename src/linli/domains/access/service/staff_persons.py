"""The identity of a log-in at doors."""

from linli.domains.access.service import persons
from linli.domains.people.queries import persons as people
from linli.kernel.db import Reader, Tx
from linli.kernel.scope import Scope


async def staff_identity(scope: Scope, db: Reader, *, account_id: int) -> str:
    """The identityId by which doors know a log-in: its person's, or one of its own where it has none."""
    person = await people.person_of_account(scope, db, account_id)
    return person.identity_id if person else f"account-{account_id}"


async def staff_person(scope: Scope, tx: Tx, *, account_id: int, name: str, now_ms: int) -> str:
    """`staff_identity`, which doors know by `name` from now on where nobody else does."""
    identity_id = await staff_identity(scope, tx, account_id=account_id)
    if await people.person_of_account(scope, tx, account_id) is None:
        await persons.save_person(
            scope, tx, identity_id=identity_id, name=name[: persons.MAX_NAME], ext_info=None, now_ms=now_ms
        )
    return identity_id
