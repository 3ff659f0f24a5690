"""How a box is: its three conditions, its figures over time, when it came and went. C072, H-60, H-61, H-98."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes.condition import Situation, situation, situations
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import queries, rules
from linli.domains.boxes.remote.console.caller import MANAGE, SEE
from linli.domains.boxes.remote.errors import BoxAway, BoxRefused
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.rows import Figure
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.boxes.rules import SILENT_MS
from linli.kernel import history, i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.protocols.edge_link import DriverHealth, Heartbeat, Stranger

MOST_POINTS = 500
"""Of a chart; longer spans show the worst of each step."""
_DAY_MS = 86_400_000


class BoxStranger(msgspec.Struct, rename="camel", frozen=True):
    """Calls in a door's name from an address that is not known to be its own."""

    device: Annotated[str, Meta(description="The door's DeviceName.")]
    ip: Annotated[str, Meta(description="The address of its form.")]
    sn: Annotated[str, Meta(description="What the caller said that it is; empty: nothing.")]
    peer: Annotated[str, Meta(description="Where the calls came from.")]
    outcome: Annotated[str, Meta(description="refused, or moved: taken as its new address.")]
    first_ms: int
    last_ms: int
    count: int
    text: Annotated[str, Meta(description="What it means and what to do.")]


class BoxCondition(msgspec.Struct, rename="camel", frozen=True):
    """A box is online when its network and its gateway and its runtime are well (spec H 5.9)."""

    name: str
    iot_id: Annotated[str, Meta(description="Its gateway device.")]
    state_text: str
    online: bool
    network: Annotated[
        bool | None, Meta(description="null: not known until the next heartbeat comes, or stays away.")
    ]
    gateway: bool
    runtime: Annotated[bool | None, Meta(description="null: not known, since no heartbeat tells.")]
    layer: Annotated[
        str,
        Meta(
            description="unheard (not known yet), lan_or_wan, link, heartbeat, runtime; empty: all is well."
        ),
    ]
    text: Annotated[str, Meta(description="What follows from it.")]
    todo: Annotated[str, Meta(description="What to do; empty: nothing.")]
    state: str
    last_seen_ms: int | None
    silent_after_ms: int
    gateway_since_ms: int | None
    booted_ms: int | None
    version: str
    addresses: list[str]
    clock_offset_ms: int | None
    uplink_backlog: int | None
    drivers: list[DriverHealth]
    strangers: list[BoxStranger]
    warnings: Annotated[list[str], Meta(description="What is protected less than it could be, in words.")]


