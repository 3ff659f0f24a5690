"""Web routes of the first page, of figures and the map, and of the search over everything."""

from linli.domains.overview.console.community import OverviewRoutes
from linli.domains.overview.console.figures import FigureRoutes, MapRoutes
from linli.domains.overview.console.search import SearchRoutes

ROUTES = (SearchRoutes, OverviewRoutes, FigureRoutes, MapRoutes)
