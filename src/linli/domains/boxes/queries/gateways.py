"""Gateway instances, their protocols and the devices under them."""

from sqlalchemy import bindparam, func, select

from linli.domains.boxes.models import edge_devices, edge_gateways, edge_protocols
from linli.domains.boxes.rows import EdgeDevice, Gateway, Protocol
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_g, _p, _d = edge_gateways.c, edge_protocols.c, edge_devices.c
_gateway = Query(
    select(edge_gateways).where(in_scope(edge_gateways), _g.gateway_id == bindparam("gateway_id", type_=INT)),
    Gateway,
)
_of_clusters = Query(
    select(edge_gateways)
    .where(in_scope(edge_gateways), any_of(_g.cluster_id, "cluster_ids"))
    .order_by(_g.cluster_id, _g.created_ms),
    Gateway,
)
_all = Query(select(edge_gateways).where(in_scope(edge_gateways)).order_by(_g.name, _g.gateway_id), Gateway)
_of_node = Query(
    select(edge_gateways).where(in_scope(edge_gateways), _g.node_id == bindparam("node_id", type_=INT)),
    Gateway,
)
_protocols = Query(
    select(edge_protocols)
    .where(in_scope(edge_protocols), _p.gateway_id == bindparam("gateway_id", type_=INT))
    .order_by(_p.created_ms, _p.protocol_id),
    Protocol,
)
_protocol = Query(
    select(edge_protocols).where(
        in_scope(edge_protocols), _p.protocol_id == bindparam("protocol_id", type_=INT)
    ),
    Protocol,
)
_devices = Query(
    select(edge_devices)
    .where(in_scope(edge_devices), _d.gateway_id == bindparam("gateway_id", type_=INT))
    .order_by(_d.edge_device_id),
    EdgeDevice,
)
_device = Query(
    select(edge_devices).where(
        in_scope(edge_devices), _d.edge_device_id == bindparam("edge_device_id", type_=INT)
    ),
    EdgeDevice,
)
_of_iot_id = Query(
    select(edge_devices).where(in_scope(edge_devices), _d.iot_id == bindparam("iot_id")), EdgeDevice
)
_named = Query(
    select(edge_devices).where(
        in_scope(edge_devices),
        _d.gateway_id == bindparam("gateway_id", type_=INT),
        _d.device_name == bindparam("device_name"),
    ),
    EdgeDevice,
)
_counts = Query(
    select(_d.protocol_id, func.count())
    .where(in_scope(edge_devices), _d.gateway_id == bindparam("gateway_id", type_=INT))
    .group_by(_d.protocol_id)
)


async def gateway(scope: Scope, db: Reader, gateway_id: int) -> Gateway:
    """Raises NotFound."""
    if (gateway_row := await _gateway.one(db, scope, gateway_id=gateway_id)) is None:
        raise NotFound(what="edge_gateway", id=gateway_id)
    return gateway_row


async def gateways_of(scope: Scope, db: Reader, cluster_ids: list[int]) -> list[Gateway]:
    return await _of_clusters.all(db, scope, cluster_ids=cluster_ids) if cluster_ids else []


async def gateways(scope: Scope, db: Reader) -> list[Gateway]:
    """All in sight, by name."""
    return await _all.all(db, scope)


async def gateway_of_node(scope: Scope, db: Reader, node_id: int) -> Gateway | None:
    return await _of_node.one(db, scope, node_id=node_id)


async def protocols(scope: Scope, db: Reader, gateway_id: int) -> list[Protocol]:
    """In the order in which they were added."""
    return await _protocols.all(db, scope, gateway_id=gateway_id)


async def protocol(scope: Scope, db: Reader, protocol_id: int) -> Protocol:
    """Raises NotFound."""
    if (protocol_row := await _protocol.one(db, scope, protocol_id=protocol_id)) is None:
        raise NotFound(what="edge_protocol", id=protocol_id)
    return protocol_row


async def devices(scope: Scope, db: Reader, gateway_id: int) -> list[EdgeDevice]:
    """All devices of a gateway, in the order in which they were added."""
    return await _devices.all(db, scope, gateway_id=gateway_id)


async def device(scope: Scope, db: Reader, edge_device_id: int) -> EdgeDevice:
    """Raises NotFound."""
    if (edge_device := await _device.one(db, scope, edge_device_id=edge_device_id)) is None:
        raise NotFound(what="edge_device", id=edge_device_id)
    return edge_device


async def device_of(scope: Scope, db: Reader, iot_id: str) -> EdgeDevice | None:
    """The edge's facts of a thing."""
    return await _of_iot_id.one(db, scope, iot_id=iot_id)


async def device_named(scope: Scope, db: Reader, gateway_id: int, device_name: str) -> EdgeDevice | None:
    """A device of a gateway by its DeviceName."""
    return await _named.one(db, scope, gateway_id=gateway_id, device_name=device_name)


async def device_counts(scope: Scope, db: Reader, gateway_id: int) -> dict[int, int]:
    """Devices by protocol."""
    return dict(await _counts.all(db, scope, gateway_id=gateway_id))
