"""The residents' Litestar app, under /api/resident: its own routes and the rooms' `resident` routes."""

from collections.abc import Sequence
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
from linli.console.resident.live import ROUTES as live_routes
from linli.console.routes import handlers_of
from linli.console.security_log import note_answer
from linli.console.serving import SCHEMA, Surface
from linli.console.uploading import bounded_uploads
from linli.domains.access.resident import ROUTES as access_routes
from linli.domains.accounts.cookies import RESIDENT_COOKIE, RESIDENT_PATH
from linli.domains.accounts.resident import ROUTES as account_routes
from linli.domains.communities.resident import ROUTES as communities_routes
from linli.domains.elevators.resident import ROUTES as elevators_routes
from linli.domains.faces.resident import ROUTES as faces_routes
from linli.domains.intercom.resident import ROUTES as intercom_routes
from linli.domains.intercom.resident_answering import ROUTES as answering_routes
from linli.domains.intercom.resident_terminals import ROUTES as terminal_routes
from linli.domains.intercom.resident_views import ROUTES as views_routes
from linli.domains.notices.resident import ROUTES as notices_routes
from linli.domains.notifications.resident import ROUTES as notifications_routes
from linli.domains.parking.prepay.resident import ROUTES as parking_routes
from linli.domains.privacy.resident import ROUTES as privacy_routes
from linli.domains.video.resident import ROUTES as video_routes
from linli.domains.visitors.resident import ROUTES as visitors_routes
from linli.kernel.entry import Routes
from linli.kernel.http import ASGIApp

PREFIX: Final = RESIDENT_PATH
ROUTES: Final[tuple[Routes, ...]] = (
    *account_routes,
    *communities_routes,
    *access_routes,
    *faces_routes,
    *elevators_routes,
    *intercom_routes,
    *terminal_routes,
    *answering_routes,
    *views_routes,
    *live_routes,
    *notices_routes,
    *notifications_routes,
    *parking_routes,
    *privacy_routes,
    *video_routes,
    *visitors_routes,
)


def resident_app(parts: Parts) -> ASGIApp:
    """The routes on a process's parts. Their document is at /api/resident/schema/openapi.json."""
    return _surface(parts.settings.http.max_body_bytes).on(parts)


@cache
def _surface(max_body_bytes: int) -> Surface:
    return Surface(
        PREFIX,
        ROUTES,
        lambda some: _app(some, max_body_bytes),
        whole=lambda: resident_routes(max_body_bytes),
    )


@cache
def resident_routes(max_body_bytes: int) -> Litestar:
    """One app of all routes, with their document."""
    app = _app(ROUTES, max_body_bytes, _openapi())
    describe_refusals(app)
    return app


def _app(some: Sequence[Routes], max_body_bytes: int, document: OpenAPIConfig | None = None) -> Litestar:
    """A route is for the signed-in resident unless it says `public=True`. Its room decides which data of other persons
    it shows."""
    return Litestar(
        path=PREFIX,
        route_handlers=handlers_of(some, sources.RESIDENT),
        exception_handlers=errors.HANDLERS,
        middleware=[access.ResidentMiddleware, bounded_uploads],
        before_send=[number_answer, note_answer],
        before_request=refuse_nul,
        guards=[refuse_forged],
        openapi_config=document,
        request_max_body_size=max_body_bytes,
        logging_config=None,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Linli resident API",
        version=__version__,
        description="What the residents' pages call. Integrators use the signed open API instead.",
        path=SCHEMA,
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=RESIDENT_COOKIE, security_scheme_in="cookie")
            }
        ),
    )
