"""Components of a cluster as the console shows them, and what it sends."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes import components as kinds
from linli.domains.boxes.components import ComponentKind, Shown
from linli.domains.boxes.queries.drivers import Driver, version_order
from linli.domains.boxes.rows import Component, Protocol
from linli.domains.boxes.service.component_rules import Situation, hindrance
from linli.domains.boxes.snapshots import MASK
from linli.kernel import i18n
from linli.kernel.scope import Scope

ASK, INSTALL, UPGRADE, CONFIGURE, STOP, START, REMOVE = (
    "ask",
    "install",
    "upgrade",
    "configure",
    "stop",
    "start",
    "remove",
)


class ComponentRow(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    code: str
    name: str
    mode: Annotated[
        str, Meta(description="install, deploy, ask; part: the box has it, with its switch elsewhere; driver")
    ]
    state: Annotated[
        str,
        Meta(
            description="As the boxes say: empty, asked, approved, refused, deploying, running, stopped, failed, "
            "missing (not on the box), unknown (the box does not say)"
        ),
    ]
    version: Annotated[str, Meta(description="As the box says.")]
    wanted_version: Annotated[str, Meta(description="Of a driver: the one that is set.")]
    versions: Annotated[list[str], Meta(description="Of a driver: those that can be chosen.")]
    upgradable: bool
    heavy: bool
    needs: list[str]
    params: dict[str, Any]
    fields: Annotated[list[str], Meta(description="Parameters that it takes.")]
    reason: Annotated[str, Meta(description="Why it failed or was refused; or what the state means.")]
    hindrance: Annotated[str, Meta(description="Why it cannot be installed now; empty: it can.")]
    can: Annotated[list[str], Meta(description="ask, install, upgrade, configure, stop, start, remove")]
    asked_ms: int | None
    changed_ms: int | None


def component_rows(
    scope: Scope, now: Situation, drivers: list[Protocol], catalogue: list[Driver]
) -> list[ComponentRow]:
    """Every component of the catalogue as the cluster has it, then its drivers."""
    rows = [_row(scope, now, kind) for kind in kinds.KINDS.values()]
    newest = {driver.driver_id: driver.versions for driver in catalogue}
    for driver_id in dict.fromkeys(row.driver_id for row in drivers):
        behind = [row for row in drivers if row.driver_id == driver_id]
        rows.append(_driver_row(now, behind, newest.get(driver_id, [])))
    return rows


def _row(scope: Scope, now: Situation, kind: ComponentKind) -> ComponentRow:
    wish, shown = now.wishes.get(kind.code), now.shown(kind.code)
    why_not = hindrance(scope, kind, now)
    return ComponentRow(
        code=kind.code,
        name=kind.called(scope.language),
        mode=kind.mode,
        state=shown.state,
        version=shown.version,
        wanted_version="",
        versions=[],
        upgradable=False,
        heavy=kind.heavy,
        needs=[kinds.KINDS[need].called(scope.language) for need in kind.needs],
        params=_shown_params(wish),
        fields=list(kind.params),
        reason=shown.why or _meaning(shown.state, scope.language),
        hindrance=why_not,
        can=_can(kind, wish, shown, why_not),
        asked_ms=wish.asked_ms if wish else None,
        changed_ms=wish.changed_ms if wish else None,
    )


def _can(kind: ComponentKind, wish: Component | None, shown: Shown, why_not: str) -> list[str]:
    if kind.mode == kinds.PART:
        return []
    installed = wish is not None and wish.state == kinds.INSTALLED
    runs = shown.state == kinds.RUNNING
    can = []
    if (
        kind.mode == kinds.ASK
        and (wish is None or wish.state == kinds.REFUSED)
        and shown.state != kinds.MISSING
    ):
        can.append(ASK)
    if not why_not and not (runs and wish is None):
        can.append(INSTALL)
    if installed and kind.params:
        can.append(CONFIGURE)
    if kind.code not in (kinds.CLUSTER, kinds.DEVICE_ACCESS) and (
        (installed and shown.state != kinds.MISSING) or (runs and kind.mode == kinds.INSTALL)
    ):
        can.append(START if wish is not None and wish.stopped else STOP)
    return [*can, REMOVE] if wish is not None else can


def _driver_row(now: Situation, behind: list[Protocol], versions: list[str]) -> ComponentRow:
    first = behind[0]
    code = f"{kinds.DRIVER}{first.driver_id}"
    shown, newest = now.shown(code), versions[0] if versions else first.version
    upgradable = any(version_order(row.version) < version_order(newest) for row in behind)
    # A driver that is set up and not deployed yet is no fault of the box.
    state = "" if shown.state == kinds.MISSING else shown.state
    return ComponentRow(
        code=code,
        name=first.name,
        mode="driver",
        state=state,
        version=shown.version,
        wanted_version=first.version,
        versions=versions,
        upgradable=upgradable,
        heavy=False,
        needs=[],
        params={},
        fields=[],
        reason=shown.why,
        hindrance="",
        can=[UPGRADE] if upgradable else [],
        asked_ms=None,
        changed_ms=first.changed_ms,
    )


def _shown_params(wish: Component | None) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(wish.params) if wish is not None else {}
    if kinds.PAGE_PASSWORD in params:
        params[kinds.PAGE_PASSWORD] = MASK
    return params


def _meaning(state: str, language: str) -> str:
    return (
        i18n.text(f"edge.component.is_{state}", language) if state in (kinds.MISSING, kinds.UNKNOWN) else ""
    )


class ComponentRequest(msgspec.Struct, rename="camel", frozen=True):
    cluster_id: str
    cluster_name: str
    code: str
    name: str
    reason: str
    asked_ms: int | None


class AskForm(msgspec.Struct, rename="camel", frozen=True):
    reason: str = ""


class DecideForm(msgspec.Struct, rename="camel", frozen=True):
    approved: bool
    reason: str = ""


class UpgradeForm(msgspec.Struct, rename="camel", frozen=True):
    version: Annotated[str, Meta(description="Empty: the newest.")] = ""


class ParamsForm(msgspec.Struct, rename="camel", frozen=True):
    params: dict[str, Any]
