"""Guided checks and the diagnosis, run from the console; each step with what to do. H-59..H-62, H-64, C061."""

from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes.condition import situation
from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.queries import gateways
from linli.domains.boxes.remote.categories import model_steps
from linli.domains.boxes.remote.console.caller import MANAGE
from linli.domains.boxes.remote.guides import Ask, Guide, address_of, box_guide, device_guide, reach_guide
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.boxes.rules import SILENT_MS
from linli.domains.boxes.service.devices import custom_of
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_remote.diagnosis import Diagnosis, Finding, failing_layer
from linli.things.queries.devices import get_device
from linli.things.queries.history import downlinks_of

CALLS_SEEN = 30
WIDEST = 22
"""Prefix of the widest network that is searched: 1024 addresses."""


class CheckLine(msgspec.Struct, rename="camel", frozen=True):
    """A line of the device's log."""

    at_ms: int
    level: str
    text: str


class CheckStep(msgspec.Struct, rename="camel", frozen=True):
    step: str
    level: Annotated[str, Meta(description="ok, warning, error")]
    title: str
    text: Annotated[str, Meta(description="What was found.")]
    advice: Annotated[str, Meta(description="What to do; empty: nothing.")]
    subject: str
    lines: list[CheckLine] = []


class CheckResult(msgspec.Struct, rename="camel", frozen=True):
    layer: Annotated[
        str, Meta(description="lan, wan, link, runtime, lan_or_wan, device, not_active; empty: none.")
    ]
    layer_text: str
    text: Annotated[str, Meta(description="What the failing layer means for the site.")]
    todo: str
    errors: int
    warnings: int
    steps: list[CheckStep]


class DiagnosisResult(msgspec.Struct, rename="camel", frozen=True):
    """The box's own diagnosis: findings for the screen, and the file as it was saved on the box."""

    at_ms: int
    host: str
    version: str
    layer: str
    layer_text: str
    errors: int
    warnings: int
    steps: list[CheckStep]
    file: str
    content: Annotated[str, Meta(description="The saved file.")]


node_check_routes = Routes("/edge/nodes/{node_id:int}", tags=("edge",))


@node_check_routes.post("/checks", right=MANAGE, status=200, raises=(NotFound,))
async def check(
    node_id: int, scope: Scope, db: Database, clock: Clock, by: By, edge_remote: RemoteRoom
) -> CheckResult:
    """Find the failing layer of a box, as far as the platform and the box itself can see."""
    now_ms = clock.now_ms()
    box = await situation(scope, db, node_id, now_ms=now_ms)
    guide = await box_guide(box, _ask(edge_remote, scope, node_id, by), now_ms=now_ms)
    return result(guide, scope.language)


@node_check_routes.post("/diagnosis", right=MANAGE, status=200)
async def diagnosis(node_id: int, scope: Scope, by: By, edge_remote: RemoteRoom) -> DiagnosisResult:
    """Have the box run its network diagnosis, save it, and give it here."""
    answer = await _ask(edge_remote, scope, node_id, by)("diagnosis.run", {})
    report = msgspec.convert(answer["diagnosis"], Diagnosis)
    done = result(Guide(report.findings, failing_layer(report.findings)), scope.language)
    return DiagnosisResult(
        at_ms=report.at_ms,
        host=report.host,
        version=report.version,
        layer=done.layer,
        layer_text=done.layer_text,
        errors=done.errors,
        warnings=done.warnings,
        steps=done.steps,
        file=answer["file"],
        content=answer["text"],
    )


class DeviceAddress(msgspec.Struct, rename="camel", frozen=True):
    """Of a device that is not saved yet."""

    address: Annotated[str, Meta(max_length=45, description="IP address in the box's network.")]
    port: Annotated[int, Meta(ge=1, le=65535)]


protocol_check_routes = Routes("/edge/protocols/{protocol_id:int}", tags=("edge",))


@protocol_check_routes.post("/reach", right=MANAGE, status=200, raises=(NotFound,))
async def reach(
    protocol_id: int, data: DeviceAddress, by: By, edge_remote: RemoteRoom, hand: Hand
) -> CheckResult:
    """Have the box connect to a device before it is saved; what came of it, with its reason."""
    protocol = await gateways.protocol(hand.within, hand.db, protocol_id)
    gateway = await gateways.gateway(hand.within, hand.db, protocol.gateway_id)
    try:
        address = str(ip_address(data.address.strip()))
    except ValueError:
        raise BadInput(field="address", rule="format", example="192.168.1.20") from None
    ask = _ask(edge_remote, hand.within, gateway.node_id, by)
    return result(await reach_guide(ask, address=address, port=data.port), hand.within.language)


class SearchAsked(msgspec.Struct, rename="camel", frozen=True):
    """Where doors are looked for."""

    port: Annotated[int, Meta(ge=1, le=65535, description="On which they listen.")]
    network: Annotated[
        str,
        Meta(max_length=18, description="An address, or a network as 192.168.1.0/24; empty: the box's own."),
    ] = ""


class FoundAddress(msgspec.Struct, rename="camel", frozen=True):
    address: str
    device_name: Annotated[str, Meta(description="The device with this address and port; empty: none yet.")]


