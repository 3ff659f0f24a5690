"""Open API: SIP servers (spec B A105-A107, E D1, D2). An installation has one."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.errors import ServerUnknown
from linli.domains.intercom.places import sip_host
from linli.domains.intercom.queries import numbers as queries
from linli.domains.intercom.service import numbers as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi.registry import Contract, method


class ServerNamed(msgspec.Struct, rename="camel"):
    server_id: Annotated[str, Meta(description="服务器 id / server")]


class SipServer(msgspec.Struct, rename="camel"):
    server_id: Annotated[str, Meta(description="服务器 id / server")]
    host_ip: Annotated[str, Meta(description="服务器地址 / server address")]


@method(
    "/entrance/paas/sipserver/query",
    "1.0.0",
    service="access",
    token="optional",
    title="查询SIP服务器列表",
    title_en="List SIP servers",
    contract=Contract(source="spec B A105"),
)
async def list_servers(settings: Settings) -> list[SipServer]:
    """Accounts of one server call each other."""
    return [SipServer(service.SERVER, sip_host(settings))]


@method(
    "/entrance/paas/sipserver/bind",
    "1.0.0",
    service="access",
    token="optional",
    raises=(ServerUnknown,),
    title="绑定SIP服务器",
    title_en="Choose a SIP server",
    contract=Contract(source="spec B A106"),
)
async def bind_server(data: ServerNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """New accounts of the project are of this server."""
    await service.bind_server(scope, tx, server_id=data.server_id, now_ms=clock.now_ms())


@method(
    "/entrance/paas/sipserver/getbind",
    "1.0.0",
    service="access",
    token="optional",
    title="查询当前绑定的SIP服务器",
    title_en="Get the chosen SIP server",
    contract=Contract(source="spec B A107"),
)
async def bound_server(scope: Scope, db: Database, settings: Settings) -> SipServer | None:
    """Nothing while none was chosen; accounts are of the first one then."""
    server_id = await queries.bound_server(scope, db)
    return None if server_id is None else SipServer(server_id, sip_host(settings))
