"""What residents see and do of communities and houses."""

from litestar import Controller

from linli.domains.communities.resident.communities import CommunityRoutes
from linli.domains.communities.resident.houses import CertificationRoutes, HouseRoutes
from linli.domains.communities.resident.members import InvitationRoutes, MemberRoutes
from linli.domains.communities.resident.vehicles import VehicleRoutes

ROUTES: tuple[type[Controller], ...] = (
    CommunityRoutes,
    HouseRoutes,
    CertificationRoutes,
    MemberRoutes,
    InvitationRoutes,
    VehicleRoutes,
)
