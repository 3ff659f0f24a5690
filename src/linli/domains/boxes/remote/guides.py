"""Guided checks: from the bottom up, each step with what it found, until the failing layer is known. H 5.9, 3.6.2.

Steps are returned as `Finding`s, so that one text catalogue serves box and platform: `edge_check.<step>.<outcome>` and
`edge_advice.<step>.<outcome>`. A step that rests on a failed one is not done.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

import msgspec

from linli.domains.boxes import rules
from linli.domains.boxes.condition import Situation
from linli.kernel.errors import LinliError
from linli.protocols.edge_remote.diagnosis import Finding, Layer, failing_layer
from linli.things.queries.history import Downlink

ADDRESS_FIELDS: Final = ("ip", "ipAddress", "deviceIp", "host", "address", "ipAddr", "ip_address")
LOG_LINES: Final = 8
WRONG_CATEGORY: Final = re.compile(
    r"device data format is error|service_unknown|ServiceUnknown|has no service", re.I
)
"""The answer of a device or driver to a service that its category does not have (H-63)."""

NO_SERVICE: Final = 404
"""The code of a device that does not know the service it is asked for."""

type Ask = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""A question to the box's tools; its answer. Raises LinliError."""


class Guide(NamedTuple):
    steps: list[Finding]
    layer: str
    """lan, wan, link, heartbeat, runtime, lan_or_wan, unheard, device, not_active; empty: nothing fails."""


async def box_guide(situation: Situation, ask: Ask, *, now_ms: int) -> Guide:
    """A box as a whole: A and B and C of H 5.9, then what the box itself finds, if it can be asked."""
    steps = box_steps(situation, now_ms=now_ms)
    if not situation.node.activated_ms:
        return Guide(steps, "not_active")
    layer: str = situation.condition.layer
    if situation.condition.gateway:
        try:
            answer = await ask("diagnosis.run", {})
        except LinliError as error:
            steps.append(
                Finding("box_answer", "silent", "error", situation.node.name, {"why": error.text("en")})
            )
            return Guide(steps, layer or "runtime")
        own = msgspec.convert(answer["diagnosis"]["findings"], list[Finding])
        steps.append(Finding("box_answer", "ok", "ok", situation.node.name, {"file": answer["file"]}))
        steps += own
        layer = _lowest(failing_layer(own), layer)
    return Guide(steps, layer)


