"""Numbers of the whole installation for its operator: companies and log-ins, and no names."""

from typing import NamedTuple

from sqlalchemy import func, select

from linli.domains.people.models import accounts, organisations, staff
from linli.kernel import tenancy
from linli.kernel.db import Query, Reader

_OPERATOR = "the operator sees how many there are, and not whose"
_tenants = Query(select(func.count()).select_from(tenancy.tenants), unscoped=_OPERATOR)
_unsigned = Query(
    select(func.count()).where(organisations.c.signed_ms == 0, organisations.c.ended_ms == 0),
    unscoped=_OPERATOR,
)
_ended = Query(select(func.count()).where(organisations.c.ended_ms > 0), unscoped=_OPERATOR)
_accounts = Query(select(func.count()).select_from(accounts), heavy=True)
_closed = Query(
    select(func.count(func.distinct(staff.c.account_id))).where(staff.c.disabled == 1),
    unscoped=_OPERATOR,
    heavy=True,
)


class CompanyFigures(NamedTuple):
    all: int
    unsigned: int
    """Founded, and without a contract so far."""
    ended: int


async def company_figures(db: Reader) -> CompanyFigures:
    return CompanyFigures(
        int(await _tenants.scalar(db)), int(await _unsigned.scalar(db)), int(await _ended.scalar(db))
    )


async def count_accounts(db: Reader) -> int:
    """Log-ins of the installation."""
    return int(await _accounts.scalar(db))


async def count_closed(db: Reader) -> int:
    """Log-ins that some company has closed to itself."""
    return int(await _closed.scalar(db))