class SearchResult(msgspec.Struct, rename="camel", frozen=True):
    network: Annotated[str, Meta(description="Where was looked.")]
    port: int
    addresses: list[FoundAddress]


@protocol_check_routes.post("/search", right=MANAGE, status=200, raises=(NotFound,))
async def search(
    protocol_id: int, data: SearchAsked, by: By, edge_remote: RemoteRoom, hand: Hand
) -> SearchResult:
    """Have the box look for devices in its network: addresses at which a port connects."""
    protocol = await gateways.protocol(hand.within, hand.db, protocol_id)
    gateway = await gateways.gateway(hand.within, hand.db, protocol.gateway_id)
    now = await situation(hand.within, hand.db, gateway.node_id, now_ms=hand.now_ms)
    place = network_of(data.network.strip(), now.beat.addresses if now.beat else [])
    ask = _ask(edge_remote, hand.within, gateway.node_id, by)
    answer = await ask("device.find", {"network": place, "port": data.port})
    names: dict[str, str] = {}
    for device in await gateways.devices(hand.within, hand.db, gateway.gateway_id):
        custom = custom_of(device, hand.secrets)
        if str(custom.get("port") or custom.get("devPort") or data.port) == str(data.port):
            names.setdefault(address_of(custom), device.device_name)
    addresses = [FoundAddress(address, names.get(address, "")) for address in answer["addresses"]]
    return SearchResult(place, data.port, addresses)


def network_of(text: str, own: list[str]) -> str:
    """IPv4 with a prefix of 22 to 32 bits; without a text the 256 addresses around the box. Raises BadInput."""
    for address in own if not text else ():
        with suppress(ValueError):
            return str(IPv4Network(f"{IPv4Address(address)}/24", strict=False))
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        raise BadInput(field="network", rule="format", example="192.168.1.0/24") from None
    if network.prefixlen < WIDEST:
        raise BadInput(field="network", rule="range", low=f"/{WIDEST}", high="/32")
    if not network.is_private:  # a box looks around its site, not around the world
        raise BadInput(field="network", rule="format", example="192.168.1.0/24")
    return str(network)


device_check_routes = Routes("/devices/{iot_id:str}/edge-check", tags=("edge",))


FailingService = Annotated[str, Meta(description="Identifier of a service whose calls fail.", max_length=64)]


@device_check_routes.post(right=MANAGE, status=200, name="check", raises=(NotFound,))
async def check_device(
    iot_id: str, by: By, edge_remote: RemoteRoom, hand: Hand, service: FailingService = ""
) -> CheckResult:
    """Why a device behind a box is offline or fails: the box, its driver, a ping, log, category, calls."""
    now_ms = hand.now_ms
    device = await get_device(hand.within, hand.db, iot_id=iot_id)
    placed = await gateways.device_of(hand.within, hand.db, iot_id)
    if placed is None:
        raise NotFound(what="edge_device", id=iot_id)
    gateway = await gateways.gateway(hand.within, hand.db, placed.gateway_id)
    protocol = await gateways.protocol(hand.within, hand.db, placed.protocol_id)
    box = await situation(hand.within, hand.db, gateway.node_id, now_ms=now_ms)
    custom = custom_of(placed, hand.secrets)
    model = await model_steps(hand.within, hand.db, device, protocol, custom, service.strip())
    guide = await device_guide(
        box,
        _ask(edge_remote, hand.within, gateway.node_id, by),
        device=placed.device_name,
        state=device.state,
        driver=protocol.driver_id,
        custom=custom,
        model=model,
        calls=await downlinks_of(hand.db, device_no=device.device_no, most=CALLS_SEEN),
        now_ms=now_ms,
    )
    return result(guide, hand.within.language)


def _ask(room: RemoteRoom, scope: Scope, node_id: int, who: By) -> Ask:
    async def asked(do: str, given: dict[str, Any]) -> Any:
        return (await room.calls.ask(scope, node_id, do, given, by=who, reason="diagnosis")).ok

    return asked


def result(guide: Guide, language: str) -> CheckResult:
    layer = guide.layer
    steps = [_step(step, language) for step in guide.steps]
    return CheckResult(
        layer,
        i18n.text(f"edge_layer.{layer}", language),
        i18n.text(f"edge_layer_text.{layer or 'ok'}", language),
        i18n.text(f"edge_layer_todo.{layer}", language, seconds=SILENT_MS // 1000) if layer else "",
        sum(step.level == "error" for step in steps),
        sum(step.level == "warning" for step in steps),
        steps,
    )


def _step(finding: Finding, language: str) -> CheckStep:
    plain = {name: value for name, value in finding.facts.items() if name != "lines"}
    facts = plain | {"subject": finding.subject}
    advice = i18n.text(f"edge_advice.{finding.key}", language, **facts)
    lines = msgspec.convert(finding.facts.get("lines", []), list[CheckLine])
    return CheckStep(
        finding.step,
        finding.level,
        i18n.text(f"edge_step.{finding.step}", language),
        i18n.text(f"edge_check.{finding.key}", language, **facts),
        "" if advice.startswith("edge_advice.") else advice,
        finding.subject,
        lines,
    )