def box_steps(situation: Situation, *, now_ms: int) -> list[Finding]:
    """The platform's own facts: activation, heartbeat, gateway, drivers."""
    node, condition, beat = situation.node, situation.condition, situation.beat
    if not node.activated_ms:
        progress = {"percent": node.percent, "serial": node.serial_number, "why": node.refusal or "-"}
        return [Finding("activation", _activation(situation, now_ms), "error", node.name, progress)]
    steps = [Finding("activation", "ok", "ok", node.name, {"serial": node.serial_number})]
    silent = _since(situation.seen_ms, now_ms)
    if condition.network is None:
        steps.append(Finding("heartbeat", "late", "warning", node.name, {"seconds": rules.SILENT_MS // 1000}))
    else:
        steps.append(_step("heartbeat", condition.network, "silent", node.name, {"minutes": silent}))
    since = _since(situation.gateway_since_ms, now_ms)
    parted = "offline" if condition.network else "parted"
    steps.append(_step("gateway_device", condition.gateway, parted, node.device_name, {"minutes": since}))
    if beat is not None and condition.network:
        for driver in beat.drivers:
            facts = {
                "version": driver.version,
                "devices": driver.devices,
                "online": driver.online,
                "why": driver.why or driver.state,
            }
            steps.append(_step("driver_beat", driver.state == "running", "down", driver.id, facts))
        if beat.uplink_backlog > 0:
            steps.append(Finding("backlog", "waiting", "warning", "", {"count": beat.uplink_backlog}))
    return steps


def _activation(situation: Situation, now_ms: int) -> str:
    """H 5.10: the step where it stops says what is wrong."""
    node = situation.node
    if node.refusal:
        return "refused"
    if node.percent >= 54:
        return "starting"
    if node.percent >= 34:
        return "config"
    return "waiting"


async def device_guide(
    situation: Situation, ask: Ask, *, device: str, state: str, driver: str, custom: Mapping[str, Any],
    calls: Sequence[Downlink], model: Sequence[Finding] = (), now_ms: int,
) -> Guide:  # fmt: skip
    """One device behind a box (H-62, H-63): the box, its driver, the device's network, its log, its failed calls.

    `model`: the steps from its category and thing model (`categories.model_steps`).
    """
    steps = [_step("device_state", state == "online", state, device, {})]
    steps += [
        box_step
        for box_step in box_steps(situation, now_ms=now_ms)
        if box_step.step not in ("driver_beat", "backlog")
    ]
    layer: str = "device" if state != "online" else ""
    if not situation.condition.gateway or not situation.node.activated_ms:
        layer = situation.condition.layer if situation.node.activated_ms else "not_active"
    else:
        try:
            steps += await _from_box(ask, device, driver, custom)
        except LinliError as error:
            steps.append(
                Finding("box_answer", "silent", "error", situation.node.name, {"why": error.text("en")})
            )
            layer = "runtime"
        if any(step.step == "driver" and step.level == "error" for step in steps):
            layer = "runtime"
    steps += [*model, _calls(calls)]
    if not layer and any(finding.level == "error" for finding in (*model, steps[-1])):
        layer = "device"
    return Guide(steps, layer)


async def _from_box(ask: Ask, device: str, driver: str, custom: Mapping[str, Any]) -> list[Finding]:
    steps = []
    running = {driver_row["driver"]: driver_row for driver_row in await ask("drivers.list", {})}
    now = running.get(driver)
    if now is None:
        steps.append(Finding("driver", "absent", "error", driver))
    else:
        facts = {"version": now["version"], "why": now["why"] or now["state"], "crashes": now["crashes"]}
        steps.append(_step("driver", now["state"] == "running", "down", driver, facts))
        if device not in now["devices"]:
            steps.append(Finding("device_deployed", "absent", "error", device))
    address = address_of(custom)
    if address:
        took = (await ask("ping", {"address": address}))["ms"]
        steps.append(_step("device_ping", took is not None, "silent", address, {"ms": took}))
    else:
        steps.append(Finding("device_ping", "unknown", "warning", device))
    answer = await ask("logs.lines", {"device": device, "level": "warning", "most": LOG_LINES})
    lines = [{"atMs": line["atMs"], "level": line["level"], "text": line["text"]} for line in answer["lines"]]
    last = lines[-1]["text"] if lines else ""
    facts = {"lines": lines, "count": len(lines), "last": last}
    steps.append(_step("device_log", not lines, "warnings", device, facts, level="warning"))
    return steps


def _calls(calls: Sequence[Downlink]) -> Finding:
    failed = [call for call in calls if call.state in ("refused", "timed_out", "offline")]
    for downlink in failed:
        if (
            WRONG_CATEGORY.search(f"{downlink.reason} {downlink.output or ''}")
            or answer_code(downlink) == NO_SERVICE
        ):
            return Finding(
                "device_calls",
                "wrong_category",
                "error",
                downlink.identifier,
                {"why": downlink.reason or "404"},
            )
    if failed:
        facts = {"count": len(failed), "why": failed[0].reason or failed[0].state}
        return Finding("device_calls", "failed", "warning", failed[0].identifier, facts)
    return Finding("device_calls", "ok", "ok", "", {"count": len(calls)})


def answer_code(call: Downlink) -> int:
    """The device's own answer; 0: not readable."""
    try:
        return msgspec.json.decode(call.output or "{}", type=_Answer, strict=False).code
    except msgspec.MsgspecError:
        return 0


class _Answer(msgspec.Struct):
    code: int = 0


PORT_FAULTS: Final = {
    "Connection refused": "refused",
    "No route to host": "no_route",
    "Network is unreachable": "no_route",
}
"""What the box's system says of a port → the outcome of the step."""


async def reach_guide(ask: Ask, *, address: str, port: int) -> Guide:
    """Have the box connect to a device that is not saved yet. A device may well answer no ping."""
    answer = await ask("device.reach", {"address": address, "port": port})
    took, why = answer["ms"], str(answer["why"])
    outcome = PORT_FAULTS.get(why, "silent" if why.startswith("no answer") else "other")
    facts = {"port": port, "why": why}
    connected = Finding("device_port", "ok", "ok", address, facts)
    steps = [
        _step("device_ping", took is not None, "silent", address, {"ms": took}, level="warning"),
        Finding("device_port", outcome, "error", address, facts) if why else connected,
    ]
    return Guide(steps, "device" if why else "")


def address_of(custom: Mapping[str, Any]) -> str:
    """The device's own IP address, where its form has one."""
    for name in ADDRESS_FIELDS:
        text = str(custom.get(name, ""))
        try:
            return str(ip_address(text))
        except ValueError:
            continue
    return ""


def _step(
    step: str, well: bool, outcome: str, subject: str, facts: dict[str, Any], *, level: str = "error"
) -> Finding:
    if well:
        return Finding(step, "ok", "ok", subject, facts)
    return Finding(step, outcome, "warning" if level == "warning" else "error", subject, facts)


def _since(at_ms: int | None, now_ms: int) -> int | str:
    return "-" if at_ms is None else max(0, (now_ms - at_ms) // 60_000)


def _lowest(own: Layer, seen: str) -> str:
    """The box's own finding is nearer to the cause than the platform's view."""
    return own or seen
