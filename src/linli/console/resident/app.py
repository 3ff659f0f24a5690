"""The residents' Litestar app, under /api/resident: its own routes and the rooms' `resident` routes."""

from functools import cache
from typing import Final

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from linli import __version__
from linli.console import errors, sources
from linli.console.access import number_answer, refuse_forged, refuse_nul
from linli.console.parts import Parts
from linli.console.refusals import describe_refusals
from linli.console.resident import access
from linli.console.routes import handlers_of
from linli.console.security_log import note_answer
from linli.console.serving import serve
from linli.console.uploading import bounded_uploads
from linli.domains.access.resident import ROUTES as access_routes
from linli.domains.accounts.cookies import RESIDENT_COOKIE, RESIDENT_PATH
from linli.domains.accounts.resident import ROUTES as account_routes
from linli.domains.communities.resident import ROUTES as communities_routes
from linli.domains.faces.resident import ROUTES as faces_routes
from linli.domains.notices.resident import ROUTES as notices_routes
from linli.domains.notifications.resident import ROUTES as notifications_routes
from linli.domains.privacy.resident import ROUTES as privacy_routes
from linli.domains.visitors.resident import ROUTES as visitors_routes
from linli.kernel.entry import Routes
from linli.kernel.http import ASGIApp

PREFIX: Final = RESIDENT_PATH
ROUTES: Final[tuple[Routes, ...]] = (
    *account_routes,
    *communities_routes,
    *access_routes,
    *faces_routes,
    *notices_routes,
    *notifications_routes,
    *privacy_routes,
    *visitors_routes,
)


def resident_app(parts: Parts) -> ASGIApp:
    """The app on a process's parts. Its document is at /api/resident/schema/openapi.json."""
    return serve(resident_routes(parts.settings.http.max_body_bytes), parts)


@cache
def resident_routes(max_body_bytes: int) -> Litestar:
    """A route is for the signed-in resident unless it says `public=True`; what of others' it shows, its room decides."""
    app = Litestar(
        path=PREFIX,
        route_handlers=handlers_of(ROUTES, sources.RESIDENT),
        exception_handlers=errors.HANDLERS,
        middleware=[access.ResidentMiddleware, bounded_uploads],
        before_send=[number_answer, note_answer],
        before_request=refuse_nul,
        guards=[refuse_forged],
        openapi_config=OpenAPIConfig(
            title="Linli resident API",
            version=__version__,
            description="What the residents' pages call. Integrators use the signed open API instead.",
            path="/schema",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "session": SecurityScheme(
                        type="apiKey", name=RESIDENT_COOKIE, security_scheme_in="cookie"
                    )
                }
            ),
        ),
        request_max_body_size=max_body_bytes,
        logging_config=None,
    )
    describe_refusals(app)
    return app