class BoxStrangerSettled(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """The decision of somebody who knows the site about such an address."""

    device: Annotated[str, Meta(min_length=1, max_length=64)]
    peer: Annotated[str, Meta(min_length=2, max_length=45)]
    confirm: Annotated[
        bool, Meta(description="It is the door's own: it may call from there. Else: it is none.")
    ]


class BoxRow(msgspec.Struct, rename="camel", frozen=True):
    """A box of a list."""

    id: str
    name: str
    cluster: str
    serial_number: str
    online: bool
    layer: str
    state_text: str
    last_seen_ms: int | None
    version: str


class FigureThreshold(msgspec.Struct, rename="camel", frozen=True):
    figure: str
    unit: str
    warn: float


class BoxFigures(msgspec.Struct, rename="camel", frozen=True):
    """Columns of equal length, oldest first. Percent; degrees Celsius; counts."""

    at_ms: list[int]
    cpu: list[float]
    memory: list[float]
    disk: list[float]
    load: list[float]
    temperature: list[float | None]
    uplink_backlog: list[int]
    clock_offset_ms: list[int]
    drivers_down: list[int]
    devices_online: list[int]
    thresholds: list[FigureThreshold]
    monitored: Annotated[bool, Meta(description="Whether the cluster's monitoring is switched on.")]
    kept_days: int


class BoxEvent(msgspec.Struct, rename="camel", frozen=True):
    """One line of a box's own on/off-line log."""

    id: str
    at_ms: int
    event: Annotated[str, Meta(description="online, offline, booted, updated, moved, stranger, door_moved")]
    text: str
    facts: Annotated[str, Meta(description="JSON")]


box_list_routes = Routes("/edge/boxes", tags=("edge",))


class BoxFilter(Filter, frozen=True):
    """Boxes, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of the name or serial number.")] = ""


@box_list_routes.get(right=SEE)
async def boxes(
    scope: Scope, db: Database, clock: Clock, page: PageRequest, where: BoxFilter
) -> Page[BoxRow]:
    """All boxes in sight and how they are."""
    nodes = await queries.boxes(scope, db, page, text=where.q.strip())
    names = await queries.cluster_names(scope, db, sorted({node.cluster_id for node in nodes.data}))
    now = await situations(scope, db, nodes.data, now_ms=clock.now_ms())
    return Page.of(page, nodes.total, [_row(box, names, scope.language) for box in now])


box_routes = Routes("/edge/nodes/{node_id:int}", tags=("edge",))


@box_routes.get("/condition", right=SEE, raises=(NotFound,))
async def condition(node_id: int, scope: Scope, db: Database, clock: Clock) -> BoxCondition:
    """Whether the box is there, layer by layer, as its last heartbeat and its gateway device tell."""
    box = await situation(scope, db, node_id, now_ms=clock.now_ms())
    return describe_box(box, scope.language)


class FigureFilter(Filter, frozen=True):
    """When the figures of a box were taken."""

    from_ms: Annotated[int | None, Meta(description="Default: six hours ago.")] = None
    to_ms: int | None = None


@box_routes.get("/figures", right=SEE, raises=(NotFound,))
async def figures(node_id: int, scope: Scope, db: Database, clock: Clock, where: FigureFilter) -> BoxFigures:
    """Figures of its heartbeats, of the last seven days at most."""
    now_ms = clock.now_ms()
    end = now_ms if where.to_ms is None else where.to_ms
    begin = end - 6 * 3_600_000 if where.from_ms is None else where.from_ms
    if begin > end:
        raise BadInput(field="fromMs", rule="before", other="toMs")
    node = await clusters.node(scope, db, node_id)
    cluster = await clusters.cluster(Scope.system(node.tenant_id), db, node.cluster_id)
    begin = max(begin, now_ms - (rules.KEPT_FIGURES_DAYS + 1) * _DAY_MS)
    rows = await queries.figures(db, node, from_ms=begin, to_ms=end)
    shown = thinned(rows)
    columns = {name: [getattr(figure, name) for figure in shown] for name in Figure._fields}
    return BoxFigures(
        **columns,
        thresholds=[FigureThreshold(*threshold) for threshold in rules.THRESHOLDS],
        monitored=bool(cluster.monitor_on),
        kept_days=rules.KEPT_FIGURES_DAYS,
    )


@box_routes.post("/strangers", right=MANAGE, raises=(NotFound, BoxAway, BoxRefused))
async def settle(
    node_id: int, data: BoxStrangerSettled, scope: Scope, db: Database, by: By, edge_remote: RemoteRoom
) -> None:
    """Confirm that a door calls from another address now, or say that it does not. Raises BoxAway, BoxRefused."""
    await clusters.node(scope, db, node_id)
    await edge_remote.calls.ask(
        scope,
        node_id,
        "peers.settle",
        msgspec.to_builtins(data),
        by=by,
        reason=f"{'confirm' if data.confirm else 'refuse'} {data.peer} for {data.device}"[:200],
    )
    async with db.begin() as tx:
        await history.note(
            scope,
            tx,
            history.Record("edge_node", node_id, None),
            "confirmed" if data.confirm else "refused",
            after={"device": data.device, "address": data.peer},
            now_ms=db.clock.now_ms(),
        )


@box_routes.get("/history", right=SEE, name="history", raises=(NotFound,))
async def show_history(node_id: int, scope: Scope, db: Database, page: PageRequest) -> Page[BoxEvent]:
    """When the box went online or offline, restarted, was updated or moved; the newest first."""
    await clusters.node(scope, db, node_id)
    entries = await queries.log(scope, db, node_id, page)
    rows = [
        BoxEvent(
            str(log_entry.entry_no),
            log_entry.at_ms,
            log_entry.event,
            _event_text(log_entry.event, log_entry.facts, scope.language),
            log_entry.facts,
        )
        for log_entry in entries.data
    ]
    return Page.of(page, entries.total, rows)


def describe_box(box: Situation, language: str) -> BoxCondition:
    condition, beat, node = box.condition, box.beat, box.node
    layer = layer_of(box)
    return BoxCondition(
        name=node.name, iot_id=node.iot_id, state_text=_state_text(box, language), online=condition.online,
        network=condition.network, gateway=condition.gateway, runtime=condition.runtime, layer=layer,
        text=i18n.text(f"edge_layer_text.{layer or 'ok'}", language),
        todo=i18n.text(f"edge_layer_todo.{layer}", language, seconds=SILENT_MS // 1000) if layer else "",
        state=node.state,
        last_seen_ms=box.seen_ms, silent_after_ms=SILENT_MS, gateway_since_ms=box.gateway_since_ms,
        booted_ms=beat.booted_ms if beat else None, version=beat.version if beat else node.version,
        addresses=beat.addresses if beat else [], clock_offset_ms=beat.clock_offset_ms if beat else None,
        uplink_backlog=beat.uplink_backlog if beat else None, drivers=beat.drivers if beat else [],
        strangers=[_stranger(stranger, language) for stranger in reversed(beat.strangers)] if beat else [],
        warnings=_warnings(beat, language) if beat else [],
    )  # fmt: skip


def _stranger(stranger: Stranger, language: str) -> BoxStranger:
    text = i18n.text(
        f"edge_stranger.{stranger.outcome}",
        language,
        device=stranger.device,
        ip=stranger.ip,
        peer=stranger.peer,
    )
    return BoxStranger(
        device=stranger.device,
        ip=stranger.ip,
        sn=stranger.sn,
        peer=stranger.peer,
        outcome=stranger.outcome,
        first_ms=stranger.first_ms,
        last_ms=stranger.last_ms,
        count=stranger.count,
        text=text,
    )


def _warnings(beat: Heartbeat, language: str) -> list[str]:
    return [
        *(i18n.text("edge_warning.unchecked", language, address=address) for address in beat.unchecked),
        *(i18n.text("edge_warning.unconfined", language, driver=driver) for driver in beat.unconfined),
    ]


def layer_of(box: Situation) -> str:
    return box.condition.layer if box.node.activated_ms else "not_active"


def _state_text(box: Situation, language: str) -> str:
    """In a few words: `online`, or which layer fails."""
    layer = layer_of(box)
    if not layer:
        return i18n.text("edge_state.online", language)
    if layer in ("not_active", "unheard"):
        return i18n.text(f"edge_layer.{layer}", language)
    return i18n.text("edge_state.down", language, layer=i18n.text(f"edge_layer.{layer}", language))


def _row(box: Situation, clusters: dict[int, str], language: str) -> BoxRow:
    node = box.node
    return BoxRow(
        id=str(node.node_id),
        name=node.name,
        cluster=clusters.get(node.cluster_id, ""),
        serial_number=node.serial_number,
        online=box.condition.online,
        layer=layer_of(box),
        state_text=_state_text(box, language),
        last_seen_ms=box.seen_ms,
        version=box.beat.version if box.beat else node.version,
    )


def thinned(rows: list[Figure]) -> list[Figure]:
    """At most MOST_POINTS rows; of each step the row with the busiest processor, so that peaks stay."""
    step = -(-len(rows) // MOST_POINTS) or 1
    return [max(rows[at : at + step], key=lambda figure: figure.cpu) for at in range(0, len(rows), step)]


def _event_text(event: str, facts: str, language: str) -> str:
    values: dict[str, Any] = msgspec.json.decode(facts) if facts else {}
    plain = {name: ", ".join(value) if isinstance(value, list) else value for name, value in values.items()}
    return i18n.text(f"edge_event.{event}", language, **plain)
