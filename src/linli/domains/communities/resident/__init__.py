"""What residents see and do of communities and houses."""

from litestar import Controller

from linli.domains.communities.resident.communities import CommunityRoutes
from linli.domains.communities.resident.houses import HouseRoutes

CONTROLLERS: tuple[type[Controller], ...] = (CommunityRoutes, HouseRoutes)
