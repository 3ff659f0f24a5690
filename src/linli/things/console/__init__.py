"""Web routes of the thing platform, for the console's app."""

from litestar import Controller

from linli.things.console.batches import DeviceBatchRoutes, ProductImportRoutes
from linli.things.console.calls import DeviceCallRoutes
from linli.things.console.categories import CategoryRoutes
from linli.things.console.certificates import DeviceCertificateRoutes, ProductAuthenticationRoutes
from linli.things.console.charts import ChartRoutes
from linli.things.console.connections import DeviceEntryRoutes, ProductConnectionRoutes
from linli.things.console.debugging import DebugRoutes, SimulatorRoutes
from linli.things.console.device_log import DeviceLogRoutes, RefusedRoutes
from linli.things.console.devices import DeviceRoutes
from linli.things.console.groups import DeviceGroupRoutes
from linli.things.console.lifecycle import DeviceLifecycleRoutes, ManyDeviceRoutes
from linli.things.console.messages import MessageRoutes, ParkedRoutes
from linli.things.console.own_logs import DeviceOwnLogRoutes
from linli.things.console.product_models import ProductModelRoutes, UnitRoutes
from linli.things.console.products import ProductRoutes
from linli.things.console.scripts import DeviceScriptRoutes, ProductScriptRoutes
from linli.things.console.serials import SerialCategoryRoutes, SerialNumberRoutes
from linli.things.console.shadows import DeviceDesiredRoutes, DeviceShadowRoutes
from linli.things.console.topology import TopologyRoutes
from linli.things.console.values import DeviceValueRoutes

ROUTES: tuple[type[Controller], ...] = (
    DeviceRoutes,
    DeviceLifecycleRoutes,
    ManyDeviceRoutes,
    DeviceGroupRoutes,
    DeviceBatchRoutes,
    ProductImportRoutes,
    ProductRoutes,
    ProductModelRoutes,
    UnitRoutes,
    CategoryRoutes,
    DeviceValueRoutes,
    ChartRoutes,
    DebugRoutes,
    DeviceLogRoutes,
    RefusedRoutes,
    SimulatorRoutes,
    DeviceCallRoutes,
    DeviceShadowRoutes,
    DeviceDesiredRoutes,
    DeviceOwnLogRoutes,
    DeviceScriptRoutes,
    ProductScriptRoutes,
    TopologyRoutes,
    DeviceCertificateRoutes,
    ProductAuthenticationRoutes,
    ProductConnectionRoutes,
    DeviceEntryRoutes,
    MessageRoutes,
    ParkedRoutes,
    SerialCategoryRoutes,
    SerialNumberRoutes,
)

__all__ = ["ROUTES"]
