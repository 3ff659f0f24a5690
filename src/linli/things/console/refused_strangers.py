"""Refused clients that are no registered device: for persons who set up devices; the operator sees all."""

import msgspec

from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.debugging.refused_strangers import RefusedStranger, list_strangers


class RefusedStrangerRow(msgspec.Struct, rename="camel", frozen=True):
    """An attempt to connect or to register. Names are what the caller said of itself."""

    id: str
    at_ms: int
    step: str
    """`CONNECT`, `REGISTER`, `PRE-AUTH` or `TLS`."""
    reason: str
    peer: str
    """Address, `host:port`."""
    connection: str
    """Its protection: `plain`, a version of TLS, …; empty: no connection was made."""
    product_key: str
    product_name: str
    """Empty: there is no such product."""
    device_name: str
    user: str

    @staticmethod
    def of(row: RefusedStranger) -> "RefusedStrangerRow":
        facts = row.facts
        return RefusedStrangerRow(
            id=row.id,
            at_ms=row.at_ms,
            step=row.step,
            reason=masked_text(row.reason),
            peer=facts.peer,
            connection=facts.connection,
            product_key=facts.product_key,
            product_name=row.product_name,
            device_name=facts.device_name,
            user=facts.user,
        )


class StrangerFilter(Filter, frozen=True):
    """Part of the reason, the step or the product's name."""

    q: str = ""


refused_stranger_routes = Routes("/refused-strangers", tags=("debugging",))


@refused_stranger_routes.get(right="devices.use")
async def list_refused_strangers(
    scope: Scope, db: Database, page: PageRequest, where: StrangerFilter
) -> Page[RefusedStrangerRow]:
    """Attempts that named a product in sight and no device of it, newest first."""
    strangers = await list_strangers(scope, db, text=where.q.strip(), page=page)
    return Page.of(page, strangers.total, [RefusedStrangerRow.of(row) for row in strangers.data])
