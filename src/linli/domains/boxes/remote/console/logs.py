"""Logs that the box keeps of its drivers and devices: read a span, follow, download. H-62, G-C41."""

import asyncio
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import queries, rules
from linli.domains.boxes.remote.console.caller import MANAGE
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.boxes.service.products import whole
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked, masked_bytes, masked_text
from linli.kernel.scope import Scope

MOST = 1000
_DAY_MS: Final = 86_400_000


class BoxLogLine(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    level: Annotated[str, Meta(description="info, warning, error")]
    text: str
    driver: str
    device: str = ""
    facts: dict[str, Any] = {}


class BoxLogLines(msgspec.Struct, rename="camel", frozen=True):
    """The newest that fit, oldest first."""

    lines: list[BoxLogLine]
    cut: Annotated[bool, Meta(description="There are more before.")]


class BoxLogSource(msgspec.Struct, rename="camel", frozen=True):
    """One log. Without a device: the driver's own; `runtime` is the box itself."""

    driver: str
    device: str = ""


class KeptLogLines(msgspec.Struct, rename="camel", frozen=True):
    """Lines that the box sent, the newest that fit, oldest first."""

    on: Annotated[bool, Meta(description="Whether the cluster's log module is on, so that more come.")]
    days: Annotated[int, Meta(description="How long they are kept.")]
    lines: list[BoxLogLine]
    cut: Annotated[bool, Meta(description="There are more before.")]


class BoxLogFilter(Filter, frozen=True):
    """Lines of a box's log."""

    driver: str = ""
    device: Annotated[str, Meta(description="A DeviceName.")] = ""
    level: Literal["info", "warning", "error"] = "info"
    q: Annotated[str, Meta(description="A part of the line or its facts.")] = ""
    from_ms: int | None = None
    to_ms: int | None = None


box_log_routes = Routes("/edge/nodes/{node_id:int}/logs", tags=("edge",))


@box_log_routes.get("/sources", right=MANAGE)
async def sources(node_id: int, scope: Scope, by: By, edge_remote: RemoteRoom) -> list[BoxLogSource]:
    """The logs of the box."""
    answer = await edge_remote.calls.ask(scope, node_id, "logs.sources", by=by, reason="logs")
    return msgspec.convert(answer.ok, list[BoxLogSource])


class BoxLogPage(BoxLogFilter, frozen=True):
    """Lines of a box after a time."""

    after_ms: Annotated[int | None, Meta(description="Only later lines.")] = None
    most: Annotated[int, Meta(ge=1, le=MOST)] = 200


@box_log_routes.get(right=MANAGE)
async def lines(
    node_id: int, scope: Scope, by: By, edge_remote: RemoteRoom, where: BoxLogPage
) -> BoxLogLines:
    """Lines by driver, DeviceName, level, text and span; with `afterMs` only what came since."""
    conditions = _conditions(where)
    answer = await edge_remote.calls.ask(scope, node_id, "logs.lines", conditions, by=by, reason="logs")
    return msgspec.convert(masked(answer.ok), BoxLogLines)


@box_log_routes.get("/lines.jsonl", right=MANAGE, raises=(NotFound,))
async def download(
    node_id: int, scope: Scope, db: Database, by: By, edge_remote: RemoteRoom, where: BoxLogFilter
) -> Response[bytes]:
    """The same as a file, one JSON object a line; the newest 50,000 lines."""
    node = await clusters.node(scope, db, node_id)
    answer = await edge_remote.calls.ask(
        scope, node_id, "logs.save", _conditions(where), by=by, reason="logs"
    )
    headers = {"content-disposition": f'attachment; filename="edge-{node.node_id}.jsonl"'}
    lines = await asyncio.to_thread(_masked_lines, answer.data)
    return Response(lines, media_type="application/x-ndjson", headers=headers)


kept_log_routes = Routes("/edge/nodes/{node_id:int}/kept-logs", tags=("edge",))


# What boxes sent while their cluster's log module was on (底座管理, C072): to be read when a box is away, too.


@kept_log_routes.get("/sources", right=MANAGE, name="sources", raises=(NotFound,))
async def list_kept_sources(node_id: int, scope: Scope, db: Database, clock: Clock) -> list[BoxLogSource]:
    """The drivers and devices with lines."""
    node = await clusters.node(scope, db, node_id)
    since = clock.now_ms() - rules.KEPT_LINES_DAYS * _DAY_MS
    return [
        BoxLogSource(*line_source) for line_source in await queries.line_sources(db, node, since_ms=since)
    ]


class KeptLogPage(BoxLogFilter, frozen=True):
    """Lines of a box that are kept."""

    most: Annotated[int, Meta(ge=1, le=MOST)] = 200


@kept_log_routes.get(right=MANAGE, name="lines", raises=(NotFound,))
async def list_kept_lines(
    node_id: int, scope: Scope, db: Database, clock: Clock, where: KeptLogPage
) -> KeptLogLines:
    """Lines by driver, DeviceName, level, text and time; for earlier lines set `toMs` to the time of the oldest."""
    node = await clusters.node(scope, db, node_id)
    cluster = await clusters.cluster(whole(scope), db, node.cluster_id)
    now_ms = clock.now_ms()
    first = now_ms - rules.KEPT_LINES_DAYS * _DAY_MS
    newest = await queries.lines(
        db,
        node,
        from_ms=max(first, where.from_ms or 0),
        to_ms=now_ms if where.to_ms is None else min(where.to_ms, now_ms),
        level=rules.LEVELS.index(where.level),
        driver=where.driver,
        device=where.device,
        text=where.q.strip(),
        most=where.most + 1,
    )
    shown = [
        BoxLogLine(
            line.at_ms,
            rules.LEVELS[line.level],
            masked_text(line.text),
            line.driver,
            line.device,
            masked(msgspec.json.decode(line.facts)) if line.facts else {},
        )
        for line in reversed(newest[: where.most])
    ]
    return KeptLogLines(bool(cluster.log_on), rules.KEPT_LINES_DAYS, shown, len(newest) > where.most)


def _conditions(where: BoxLogFilter) -> dict[str, Any]:
    """As the box takes them."""
    given = msgspec.to_builtins(where)
    given["text"] = given.pop("q")
    return {name: value for name, value in given.items() if value is not None}


def _masked_lines(lines: bytes) -> bytes:
    return b"\n".join(masked_bytes(line) for line in lines.split(b"\n"))
