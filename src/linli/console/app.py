"""The console's Litestar app, under /api/console: its own routes and every room's."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from linli import __version__
from linli.console import access, errors, sources
from linli.console.desk_live import desk_live_routes
from linli.console.history_routes import company_history_routes, history_routes
from linli.console.live_routes import live_routes
from linli.console.parts import Parts
from linli.console.refusals import describe_refusals
from linli.console.routes import handlers_of
from linli.console.security_log import note_answer
from linli.console.serving import SCHEMA, Surface
from linli.console.uploading import bounded_uploads
from linli.databus.console import ROUTES as databus_routes
from linli.delivery.console import ROUTES as delivery_routes
from linli.domains.access.console import ROUTES as access_routes
from linli.domains.accounts.console import ROUTES as account_routes
from linli.domains.accounts.cookies import COOKIE
from linli.domains.boxes.catalogue.console import ROUTES as catalogue_routes
from linli.domains.boxes.console import ROUTES as boxes_routes
from linli.domains.boxes.devices.console import ROUTES as edge_device_routes
from linli.domains.boxes.parking.attention import edge_attention_routes
from linli.domains.boxes.parking.charges_console import order_charge_routes
from linli.domains.boxes.parking.console import edge_parking_routes
from linli.domains.boxes.passage.console import passage_rule_routes
from linli.domains.boxes.remote.console import ROUTES as edge_remote_routes
from linli.domains.communities.console import ROUTES as communities_routes
from linli.domains.elevators.console import ROUTES as elevators_routes
from linli.domains.faces.console import ROUTES as faces_routes
from linli.domains.faces.console.holding import ROUTES as face_routes
from linli.domains.intercom.console import ROUTES as intercom_routes
from linli.domains.notices.console import ROUTES as notices_routes
from linli.domains.notifications.console import ROUTES as notifications_routes
from linli.domains.operations.console import ROUTES as operations_routes
from linli.domains.overview.console import ROUTES as overview_routes
from linli.domains.parking.console import ROUTES as parking_routes
from linli.domains.parking.fees.console import ROUTES as parking_fee_routes
from linli.domains.parking.fees.lot_console import ROUTES as parking_lot_routes
from linli.domains.parking.fees.shift_console import ROUTES as parking_shift_routes
from linli.domains.parking.fees.stay_console import ROUTES as parking_stay_routes
from linli.domains.parking.merchants.console import ROUTES as parking_coupon_routes
from linli.domains.parking.prepay.console import ROUTES as parking_page_routes
from linli.domains.parking.readings.console import ROUTES as parking_reading_routes
from linli.domains.parking.tickets.console import ROUTES as parking_ticket_routes
from linli.domains.payments.charges.console import ROUTES as charge_routes
from linli.domains.payments.charges.statement_console import ROUTES as statement_routes
from linli.domains.payments.console import ROUTES as payments_routes
from linli.domains.people.console import ROUTES as people_routes
from linli.domains.people.rights import ANY_RIGHT, SIGNED_IN, Right
from linli.domains.privacy.console import ROUTES as privacy_routes
from linli.domains.projects.console import ROUTES as projects_routes
from linli.domains.sandbox.console import ROUTES as sandbox_routes
from linli.domains.security.console import ROUTES as security_routes
from linli.domains.video.console import ROUTES as video_routes
from linli.domains.visitors.console import ROUTES as visitors_routes
from linli.kernel.entry import Routes
from linli.kernel.http import ASGIApp
from linli.openapi.console import ROUTES as openapi_routes
from linli.servicebus.console import ROUTES as servicebus_routes
from linli.things.configs.console import ROUTES as configs_routes
from linli.things.console import ROUTES as things_routes
from linli.things.ota.console import ROUTES as ota_routes

PREFIX: Final = "/api/console"
ROUTES: Final[tuple[Routes, ...]] = (
    *account_routes,
    live_routes,
    desk_live_routes,
    *delivery_routes,
    history_routes,
    company_history_routes,
    *people_routes,
    *projects_routes,
    *communities_routes,
    *access_routes,
    *faces_routes,
    *intercom_routes,
    *elevators_routes,
    *parking_routes,
    *notices_routes,
    *notifications_routes,
    *privacy_routes,
    *overview_routes,
    *operations_routes,
    *visitors_routes,
    *security_routes,
    *video_routes,
    *boxes_routes,
    *catalogue_routes,
    *edge_device_routes,
    passage_rule_routes,
    edge_parking_routes,
    edge_attention_routes,
    order_charge_routes,
    *face_routes,
    *payments_routes,
    *charge_routes,
    *statement_routes,
    *parking_page_routes,
    *parking_fee_routes,
    *parking_lot_routes,
    *parking_coupon_routes,
    *parking_ticket_routes,
    *parking_reading_routes,
    *parking_shift_routes,
    *parking_stay_routes,
    *edge_remote_routes,
    *databus_routes,
    *things_routes,
    *ota_routes,
    *configs_routes,
    *servicebus_routes,
    *openapi_routes,
    *sandbox_routes,
)
_RIGHTS: Final = frozenset({SIGNED_IN, ANY_RIGHT, *(right.value for right in Right)})


class RouteSaysNothing(TypeError):
    """A route that does not say who may call it."""


def console_app(parts: Parts) -> ASGIApp:
    """The routes on a process's parts. Their document is at /api/console/schema/openapi.json.

    Raises RouteSaysNothing.
    """
    return _surface(parts.settings.http.max_body_bytes).on(parts)


@cache
def _surface(max_body_bytes: int) -> Surface:
    for routes in ROUTES:
        for route in routes.declared:
            if not route.options.get("public") and route.options.get("right") not in _RIGHTS:
                raise RouteSaysNothing(
                    f"{route.function.__name__} at {routes.path}{route.path} declares no right"
                )
    return Surface(
        PREFIX,
        ROUTES,
        lambda some: _app(some, max_body_bytes),
        whole=lambda: console_routes(max_body_bytes),
    )


@cache
def console_routes(max_body_bytes: int) -> Litestar:
    """One app of all routes, with their document."""
    app = _app(ROUTES, max_body_bytes, _openapi())
    describe_refusals(app)
    return app


def _app(some: Sequence[Routes], max_body_bytes: int, document: OpenAPIConfig | None = None) -> Litestar:
    return Litestar(
        path=PREFIX,
        route_handlers=handlers_of(some, sources.CONSOLE),
        exception_handlers=errors.HANDLERS,
        middleware=[access.SessionMiddleware, bounded_uploads],
        before_send=[access.number_answer, note_answer],
        before_request=access.refuse_nul,
        guards=[access.refuse_forged, access.require_right],
        openapi_config=document,
        request_max_body_size=max_body_bytes,
        logging_config=None,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Linli console API",
        version=__version__,
        description="What the web pages call. Integrators use the signed open API instead.",
        path=SCHEMA,
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie")
            }
        ),
    )
