"""The values that the pages' apps give routes by type: a process's parts, the rooms' own objects, and the caller."""

import typing
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, cast

from litestar.types import Scope as AsgiScope

from linli.console.access import scope_of
from linli.console.outside import provide_entrance, provide_places, provide_providers
from linli.console.parts import Parts
from linli.console.routes import AnyRequest, Source, Sources
from linli.console.serving import parts_of
from linli.delivery.ports import SubjectNames
from linli.domains.access.service.keys import DoorKeys
from linli.domains.accounts.entrance import Entrance
from linli.domains.accounts.sample_logins import SampleLogins
from linli.domains.accounts.service.sessions import Session
from linli.domains.boxes.console.hand import Hand as EdgeHand
from linli.domains.boxes.devices.service.importer import EdgeImporter
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.communities.places import Places
from linli.domains.communities.service.importer import Importer
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.service.person_faces import Room as FaceRoom
from linli.domains.intercom.answering import Answering, PagePlace
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.operations.console.health import Faults
from linli.domains.operations.console.installation import Served
from linli.domains.parking.readings.jobs import PlateReadings
from linli.domains.payments.charges.collector import Collecting
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries.residence import Resident
from linli.domains.people.rights import Rights
from linli.domains.people.service.organisation import Hand
from linli.domains.sandbox.room import SandboxRoom
from linli.domains.security.service.sightings import Sightings
from linli.domains.security.service.snapshots import Photographer
from linli.domains.video.cascade.room import UpperRoom
from linli.domains.video.health.room import HealthRoom
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.recorder.room import Recordings
from linli.domains.visitors.room import VisitorsRoom
from linli.kernel.db import Reader
from linli.kernel.entry import WholeScope
from linli.openapi.assembly import OpenApi
from linli.ops.login_providers import LoginProviders
from linli.ops.tls import Authority
from linli.servicebus.bus import ServiceBus
from linli.things.connections.entry import Entries
from linli.things.debugging.simulator import Simulator
from linli.things.downlink.invoker import Invoker
from linli.things.features import Features
from linli.things.gateways.permits import Permits
from linli.things.room import Things
from linli.things.topology.outages import Boxes

SERVICES: Final[dict[str, Any]] = {
    "importer": Importer,
    "edge_importer": EdgeImporter,
    "invoker": Invoker,
    "permits": Permits,
    "door_keys": DoorKeys,
    "card_holders": CardHolders,
    "boxes": Boxes,
    "subject_names": SubjectNames,
    "openapi": OpenApi,
    "platform_health": Faults,
    "served_certificates": Served,
    "service_bus": ServiceBus,
    "device_authority": Authority,
    "device_entries": Entries,
    "features": Features,
    "simulator": Simulator,
    "faces": FaceEngineRoom,
    "plate_readings": PlateReadings,
    "visitors": VisitorsRoom,
    "things": Things,
    "sandbox": SandboxRoom,
    "edge_remote": RemoteRoom,
    "sample_logins": SampleLogins,
    "answering": Answering,
    "video": VideoDesk,
    "recordings": Recordings,
    "camera_health": HealthRoom,
    "uppers": UpperRoom,
    "sightings": Sightings,
    "photographer": Photographer,
    "payments": Collecting,
}
"""The rooms' own objects by their names in `Parts.services`, and the types by which routes ask for them."""


def _of_parts() -> dict[Any, Source]:
    types = typing.get_type_hints(Parts)
    own = {types[field.name]: _part(field.name) for field in fields(Parts) if field.name != "services"}
    return {
        Parts: lambda request: parts_of(request.scope),
        **own,
        Reader: _part("db"),
        **{kind: _service(name) for name, kind in SERVICES.items()},
        Entrance: _provided(provide_entrance),
        FaceRoom: _face_room,
    }


def _part(name: str) -> Source:
    return lambda request: getattr(parts_of(request.scope), name)


def _service(name: str) -> Source:
    return lambda request: parts_of(request.scope).services[name]


def _provided(provide: Callable[[AsgiScope], Any]) -> Source:
    return lambda request: provide(request.scope)


def _rights(request: AnyRequest) -> Rights:
    return cast(Rights, request.user)


def _session(request: AnyRequest) -> Session:
    return cast(Session, request.auth)


def _hand(request: AnyRequest) -> Hand:
    return Hand(scope_of(request), _rights(request), parts_of(request.scope).ids)


def _face_room(request: AnyRequest) -> FaceRoom:
    parts = parts_of(request.scope)
    return FaceRoom(db=parts.db, objects=parts.objects, engine=parts.services["faces"].engine, ids=parts.ids)


def _edge_hand(request: AnyRequest) -> EdgeHand:
    parts = parts_of(request.scope)
    return EdgeHand(scope_of(request), parts.db, parts.ids, parts.secrets, parts.clock)


CONSOLE: Final[Sources] = {
    **_of_parts(),
    WholeScope: scope_of,
    Rights: _rights,
    Session: _session,
    LoginProviders: _provided(provide_providers),
    Places: _provided(provide_places),
    Hand: _hand,
    EdgeHand: _edge_hand,
    PagePlace: lambda request: PagePlace(parts_of(request.scope).callers.of(request.scope)),
    By: lambda request: By(_rights(request).name, _session(request).id),
}
RESIDENT: Final[Sources] = {
    **_of_parts(),
    Resident: lambda request: cast(Resident, request.user),
    PagePlace: lambda request: PagePlace(parts_of(request.scope).callers.of(request.scope)),
    Session: _session,
}
TERMINAL: Final[Sources] = {
    **_of_parts(),
    BoundTerminal: lambda request: cast(BoundTerminal, request.user),
    PagePlace: lambda request: PagePlace(parts_of(request.scope).callers.of(request.scope)),
}
