"""Web routes of visitors; listed by the console's app."""

from linli.domains.people.rights import Right
from linli.domains.visitors.console.posters import PosterRoutes
from linli.domains.visitors.console.visits import HISTORY as VISIT
from linli.domains.visitors.console.visits import VisitRoutes
from linli.kernel.history import Kind

ROUTES = (VisitRoutes, PosterRoutes)
HISTORY = (Kind(name=VISIT, see=Right.VISITORS_SEE.value, manage=Right.VISITORS_MANAGE.value),)

__all__ = ["HISTORY", "ROUTES"]
