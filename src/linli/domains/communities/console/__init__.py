"""Web routes of communities, spaces, imports and residents; listed by the console's app."""

from linli.domains.communities.console.assets import AssetRoutes
from linli.domains.communities.console.claims import (
    ClaimHelpRoutes,
    ClaimRoutes,
    OnBehalfRoutes,
)
from linli.domains.communities.console.communities import (
    CommunityRoutes,
    PoiRoutes,
    ReviewRoutes,
    UploadRoutes,
)
from linli.domains.communities.console.companies import CompanyRoutes, OrganisationDataRoutes
from linli.domains.communities.console.employee_books import (
    EmployeeExportRoutes,
    EmployeeTemplateRoutes,
)
from linli.domains.communities.console.exports import ExportRoutes
from linli.domains.communities.console.fields import ResidentFieldRoutes
from linli.domains.communities.console.houses import HouseRoutes
from linli.domains.communities.console.imports import ImportRoutes, SpaceImportRoutes, TemplateRoutes
from linli.domains.communities.console.list_imports import EmployeeImportRoutes, VehicleImportRoutes
from linli.domains.communities.console.poi_requests import PoiRequestRoutes, PoiReviewRoutes
from linli.domains.communities.console.projects import ProjectCommunityRoutes
from linli.domains.communities.console.resident_detail import DuplicateRoutes, ResidentDetailRoutes
from linli.domains.communities.console.resident_pages import ResidentPageReviewRoutes, ResidentPageRoutes
from linli.domains.communities.console.residents import ResidentRoutes
from linli.domains.communities.console.spaces import CommunitySpaceRoutes, SpaceRoutes
from linli.domains.communities.console.vehicles import VehicleRoutes, VehicleTemplateRoutes

ROUTES = (
    AssetRoutes,
    ClaimHelpRoutes,
    ClaimRoutes,
    OnBehalfRoutes,
    PoiRequestRoutes,
    PoiReviewRoutes,
    ResidentPageReviewRoutes,
    ResidentPageRoutes,
    CommunityRoutes,
    CompanyRoutes,
    OrganisationDataRoutes,
    ProjectCommunityRoutes,
    CommunitySpaceRoutes,
    DuplicateRoutes,
    ExportRoutes,
    EmployeeExportRoutes,
    EmployeeImportRoutes,
    EmployeeTemplateRoutes,
    HouseRoutes,
    ImportRoutes,
    PoiRoutes,
    ResidentDetailRoutes,
    ResidentFieldRoutes,
    ResidentRoutes,
    ReviewRoutes,
    SpaceImportRoutes,
    SpaceRoutes,
    TemplateRoutes,
    UploadRoutes,
    VehicleImportRoutes,
    VehicleRoutes,
    VehicleTemplateRoutes,
)

__all__ = ["ROUTES"]
