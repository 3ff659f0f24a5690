"""The sub-devices of a gateway (拓扑关系): adding and removing them, for people and for the gateway itself."""

from typing import Final

from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit.subdevices import SignedSub, read_names, read_signed
from linli.things.gateways import codes
from linli.things.gateways.caller import asking, read, refused, require_devices
from linli.things.gateways.errors import GatewayFull, NotAGateway, NotItsSub, SubIsGateway
from linli.things.inbox.request import Request, RequestRefused
from linli.things.queries.devices import DeviceRow, find_devices, get_device
from linli.things.service.devices import assign_community, bind_project
from linli.things.topology import membership, queries
from linli.things.topology.notices import named

MAX_SUBS: Final = 2000
"""Sub-devices of one gateway; as many may be logged in (`mqtt.limits`)."""


async def get_gateway(scope: Scope, tx: Tx, *, iot_id: str) -> DeviceRow:
    """Raises NotFound, NotAGateway."""
    gateway = await get_device(scope, tx, iot_id=iot_id)
    if gateway.node_type != 1:
        raise NotAGateway(field="iotId", rule="gateway")
    return gateway


async def add_subs(scope: Scope, tx: Tx, *, gateway_iot_id: str, iot_ids: list[str]) -> int:
    """Put devices under a gateway, all or none, taking them from their gateways; how many came.

    Both gateways are told (`topo/change`, `topo/add/notify`). A device without project or community comes into its
    gateway's. Raises NotFound, NotAGateway, SubIsGateway, GatewayFull.
    """
    gateway = await get_gateway(scope, tx, iot_id=gateway_iot_id)
    subs = await _all_of(scope, tx, iot_ids)
    return len(await _add(tx, gateway, subs, by_gateway=False))


async def remove_subs(scope: Scope, tx: Tx, *, gateway_iot_id: str, iot_ids: list[str]) -> None:
    """Take devices from their gateway, all or none; it gets a notice. Raises NotFound, NotAGateway, NotItsSub."""
    gateway = await get_gateway(scope, tx, iot_id=gateway_iot_id)
    subs = await _all_of(scope, tx, iot_ids)
    for sub in subs:
        if sub.gateway_no != gateway.device_no:
            raise NotItsSub(id=sub.device_name)
    await membership.leave(tx, gateway, subs, by_gateway=False)


async def _all_of(scope: Scope, tx: Tx, iot_ids: list[str]) -> list[DeviceRow]:
    devices = await find_devices(scope, tx, iot_ids=iot_ids)
    missing = set(iot_ids) - {row.iot_id for row in devices}
    if missing:
        raise NotFound(what="device", id=min(missing))
    return devices


async def _add(tx: Tx, gateway: DeviceRow, subs: list[DeviceRow], *, by_gateway: bool) -> list[DeviceRow]:
    for sub in subs:
        if sub.node_type == 1:
            raise SubIsGateway(id=sub.device_name)
    coming = await membership.join(tx, gateway, subs, by_gateway=by_gateway)
    if coming and await queries.count_subs(tx, gateway_no=gateway.device_no) > MAX_SUBS:
        raise GatewayFull(limit=MAX_SUBS)
    await _settle_in(tx, gateway, coming)
    return coming


async def _settle_in(tx: Tx, gateway: DeviceRow, subs: list[DeviceRow]) -> None:
    """A device that nobody has placed is where its gateway is."""
    scope = Scope.system(gateway.tenant_id)
    if gateway.project_id is not None:
        free = [sub.iot_id for sub in subs if sub.project_id is None]
        if free:
            await bind_project(scope, tx, project_id=gateway.project_id, iot_ids=free)
    if gateway.community_id is not None:
        for sub in subs:
            if sub.community_id is None:
                await assign_community(scope, tx, iot_id=sub.iot_id, community_id=gateway.community_id)


# what the gateway itself asks


class TopologyRequests:
    """`thing/topo/add`, `delete` and `get` of a gateway. All or nothing: the reply names the device at fault."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    async def add(self, tx: Tx, request: Request) -> list[dict[str, str]]:
        """`[signed entry, …]` -> their names. Devices of another gateway come over; that gateway gets a notice."""
        scope, gateway = await asking(tx, request)
        entries = read(read_signed, request.post.params)
        rows = await require_devices(scope, tx, [entry.key for entry in entries])
        for entry in entries:
            self._check(gateway, entry, rows[entry.key])
        try:
            await _add(tx, gateway, list(rows.values()), by_gateway=True)
        except GatewayFull:
            raise RequestRefused(
                codes.TOO_MANY_SUBS, f"a gateway has {MAX_SUBS} sub-devices at most"
            ) from None
        return [named(entry.key) for entry in entries]

    def _check(self, gateway: DeviceRow, entry: SignedSub, row: DeviceRow) -> None:
        if row.device_no == gateway.device_no or row.node_type == 1:
            raise refused(codes.OWN_SUB, "a gateway cannot be a sub-device", entry.key)
        if not entry.proves(self._secrets.open(row.secret, about=f"device:{row.iot_id}")):
            raise refused(codes.UNSIGNED, "the signature does not fit", entry.key)
        if not row.enabled:
            raise refused(codes.FORBIDDEN, "the device is disabled", entry.key)

    async def delete(self, tx: Tx, request: Request) -> list[dict[str, str]]:
        """`[name, …]` -> the same. Devices that are none of its own are no fault: they are where they were to be."""
        scope, gateway = await asking(tx, request)
        keys = [entry.key for entry in read(read_names, request.post.params)]
        rows = await queries.named_devices(scope, tx, keys)
        own = [row for row in rows.values() if row.gateway_no == gateway.device_no]
        if own:
            await membership.leave(tx, gateway, own, by_gateway=True)
        return [named(key) for key in keys]

    async def get(self, tx: Tx, request: Request) -> list[dict[str, str]]:
        """All its sub-devices."""
        _, gateway = await asking(tx, request)
        return [named(key) for key in await queries.sub_keys(tx, gateway_no=gateway.device_no)]
