"""Web routes of communities, spaces, imports and residents; listed by the console's app."""

from linli.domains.communities.console.assets import asset_routes
from linli.domains.communities.console.claims import (
    claim_help_routes,
    claim_routes,
    on_behalf_routes,
)
from linli.domains.communities.console.communities import (
    community_routes,
    poi_routes,
    review_routes,
    upload_routes,
)
from linli.domains.communities.console.companies import company_routes, organisation_data_routes
from linli.domains.communities.console.creation import creation_routes, creation_rule_routes
from linli.domains.communities.console.employee_books import (
    employee_export_routes,
    employee_template_routes,
)
from linli.domains.communities.console.exports import export_routes
from linli.domains.communities.console.fields import resident_field_routes
from linli.domains.communities.console.houses import house_routes
from linli.domains.communities.console.imports import import_routes, space_import_routes, template_routes
from linli.domains.communities.console.list_imports import employee_import_routes, vehicle_import_routes
from linli.domains.communities.console.poi_requests import poi_request_routes, poi_review_routes
from linli.domains.communities.console.projects import project_community_routes
from linli.domains.communities.console.resident_detail import duplicate_routes, resident_detail_routes
from linli.domains.communities.console.resident_pages import resident_page_review_routes, resident_page_routes
from linli.domains.communities.console.residents import resident_routes
from linli.domains.communities.console.spaces import community_space_routes, space_routes
from linli.domains.communities.console.vehicles import vehicle_routes, vehicle_template_routes

ROUTES = (
    asset_routes,
    claim_help_routes,
    claim_routes,
    on_behalf_routes,
    poi_request_routes,
    poi_review_routes,
    resident_page_review_routes,
    resident_page_routes,
    community_routes,
    company_routes,
    creation_routes,
    creation_rule_routes,
    organisation_data_routes,
    project_community_routes,
    community_space_routes,
    duplicate_routes,
    export_routes,
    employee_export_routes,
    employee_import_routes,
    employee_template_routes,
    house_routes,
    import_routes,
    poi_routes,
    resident_detail_routes,
    resident_field_routes,
    resident_routes,
    review_routes,
    space_import_routes,
    space_routes,
    template_routes,
    upload_routes,
    vehicle_import_routes,
    vehicle_routes,
    vehicle_template_routes,
)

__all__ = ["ROUTES"]
