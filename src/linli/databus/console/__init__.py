"""Web routes of the data bus: models and records, subscriptions and how they are delivered; listed by the console."""

from linli.databus.console.records import model_routes, record_routes
from linli.databus.console.subscriptions import HISTORY, subscription_routes

ROUTES = (model_routes, record_routes, subscription_routes)

__all__ = ["HISTORY", "ROUTES"]
