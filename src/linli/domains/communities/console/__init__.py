"""Web routes of communities, spaces, imports and residents; listed by the console's app."""

from linli.domains.communities.console.communities import (
    CommunityRoutes,
    PoiRoutes,
    ReviewRoutes,
    UploadRoutes,
)
from linli.domains.communities.console.houses import HouseRoutes
from linli.domains.communities.console.imports import ImportRoutes, SpaceImportRoutes, TemplateRoutes
from linli.domains.communities.console.residents import ResidentRoutes
from linli.domains.communities.console.spaces import CommunitySpaceRoutes, SpaceRoutes
from linli.domains.communities.console.vehicles import VehicleRoutes, VehicleTemplateRoutes

CONTROLLERS = (
    CommunityRoutes,
    CommunitySpaceRoutes,
    HouseRoutes,
    ImportRoutes,
    PoiRoutes,
    ResidentRoutes,
    ReviewRoutes,
    SpaceImportRoutes,
    SpaceRoutes,
    TemplateRoutes,
    UploadRoutes,
    VehicleRoutes,
    VehicleTemplateRoutes,
)

__all__ = ["CONTROLLERS"]
