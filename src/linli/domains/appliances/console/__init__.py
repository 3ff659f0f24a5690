"""Console routes of appliances."""

from linli.domains.appliances.console.certificates import CertificateReviewRoutes, CertificateRoutes
from linli.domains.appliances.console.clusters import ClusterRoutes
from linli.domains.appliances.console.components import ComponentRequestRoutes, ComponentRoutes
from linli.domains.appliances.console.drivers import DriverPackageRoutes, TrustedKeyRoutes
from linli.domains.appliances.console.gateways import DeploymentRoutes, GatewayRoutes, ProtocolRoutes
from linli.domains.appliances.console.nodes import NodeRoutes
from linli.domains.appliances.console.roots import DriverRootRoutes

ROUTES = (
    ClusterRoutes,
    NodeRoutes,
    ComponentRoutes,
    ComponentRequestRoutes,
    GatewayRoutes,
    ProtocolRoutes,
    DeploymentRoutes,
    DriverPackageRoutes,
    TrustedKeyRoutes,
    DriverRootRoutes,
    CertificateRoutes,
    CertificateReviewRoutes,
)
