"""Console routes of boxes."""

from linli.domains.boxes.console.certificates import certificate_review_routes, certificate_routes
from linli.domains.boxes.console.clusters import cluster_routes
from linli.domains.boxes.console.components import component_request_routes, component_routes
from linli.domains.boxes.console.drivers import driver_package_routes, trusted_key_routes
from linli.domains.boxes.console.gateways import deployment_routes, gateway_routes, protocol_routes
from linli.domains.boxes.console.nodes import node_routes
from linli.domains.boxes.console.roots import driver_root_routes

ROUTES = (
    cluster_routes,
    node_routes,
    component_routes,
    component_request_routes,
    gateway_routes,
    protocol_routes,
    deployment_routes,
    driver_package_routes,
    trusted_key_routes,
    driver_root_routes,
    certificate_routes,
    certificate_review_routes,
)
