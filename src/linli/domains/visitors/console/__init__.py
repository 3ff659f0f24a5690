"""Web routes of visitors; listed by the console's app."""

from linli.domains.people.rights import Right
from linli.domains.visitors.console.posters import poster_routes
from linli.domains.visitors.console.visits import visit_routes
from linli.domains.visitors.service import posters, visits
from linli.kernel.history import Kind

ROUTES = (visit_routes, poster_routes)
HISTORY = (
    Kind(name=visits.HISTORY, see=Right.VISITORS_SEE.value, manage=Right.VISITORS_MANAGE.value),
    Kind(name=posters.HISTORY, see=Right.VISITORS_MANAGE.value, manage=Right.VISITORS_MANAGE.value),
)

__all__ = ["HISTORY", "ROUTES"]
