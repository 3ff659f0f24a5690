"""The reads of a person's data, for that person: names of staff and companies instead of ids."""

from typing import NamedTuple

from linli.domains.people.queries import own_rights
from linli.domains.people.queries.residence import Resident
from linli.kernel import tenancy
from linli.kernel.audit import PERSON_KINDS, SecretRead, reads_of_persons
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class ReadBy(NamedTuple):
    kind: str
    who: str
    company: str
    by: str
    """staff, app, operator or system."""
    at_ms: int


async def of_resident(db: Reader, who: Resident, *, most: int = 200) -> list[ReadBy]:
    """The last reads of the person's details in every company, newest first."""
    reads: list[tuple[str, SecretRead]] = []
    for own in who.persons.values():
        communities = {home.community_id for home in who.homes if home.tenant_id == own.tenant_id}
        targets = [own.identity_id, *(str(community) for community in communities)]
        scope = Scope.system(own.tenant_id, "privacy")
        rows = await reads_of_persons(scope, db, targets=targets, most=most)
        reads += [(own.tenant_id, row) for row in rows if row.kind in PERSON_KINDS]
    reads.sort(key=lambda read: read[1].at_ms, reverse=True)
    reads = reads[:most]
    numbers = {
        row.caller.partition(":")[2] for _, row in reads if row.caller.startswith(("staff:", "operator:"))
    }
    names = await own_rights.names(
        db, [int(account_number) for account_number in numbers if account_number.isdecimal()]
    )
    companies: dict[str, str] = {}
    bies = []
    for tenant_id, row in reads:
        if tenant_id not in companies:
            try:
                companies[tenant_id] = (await tenancy.get_tenant(db, tenant_id)).name
            except NotFound:
                companies[tenant_id] = ""
        by, _, number = row.caller.partition(":")
        name = names.get(int(number), "") if number.isdecimal() else number
        bies.append(ReadBy(row.kind, name, companies[tenant_id], by, row.at_ms))
    return bies
