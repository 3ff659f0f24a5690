"""Web routes of the first page, of figures and the map, and of the search over everything."""

from linli.domains.overview.console.community import overview_routes
from linli.domains.overview.console.figures import figure_routes, map_routes
from linli.domains.overview.console.first_steps import first_step_routes
from linli.domains.overview.console.search import search_routes

ROUTES = (search_routes, overview_routes, figure_routes, first_step_routes, map_routes)
