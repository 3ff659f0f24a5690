"""Console: the company's root key. Its boxes run only drivers that this key vouches for."""

import msgspec

from linli.domains.boxes.console.drivers import MANAGE, USE
from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.service import roots
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.scope import Scope
from linli.protocols.edge_link import trust


class DriverRootRow(msgspec.Struct, rename="camel", frozen=True):
    """The one in use; `number` 0: no box was activated and no key trusted yet."""

    number: int
    fingerprint: str
    created_ms: int


driver_root_routes = Routes("/edge/driver-root", tags=("edge",))


@driver_root_routes.get(right=USE)
async def show(scope: Scope, db: Database) -> DriverRootRow:
    """Its fingerprint, as each box's own page shows it."""
    chain = await roots.chain(scope, db)
    return _row(chain[-1]) if chain else DriverRootRow(0, "", 0)


@driver_root_routes.post("/rotate", right=MANAGE, status=200)
async def rotate(hand: Hand, tx: Tx) -> DriverRootRow:
    """A new one, signed by the old one; boxes follow when they fetch their deployment next."""
    return _row(await roots.rotate(hand.within, tx, secrets=hand.secrets, now_ms=hand.now_ms))


def _row(root: roots.Root) -> DriverRootRow:
    return DriverRootRow(root.number, trust.fingerprint(root.public_key), root.created_ms)
