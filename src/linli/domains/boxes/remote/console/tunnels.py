"""Tunnels: open a tunnel, list past tunnels, end a tunnel. C062, H-97."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import queries, rules
from linli.domains.boxes.remote.box_page import base_of
from linli.domains.boxes.remote.console.caller import MANAGE, SEE
from linli.domains.boxes.remote.errors import BoxAway, BoxNotActive, TooManyTunnels
from linli.domains.boxes.remote.room import PERSON_PATH, RemoteRoom
from linli.domains.boxes.remote.rows import Tunnel
from linli.domains.boxes.remote.service import tunnels as service
from linli.domains.boxes.remote.service.tunnels import By
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

PAGES = ("http", "video")
"""Kinds that a browser opens as a page."""


class TunnelForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    kind: Annotated[
        Literal["shell", "files", "http", "video"],
        Meta(description="http: the box's own page; video: HTTP-LH-8080, its video component's."),
    ]
    reason: Annotated[str, Meta(description="2 to 200 characters; kept in the audit.")]
    minutes: Annotated[int, Meta(description="1 to 120; it ends by itself then.")] = rules.DEFAULT_MINUTES
    recorded: Annotated[
        bool, Meta(description="Keep what the terminal shows, 200,000 characters at most.")
    ] = False


class OpenedTunnel(msgspec.Struct, rename="camel", frozen=True):
    id: str
    path: Annotated[
        str, Meta(description="Where to open the WebSocket, or the page (http), once and within a minute.")
    ]
    until_ms: int


class TunnelRow(msgspec.Struct, rename="camel", frozen=True):
    """One visit to a box, as the audit keeps it."""

    id: str
    node_id: str
    kind: str
    by_name: str
    reason: str
    state: Annotated[str, Meta(description="waiting, half, open, ended")]
    why_ended: str
    asked_ms: int
    opened_ms: int | None
    until_ms: int
    ended_ms: int | None
    bytes_to_box: int
    bytes_from_box: int
    recorded: bool


class Transcript(msgspec.Struct, rename="camel", frozen=True):
    text: Annotated[str, Meta(description="What the terminal showed, with its control characters.")]


node_tunnel_routes = Routes("/edge/nodes/{node_id:int}/tunnels", tags=("edge",))


@node_tunnel_routes.get(right=SEE, raises=(NotFound,))
async def list_tunnels(
    node_id: int, scope: Scope, db: Database, page: PageRequest, tools: bool = False
) -> Page[TunnelRow]:
    """Past tunnels into the box, the newest first. `tools`: also calls of the console's own pages."""
    await clusters.node(scope, db, node_id)
    tunnels = await queries.tunnels(scope, db, node_id, page, tools=tools)
    return Page.of(page, tunnels.total, [row_of(tunnel) for tunnel in tunnels.data])


@node_tunnel_routes.post(right=MANAGE, raises=(NotFound, BoxAway, BoxNotActive, TooManyTunnels))
async def ask(
    node_id: int, data: TunnelForm, scope: Scope, tx: Tx, ids: Ids, clock: Clock, by: By
) -> OpenedTunnel:
    """Have the box open a tunnel. The caller is responsible for all acts in it; they are logged under their name."""
    asked = await service.ask(
        scope,
        tx,
        node_id=node_id,
        wish=service.TunnelWish(
            kind=data.kind,
            reason=data.reason,
            minutes=data.minutes,
            recorded=data.recorded and data.kind == "shell",
        ),
        by=by,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    number, ticket = asked.tunnel.tunnel_id, asked.person_ticket
    path = base_of(number, ticket) if data.kind in PAGES else PERSON_PATH + ticket
    return OpenedTunnel(str(number), path, asked.tunnel.until_ms)


tunnel_routes = Routes("/edge/tunnels/{tunnel_id:int}", tags=("edge",))


@tunnel_routes.post("/end", right=MANAGE, raises=(NotFound,))
async def end(tunnel_id: int, scope: Scope, db: Database, clock: Clock, edge_remote: RemoteRoom) -> None:
    """End a person's visit at once."""
    tunnel = await queries.tunnel(scope, db, tunnel_id)
    await edge_remote.end(tunnel, now_ms=clock.now_ms())


@tunnel_routes.get("/transcript", right=MANAGE, raises=(NotFound,))
async def transcript(tunnel_id: int, scope: Scope, db: Database) -> Transcript:
    """The screen of a recorded terminal."""
    return Transcript((await queries.tunnel(scope, db, tunnel_id)).transcript)


def row_of(tunnel: Tunnel) -> TunnelRow:
    return TunnelRow(
        id=str(tunnel.tunnel_id),
        node_id=str(tunnel.node_id),
        kind=tunnel.kind,
        by_name=tunnel.by_name,
        reason=tunnel.reason,
        state=tunnel.state,
        why_ended=tunnel.why_ended,
        asked_ms=tunnel.asked_ms,
        opened_ms=tunnel.opened_ms,
        until_ms=tunnel.until_ms,
        ended_ms=tunnel.ended_ms,
        bytes_to_box=tunnel.bytes_to_box,
        bytes_from_box=tunnel.bytes_from_box,
        recorded=bool(tunnel.recorded),
    )
