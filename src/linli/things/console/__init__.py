"""Web routes of the thing platform, for the console's app."""

from linli.things.console.batches import device_batch_routes, product_import_routes
from linli.things.console.calls import device_call_routes
from linli.things.console.categories import category_routes
from linli.things.console.certificates import device_certificate_routes, product_authentication_routes
from linli.things.console.charts import chart_routes
from linli.things.console.connections import device_entry_routes, product_connection_routes
from linli.things.console.debugging import debug_routes, simulator_routes
from linli.things.console.device_log import device_log_routes, refused_routes
from linli.things.console.devices import device_routes
from linli.things.console.groups import HISTORY, device_group_routes
from linli.things.console.lifecycle import device_lifecycle_routes, many_device_routes
from linli.things.console.messages import message_routes, parked_routes
from linli.things.console.own_logs import device_own_log_routes
from linli.things.console.product_models import product_model_routes, unit_routes
from linli.things.console.products import product_routes
from linli.things.console.refused_strangers import refused_stranger_routes
from linli.things.console.scripts import device_script_routes, product_script_routes
from linli.things.console.serials import serial_category_routes, serial_number_routes
from linli.things.console.shadows import device_desired_routes, device_shadow_routes
from linli.things.console.topology import topology_routes
from linli.things.console.values import device_value_routes

ROUTES = (
    device_routes,
    device_lifecycle_routes,
    many_device_routes,
    device_group_routes,
    device_batch_routes,
    product_import_routes,
    product_routes,
    product_model_routes,
    unit_routes,
    category_routes,
    device_value_routes,
    chart_routes,
    debug_routes,
    device_log_routes,
    refused_routes,
    refused_stranger_routes,
    simulator_routes,
    device_call_routes,
    device_shadow_routes,
    device_desired_routes,
    device_own_log_routes,
    device_script_routes,
    product_script_routes,
    topology_routes,
    device_certificate_routes,
    product_authentication_routes,
    product_connection_routes,
    device_entry_routes,
    message_routes,
    parked_routes,
    serial_category_routes,
    serial_number_routes,
)

__all__ = ["HISTORY", "ROUTES"]
