"""Console: the root key by which the company's boxes know whose drivers they may run."""

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency

from linli.domains.appliances.console.drivers import MANAGE, USE
from linli.domains.appliances.console.hand import HAND, Hand
from linli.domains.appliances.service import roots
from linli.kernel.db import Database
from linli.kernel.scope import Scope
from linli.protocols.edge_link import trust


class DriverRootRow(msgspec.Struct, rename="camel", frozen=True):
    """The one in use; `number` 0: no box was activated and no key trusted yet."""

    number: int
    fingerprint: str
    created_ms: int


class DriverRootRoutes(Controller):
    path = "/edge/driver-root"
    tags = ("edge",)
    dependencies = HAND

    @get("/", right=USE)
    async def show(self, within: NamedDependency[Scope], db: NamedDependency[Database]) -> DriverRootRow:
        """Its fingerprint, as each box's own page shows it."""
        held = await roots.chain(within, db)
        return _row(held[-1]) if held else DriverRootRow(0, "", 0)

    @post("/rotate", right=MANAGE, status_code=200)
    async def rotate(self, hand: NamedDependency[Hand]) -> DriverRootRow:
        """A new one, signed by the old one; boxes follow when they fetch their deployment next."""
        async with hand.db.begin() as tx:
            return _row(await roots.rotate(hand.within, tx, secrets=hand.secrets, now_ms=hand.now_ms))


def _row(root: roots.Root) -> DriverRootRow:
    return DriverRootRow(root.number, trust.fingerprint(root.public_key), root.created_ms)
