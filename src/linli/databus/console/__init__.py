"""Web routes of the data bus: models and records, subscriptions and how they are delivered; listed by the console."""

from linli.databus.console.records import ModelRoutes, RecordRoutes
from linli.databus.console.subscriptions import SubscriptionRoutes

ROUTES = (ModelRoutes, RecordRoutes, SubscriptionRoutes)

__all__ = ["ROUTES"]
