"""Console: indoor terminals of the property's office (可视对讲, spec A PM-18)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.answering import Answering
from linli.domains.intercom.errors import (
    TerminalBound,
    TerminalCodeRefused,
    TerminalUnknown,
    TooManyTerminals,
)
from linli.domains.intercom.queries import terminals as queries
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.rows import Terminal
from linli.domains.intercom.service import terminals as service
from linli.domains.people.queries import persons as people
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets


class OfficeTerminal(msgspec.Struct, rename="camel", frozen=True):
    """A terminal of the property's office."""

    bind_id: str
    nickname: str
    number: str
    bound_ms: int
    online: Annotated[bool, Meta(description="Its phone is logged in, or its page open.")]


class OfficeTerminalIn(msgspec.Struct, rename="camel", frozen=True):
    """A terminal that shows a code."""

    code: Annotated[str, Meta(description="As the terminal shows it.", max_length=64)]
    nickname: str


class OfficeTerminalName(msgspec.Struct, rename="camel", frozen=True):
    nickname: str


terminal_routes = Routes("/communities/{community_id:int}/terminals", tags=("intercom",))


@terminal_routes.get(right="devices.use", raises=(NotFound,))
async def office_terminals(
    community_id: int, within: Scope, db: Database, clock: Clock, answering: Answering
) -> list[OfficeTerminal]:
    """The oldest first."""
    scope = await people.community_scope(within, db, community_id)
    rows = await queries.terminals_of_office(scope, db, community_id)
    numbers = [row.number for row in rows]
    phones = await logged_in(db, tenant_id=scope.tenant, numbers=numbers, now_ms=clock.now_ms())
    return [
        OfficeTerminal(
            row.bind_id,
            row.nickname,
            row.number,
            row.created_ms,
            row.number in phones or answering.terminals.is_here(row.number),
        )
        for row in rows
    ]


@terminal_routes.post(
    right="devices.manage",
    status=204,
    raises=(NotFound, BadInput, TerminalCodeRefused, TerminalBound, TooManyTerminals),
)
async def bind_office_terminal(
    community_id: int,
    data: OfficeTerminalIn,
    within: Scope,
    tx: Tx,
    ids: Ids,
    secrets: Secrets,
    clock: Clock,
) -> None:
    """Bind the terminal that shows a code; it rings as a guard desk does, and opens the community's doors."""
    scope = await people.community_scope(within, tx, community_id)
    wish = service.Wish(community_id, None, data.nickname)
    await service.bind(scope, tx, code=data.code, wish=wish, ids=ids, secrets=secrets, now_ms=clock.now_ms())


@terminal_routes.put("/{bind_id:str}", right="devices.manage", raises=(NotFound, BadInput, TerminalUnknown))
async def rename_office_terminal(
    community_id: int, bind_id: str, data: OfficeTerminalName, within: Scope, tx: Tx, clock: Clock
) -> None:
    """Give it another name."""
    scope = await people.community_scope(within, tx, community_id)
    row = await _own(scope, tx, bind_id)
    await service.rename(scope, tx, terminal=row, nickname=data.nickname, now_ms=clock.now_ms())


@terminal_routes.delete("/{bind_id:str}", right="devices.manage", raises=(NotFound, TerminalUnknown))
async def unbind_office_terminal(
    community_id: int, bind_id: str, within: Scope, tx: Tx, clock: Clock
) -> None:
    """Its phone is logged out at once; it must be bound again before it is used."""
    scope = await people.community_scope(within, tx, community_id)
    await service.unbind(scope, tx, terminal=await _own(scope, tx, bind_id), now_ms=clock.now_ms())


async def _own(scope: Scope, db: Reader, bind_id: str) -> Terminal:
    """Raises TerminalUnknown, for a terminal of a house too: that is its members' own."""
    row = await queries.find_terminal(scope, db, bind_id)
    if row is None or row.space_id is not None:
        raise TerminalUnknown(bind_id)
    return row
