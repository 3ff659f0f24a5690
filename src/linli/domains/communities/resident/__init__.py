"""Residents' routes for communities and houses."""

from linli.domains.communities.resident.communities import community_routes
from linli.domains.communities.resident.houses import certification_routes, house_routes
from linli.domains.communities.resident.members import invitation_routes, member_routes
from linli.domains.communities.resident.vehicles import vehicle_routes

ROUTES = (
    community_routes,
    house_routes,
    certification_routes,
    member_routes,
    invitation_routes,
    vehicle_routes,
)
