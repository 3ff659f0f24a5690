"""Web routes of visitors; listed by the console's app."""

from linli.domains.people.rights import Right
from linli.domains.visitors.console.posters import poster_routes
from linli.domains.visitors.console.visits import HISTORY as VISIT
from linli.domains.visitors.console.visits import visit_routes
from linli.kernel.history import Kind

ROUTES = (visit_routes, poster_routes)
HISTORY = (Kind(name=VISIT, see=Right.VISITORS_SEE.value, manage=Right.VISITORS_MANAGE.value),)

__all__ = ["HISTORY", "ROUTES"]
