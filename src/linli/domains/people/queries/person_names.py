"""Names of persons for rooms that know them by their identityId alone."""

from linli.domains.people.queries import persons
from linli.kernel.db import Reader
from linli.kernel.scope import Scope


class PersonNames:
    async def names(self, scope: Scope, db: Reader, identity_ids: list[str]) -> dict[str, str]:
        return await persons.names(scope, db, identity_ids)
