"""The terminals' Litestar app, under /api/terminal: its own routes and the rooms' `terminal` routes."""

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
from linli.console.routes import handlers_of
from linli.console.security_log import note_answer
from linli.console.serving import SCHEMA, Surface
from linli.console.terminal import access
from linli.console.terminal.live import ROUTES as live_routes
from linli.console.uploading import bounded_uploads
from linli.domains.accounts.cookies import TERMINAL_COOKIE, TERMINAL_PATH
from linli.domains.elevators.terminal import ROUTES as elevators_routes
from linli.domains.intercom.terminal import ROUTES as intercom_routes
from linli.domains.notices.terminal import ROUTES as notices_routes
from linli.kernel.entry import Routes
from linli.kernel.http import ASGIApp

PREFIX: Final = TERMINAL_PATH
ROUTES: Final[tuple[Routes, ...]] = (
    *intercom_routes,
    *elevators_routes,
    *notices_routes,
    *live_routes,
)


def terminal_app(parts: Parts) -> ASGIApp:
    """The routes on a process's parts. Their document is at /api/terminal/schema/openapi.json."""
    return _surface(parts.settings.http.max_body_bytes).on(parts)


@cache
def _surface(max_body_bytes: int) -> Surface:
    return Surface(
        PREFIX,
        ROUTES,
        lambda some: _app(some, max_body_bytes),
        whole=lambda: terminal_routes(max_body_bytes),
    )


@cache
def terminal_routes(max_body_bytes: int) -> Litestar:
    """One app of all routes, with their document."""
    app = _app(ROUTES, max_body_bytes, _openapi())
    describe_refusals(app)
    return app


def _app(some: Sequence[Routes], max_body_bytes: int, document: OpenAPIConfig | None = None) -> Litestar:
    """A route is for a page that is a bound terminal unless it says `public=True`."""
    return Litestar(
        path=PREFIX,
        route_handlers=handlers_of(some, sources.TERMINAL),
        exception_handlers=errors.HANDLERS,
        middleware=[access.TerminalMiddleware, bounded_uploads],
        before_send=[number_answer, note_answer],
        before_request=refuse_nul,
        guards=[refuse_forged],
        openapi_config=document,
        request_max_body_size=max_body_bytes,
        logging_config=None,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Linli terminal API",
        version=__version__,
        description="What pages that are indoor terminals call. Integrators use the signed open API instead.",
        path=SCHEMA,
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=TERMINAL_COOKIE, security_scheme_in="cookie")
            }
        ),
    )
