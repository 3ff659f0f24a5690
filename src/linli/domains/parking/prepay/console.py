"""Console: the drivers' page of a lot, to print."""

import msgspec

from linli.domains.communities.queries import spaces
from linli.domains.parking.prepay.links import ParkingLinks
from linli.domains.people.rights import Right
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class DriversPage(msgspec.Struct, rename="camel", frozen=True):
    """Where drivers pay without log-in."""

    url: str


page_routes = Routes("/parking-lots", tags=("parking",))
ROUTES = (page_routes,)


@page_routes.get("/{lot_id:int}/drivers-page", right=Right.VEHICLES_SEE, raises=(NotFound,))
async def show_drivers_page(
    lot_id: int, scope: Scope, db: Database, secrets: Secrets, settings: Settings
) -> DriversPage:
    """The address that drivers scan to pay by plate; it works while the lot charges by a tariff."""
    await spaces.space(scope, db, lot_id)
    return DriversPage(ParkingLinks(secrets, settings.public_url).lot_url(lot_id))
