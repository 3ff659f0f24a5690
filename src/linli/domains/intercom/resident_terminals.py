"""Routes by which a resident binds indoor terminals to a house (我的设备). Source: spec A, RES-09."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.answering import Answering
from linli.domains.intercom.errors import (
    HouseUnbound,
    TerminalBound,
    TerminalCodeRefused,
    TerminalUnknown,
    TooManyTerminals,
)
from linli.domains.intercom.queries import terminals as queries
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.rows import Terminal
from linli.domains.intercom.service import terminals as service
from linli.domains.people.queries import persons
from linli.domains.people.queries.residence import Home, Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets


class MyTerminal(msgspec.Struct, rename="camel", frozen=True):
    """A terminal of one's house."""

    bind_id: str
    nickname: str
    bound_ms: int
    bound_by: Annotated[str, Meta(description="The member who bound it.")]
    online: Annotated[bool, Meta(description="Its phone is logged in, or its page open.")]


class TerminalIn(msgspec.Struct, rename="camel", frozen=True):
    """A terminal that shows a code."""

    code: Annotated[str, Meta(description="As the terminal shows it.", max_length=64)]
    nickname: str


class TerminalName(msgspec.Struct, rename="camel", frozen=True):
    nickname: str


routes = Routes("/houses/{house_id:int}/terminals", tags=("intercom",))


@routes.get(raises=(NotFound,))
async def my_terminals(
    house_id: int, resident: Resident, db: Database, clock: Clock, answering: Answering
) -> list[MyTerminal]:
    """Those of one's house, the oldest first."""
    home = resident.home(house_id)
    scope = resident.at(home)
    rows = await queries.terminals_in(scope, db, [house_id])
    names = await persons.names(scope, db, [row.identity_id for row in rows])
    numbers = [row.number for row in rows]
    phones = await logged_in(db, tenant_id=home.tenant_id, numbers=numbers, now_ms=clock.now_ms())
    return [
        MyTerminal(
            row.bind_id,
            row.nickname,
            row.created_ms,
            names.get(row.identity_id, ""),
            row.number in phones or answering.terminals.is_here(row.number),
        )
        for row in rows
    ]


@routes.post(
    raises=(NotFound, BadInput, TerminalCodeRefused, TerminalBound, TooManyTerminals, HouseUnbound),
    status=204,
)
async def bind_my_terminal(
    house_id: int, data: TerminalIn, resident: Resident, tx: Tx, ids: Ids, secrets: Secrets, clock: Clock
) -> None:
    """Bind the terminal that shows a code; it rings with the house from then on."""
    home = resident.home(house_id)
    wish = service.Wish(home.community_id, house_id, data.nickname, home.identity_id)
    await service.bind(
        resident.at(home), tx, code=data.code, wish=wish, ids=ids, secrets=secrets, now_ms=clock.now_ms()
    )


@routes.put("/{bind_id:str}", raises=(NotFound, BadInput, TerminalUnknown))
async def rename_my_terminal(
    house_id: int, bind_id: str, data: TerminalName, resident: Resident, tx: Tx, clock: Clock
) -> None:
    """Give it another name."""
    home = resident.home(house_id)
    row = await _own(resident, tx, home, bind_id)
    await service.rename(resident.at(home), tx, terminal=row, nickname=data.nickname, now_ms=clock.now_ms())


@routes.delete("/{bind_id:str}", raises=(NotFound, TerminalUnknown))
async def unbind_my_terminal(house_id: int, bind_id: str, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Its phone is logged out at once; it must be bound again before it is used."""
    home = resident.home(house_id)
    row = await _own(resident, tx, home, bind_id)
    await service.unbind(resident.at(home), tx, terminal=row, now_ms=clock.now_ms())


async def _own(resident: Resident, db: Reader, home: Home, bind_id: str) -> Terminal:
    """Raises TerminalUnknown."""
    row = await queries.find_terminal(resident.at(home), db, bind_id)
    if row is None or row.space_id != home.house_id:
        raise TerminalUnknown(bind_id)
    return row


ROUTES = (routes,)
