"""Guided checks and the diagnosis, run from the console; each step with what to do. H-59..H-62, H-64, C061."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from linli.domains.appliances.condition import situation
from linli.domains.appliances.queries import gateways
from linli.domains.appliances.remote.categories import model_steps
from linli.domains.appliances.remote.console.caller import MANAGE, by
from linli.domains.appliances.remote.guides import Ask, Guide, box_guide, device_guide
from linli.domains.appliances.remote.room import RemoteRoom
from linli.domains.appliances.remote.service.tunnels import By
from linli.domains.appliances.service.devices import custom_of
from linli.domains.people.rights import Rights
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_remote.diagnosis import Finding, failing_layer
from linli.things.queries.devices import get_device
from linli.things.queries.history import downlinks_of

CALLS_SEEN = 30


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


class NodeCheckRoutes(Controller):
    path = "/edge/nodes/{node_id:int}"
    tags = ("edge",)

    @post("/checks", right=MANAGE, status_code=200)
    async def check(
        self,
        node_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> CheckResult:
        """Find the failing layer of a box, as far as the platform and the box itself can see."""
        now_ms = clock.now_ms()
        found = await situation(within, db, node_id, now_ms=now_ms)
        guide = await box_guide(found, _ask(edge_remote, within, node_id, by(rights, session)), now_ms=now_ms)
        return result(guide, within.language)

    @post("/diagnosis", right=MANAGE, status_code=200)
    async def diagnosis(
        self,
        node_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> DiagnosisResult:
        """Have the box run its network diagnosis, save it, and give it here."""
        told = await _ask(edge_remote, within, node_id, by(rights, session))("diagnosis.run", {})
        found = told["diagnosis"]
        findings = msgspec.convert(found["findings"], list[Finding])
        done = result(Guide(findings, failing_layer(findings)), within.language)
        return DiagnosisResult(
            at_ms=found["atMs"],
            host=found["host"],
            version=found["version"],
            layer=done.layer,
            layer_text=done.layer_text,
            errors=done.errors,
            warnings=done.warnings,
            steps=done.steps,
            file=told["file"],
            content=told["text"],
        )


class DeviceCheckRoutes(Controller):
    path = "/devices/{iot_id:str}/edge-check"
    tags = ("edge",)

    @post("/", right=MANAGE, status_code=200)
    async def check(
        self,
        iot_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
        secrets: NamedDependency[Secrets],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
        service: Annotated[
            str, QueryParameter(description="Identifier of a service whose calls fail.", max_length=64)
        ] = "",
    ) -> CheckResult:
        """Why a device behind a box is offline or fails: the box, its driver, a ping, log, category, calls."""
        now_ms = clock.now_ms()
        device = await get_device(within, db, iot_id=iot_id)
        placed = await gateways.device_of(within, db, iot_id)
        if placed is None:
            raise NotFound(what="edge_device", id=iot_id)
        gateway = await gateways.gateway(within, db, placed.gateway_id)
        protocol = await gateways.protocol(within, db, placed.protocol_id)
        found = await situation(within, db, gateway.node_id, now_ms=now_ms)
        custom = custom_of(placed, secrets)
        model = await model_steps(within, db, device, protocol, custom, service.strip())
        guide = await device_guide(
            found,
            _ask(edge_remote, within, gateway.node_id, by(rights, session)),
            device=placed.device_name,
            state=device.state,
            driver=protocol.driver_id,
            custom=custom,
            model=model,
            calls=await downlinks_of(db, device_no=device.device_no, most=CALLS_SEEN),
            now_ms=now_ms,
        )
        return result(guide, within.language)


def _ask(room: RemoteRoom, scope: Scope, node_id: int, who: By) -> Ask:
    async def asked(do: str, given: dict[str, Any]) -> Any:
        return (await room.calls.ask(scope, node_id, do, given, by=who, reason="diagnosis")).ok

    return asked


def result(guide: Guide, language: str) -> CheckResult:
    layer = guide.layer
    steps = [_step(one, language) for one in guide.steps]
    return CheckResult(
        layer,
        i18n.text(f"edge_layer.{layer}", language),
        i18n.text(f"edge_layer_text.{layer or 'ok'}", language),
        i18n.text(f"edge_layer_todo.{layer}", language) if layer else "",
        sum(one.level == "error" for one in steps),
        sum(one.level == "warning" for one in steps),
        steps,
    )


def _step(one: Finding, language: str) -> CheckStep:
    plain = {name: value for name, value in one.facts.items() if name != "lines"}
    facts = plain | {"subject": one.subject}
    advice = i18n.text(f"edge_advice.{one.key}", language, **facts)
    lines = msgspec.convert(one.facts.get("lines", []), list[CheckLine])
    return CheckStep(
        one.step,
        one.level,
        i18n.text(f"edge_step.{one.step}", language),
        i18n.text(f"edge_check.{one.key}", language, **facts),
        "" if advice.startswith("edge_advice.") else advice,
        one.subject,
        lines,
    )
