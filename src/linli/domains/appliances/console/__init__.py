"""Console routes of appliances."""

from linli.domains.appliances.console.certificates import certificate_review_routes, certificate_routes
from linli.domains.appliances.console.clusters import cluster_routes
from linli.domains.appliances.console.components import component_request_routes, component_routes
from linli.domains.appliances.console.drivers import driver_package_routes, trusted_key_routes
from linli.domains.appliances.console.gateways import deployment_routes, gateway_routes, protocol_routes
from linli.domains.appliances.console.nodes import node_routes
from linli.domains.appliances.console.roots import driver_root_routes

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
