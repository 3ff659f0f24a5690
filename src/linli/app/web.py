"""The web server of a process: the application for each path, and the types that console routes may ask for."""

from typing import TYPE_CHECKING, cast

from linli.app.authority_http import DER, FACTS, PEM, AuthorityFiles
from linli.app.files import PREFIX as FILES
from linli.app.files import Files
from linli.app.headers import NOT_KEPT, carrying, of_installation
from linli.app.http import Health, Router, metrics_app
from linli.app.registration import PATHS, registration
from linli.console.app import PREFIX as CONSOLE
from linli.console.app import console_app
from linli.console.first_answers import FirstAnswers
from linli.console.packing import packed
from linli.console.pages import RESIDENT_PAGES, STAFF_PAGES, TERMINAL_PAGES, Manuals, Pages
from linli.console.parts import Parts
from linli.console.resident.app import PREFIX as RESIDENT
from linli.console.resident.app import resident_app
from linli.console.terminal.app import PREFIX as TERMINAL
from linli.console.terminal.app import terminal_app
from linli.databus.amqp.auth import PREFIX as RABBIT_AUTH
from linli.databus.sse.http import PREFIX as EVENT_STREAMS
from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.boxes.front.app import PREFIX as EDGE
from linli.domains.boxes.lane_pay.pages import PREFIX as LANE_PAGES
from linli.domains.boxes.queries.clusters import NodesOfGateways
from linli.domains.boxes.remote.box_page import PREFIX as BOX_PAGE
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.uploads_http import UploadForm
from linli.domains.intercom.console.doorbells import PATH as BELL
from linli.domains.intercom.doorbell.front import DoorbellPages
from linli.domains.parking.tickets.pages import PATH as TICKET
from linli.domains.payments.charges.collector import Collecting
from linli.domains.people.queries.person_names import PersonNames
from linli.kernel import telemetry
from linli.kernel.http import ASGIApp

if TYPE_CHECKING:
    from linli.app.platform import Platform

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def router_of(platform: "Platform") -> Router:
    health = Health(platform.condition.faults)
    parts = Parts(
        db=platform.db,
        clock=platform.clock,
        ids=platform.ids,
        secrets=platform.secrets,
        objects=platform.objects,
        settings=platform.settings,
        hub=platform.live,
        board=platform.board,
        callers=platform.callers,
        services=_services(platform),
    )
    gateway = platform.openapi.gateway
    console = carrying(packed(console_app(parts)), (NOT_KEPT,))
    upload = UploadForm(platform.uploads, platform.clock)
    return Router(
        gateway=gateway,
        gateway_paths=gateway.paths,
        devices=dict.fromkeys(
            PATHS,
            registration(
                platform.things.backend,
                frozenset(platform.settings.http.trusted_proxies),
                behind_tls=platform.settings.mqtt.plain == "behind_tls",
            ),
        ),
        prefixes={
            "/healthz": health.healthz,
            "/readyz": health.readyz,
            "/metrics": metrics_app(telemetry.render, allowed=LOOPBACK),
            **dict.fromkeys((PEM, DER, FACTS), AuthorityFiles(platform.addresses.certificates)),
            FILES: Files(platform.objects, platform.db, platform.settings.http.trusted_proxies),
            CONSOLE: console,
            RESIDENT: carrying(packed(resident_app(parts)), (NOT_KEPT,)),
            TERMINAL: carrying(packed(terminal_app(parts)), (NOT_KEPT,)),
            "/m": Pages(RESIDENT_PAGES, base="/m"),
            "/staff": Pages(STAFF_PAGES, base="/staff"),
            "/terminal": Pages(TERMINAL_PAGES, base="/terminal"),
            "/help": Manuals(base="/help"),
            "/oss": upload,
            "/v": platform.visitors.pages,
            "/r": platform.visitors.pages,
            "/park": platform.drivers.pages,
            LANE_PAGES: platform.lane_pay.pages,
            TICKET: platform.drivers.tickets,
            "/coupon": platform.driver_codes,
            "/shop": platform.merchant_pages,
            BELL: DoorbellPages(platform.db, platform.clock, platform.callers, platform.answering),
            EDGE: platform.boxes.front,
            BOX_PAGE: platform.edge_remote.pages,
            EVENT_STREAMS: cast(ASGIApp, platform.databus.streams),
            RABBIT_AUTH: platform.databus.rabbit_auth,
            **platform.video.prefixes(),
            **platform.payments.prefixes(),
        },
        forms=upload,
        pages=Pages(tiles=platform.settings.map.tiles, answers=FirstAnswers(console)),
        headers=of_installation(platform.settings),
    )


def _services(platform: "Platform") -> dict[str, object]:
    """Objects that console routes ask for by name."""
    things = platform.things
    return {
        "openapi": platform.openapi,
        "things": things,
        "invoker": things.invoker,
        "features": things.features,
        "simulator": things.simulator,
        "sandbox": platform.sandbox,
        "permits": things.gateways.permits,
        "service_bus": platform.service_bus,
        "door_keys": platform.door_keys,
        "card_holders": CardNumbers(),
        "boxes": NodesOfGateways(),
        "subject_names": PersonNames(),
        "faces": platform.faces,
        "visitors": platform.visitors,
        "plate_readings": platform.plate_readings,
        "databus": platform.databus,
        "houses": SpaceHouses(),
        "importer": platform.importer,
        "edge_importer": platform.edge_importer,
        "edge_remote": platform.edge_remote,
        "sample_logins": platform.sample_logins,
        "answering": platform.answering,
        "video": platform.video.desk,
        "recordings": platform.video.recordings,
        "camera_health": platform.video.health,
        "uppers": platform.video.uppers,
        "sightings": platform.security.sightings,
        "photographer": platform.security.photographer,
        "payments": Collecting(platform.payments.collector),
        "platform_health": platform.condition.all_faults,
        "served_certificates": platform.addresses.certificates.served,
        "device_authority": platform.authority,
        "device_entries": platform.addresses.entry,
    }
