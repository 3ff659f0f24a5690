"""Names of persons for rooms that know them by their identityId alone."""

from linli.domains.people.queries import callers as account_names
from linli.domains.people.queries import persons
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class PersonNames:
    async def names(self, scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, str]:
        return await persons.names(scope, db, identity_ids)

    async def caller_names(self, db: Reader, callers: list[str]) -> dict[str, str]:
        return await account_names.caller_names(db, callers)
