"""Web routes of visitors; listed by the console's app."""

from linli.domains.visitors.console.posters import PosterRoutes
from linli.domains.visitors.console.visits import VisitRoutes

CONTROLLERS = (VisitRoutes, PosterRoutes)

__all__ = ["CONTROLLERS"]
