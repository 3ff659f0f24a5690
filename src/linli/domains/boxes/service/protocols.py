"""Protocols (drivers) on a gateway: added, configured, brought to another version, taken away. Spec C §8.2, D CB-05."""

import json
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from linli.domains.boxes.catalogue.library import DOOR_DEVICE, DOOR_SYSTEM, DOOR_TERMINAL
from linli.domains.boxes.errors import ProtocolInUse, ProtocolThere
from linli.domains.boxes.models import edge_protocols
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries import gateways as queries
from linli.domains.boxes.rows import Protocol, place_of
from linli.domains.boxes.service import certificates
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

HISTORY: Final = "edge_protocol"
CONFIG_BYTES: Final = 64 * 1024
DOOR_PROTOCOLS: Final = frozenset({DOOR_DEVICE, DOOR_SYSTEM, DOOR_TERMINAL})
"""Protocols whose doors call the box without a secret."""

_change = Command(
    update(edge_protocols)
    .where(edge_protocols.c.protocol_id == bindparam("row", type_=INT), in_scope(edge_protocols))
    .values(
        version=bindparam("to_version"),
        config_sealed=bindparam("sealed"),
        changed_ms=bindparam("now", type_=INT),
    )
)
_delete = Command(
    delete(edge_protocols).where(
        edge_protocols.c.protocol_id == bindparam("row", type_=INT), in_scope(edge_protocols)
    )
)


def sealed_config(config: dict[str, Any], protocol_id: int, secrets: Secrets) -> str:
    """Raises BadInput."""
    text = json.dumps(config, ensure_ascii=False, sort_keys=True)
    if len(text.encode()) > CONFIG_BYTES:
        raise BadInput(field="config", rule="too_long", limit=CONFIG_BYTES)
    return secrets.seal(text, about=f"edge_protocol:{protocol_id}")


def config_of(protocol: Protocol, secrets: Secrets) -> dict[str, Any]:
    """The driver's own configuration, in clear."""
    return dict(
        json.loads(secrets.open(protocol.config_sealed, about=f"edge_protocol:{protocol.protocol_id}"))
    )


async def add(
    scope: Scope,
    tx: Tx,
    *,
    gateway_id: int,
    driver_id: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
    version: str = "",
    config: dict[str, Any] | None = None,
) -> Protocol:
    """Put a driver on a gateway; without `version` its newest. Raises NotFound, BadInput, ProtocolThere, NotCertified."""
    gateway = await queries.gateway(scope, tx, gateway_id)
    driver = await driver_queries.driver(scope, tx, driver_id)
    _check_version(version, driver.versions)
    version = version or driver.versions[0]
    await certificates.check(scope, tx, gateway, [(driver_id, version)])
    protocols = await queries.protocols(whole(scope), tx, gateway_id)
    if any(protocol.driver_id == driver_id for protocol in protocols):
        raise ProtocolThere(protocol=driver.protocol)
    protocol_id = ids.number()
    protocol_row = Protocol(
        protocol_id=protocol_id,
        **place_of(gateway),  # type: ignore[arg-type]
        gateway_id=gateway_id,
        driver_id=driver_id,
        name=driver.protocol,
        version=version,
        config_sealed=sealed_config(config or {}, protocol_id, secrets),
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(edge_protocols, protocol_row._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, protocol_id, protocol_row.community_id),
        "created",
        after={"name": protocol_row.name, "version": protocol_row.version},
        now_ms=now_ms,
    )
    return protocol_row


async def change(
    scope: Scope,
    tx: Tx,
    *,
    protocol_id: int,
    secrets: Secrets,
    now_ms: int,
    version: str | None = None,
    config: dict[str, Any] | None = None,
) -> Protocol:
    """Another version (软件版本 更新) or configuration, effective with the next deployment.

    Raises NotFound, BadInput, NotCertified.
    """
    protocol = await queries.protocol(scope, tx, protocol_id)
    if version is not None:
        driver = await driver_queries.driver(scope, tx, protocol.driver_id)
        _check_version(version, driver.versions)
        gateway = await queries.gateway(scope, tx, protocol.gateway_id)
        await certificates.check(scope, tx, gateway, [(protocol.driver_id, version or protocol.version)])
    sealed = protocol.config_sealed if config is None else sealed_config(config, protocol_id, secrets)
    now = protocol._replace(version=version or protocol.version, config_sealed=sealed, changed_ms=now_ms)
    await _change.run(tx, scope, row=protocol_id, to_version=now.version, sealed=sealed, now=now_ms)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, protocol_id, protocol.community_id),
        "changed",
        before={"version": protocol.version},
        after={"version": now.version},
        now_ms=now_ms,
    )
    return now


def checks_peers(protocol: Protocol, secrets: Secrets) -> bool | None:
    """Whether calls are taken from doors' own addresses only; None: it is no protocol of doors that call the box."""
    if protocol.driver_id not in DOOR_PROTOCOLS:
        return None
    return config_of(protocol, secrets).get("checkPeer") is not False


async def check_peers(
    scope: Scope, tx: Tx, *, protocol_id: int, on: bool, secrets: Secrets, now_ms: int
) -> Protocol:
    """Take doors' calls from their own addresses only, or (NAT) from any; from the next deployment.

    Raises NotFound, BadInput.
    """
    protocol = await queries.protocol(scope, tx, protocol_id)
    if protocol.driver_id not in DOOR_PROTOCOLS:
        raise BadInput(field="on", rule="one_of", allowed=", ".join(sorted(DOOR_PROTOCOLS)))
    config = {**config_of(protocol, secrets), "checkPeer": on}
    now = await change(scope, tx, protocol_id=protocol_id, secrets=secrets, now_ms=now_ms, config=config)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, protocol_id, protocol.community_id),
        "changed",
        before={"checkPeer": checks_peers(protocol, secrets)},
        after={"checkPeer": on},
        now_ms=now_ms,
    )
    return now


async def remove(scope: Scope, tx: Tx, *, protocol_id: int, now_ms: int) -> None:
    """Raises NotFound, ProtocolInUse."""
    protocol = await queries.protocol(scope, tx, protocol_id)
    counts = await queries.device_counts(whole(scope), tx, protocol.gateway_id)
    if count := counts.get(protocol_id, 0):
        raise ProtocolInUse(protocol=protocol.name, count=count)
    await _delete.run(tx, scope, row=protocol_id)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, protocol_id, protocol.community_id),
        "deleted",
        before={"name": protocol.name, "version": protocol.version},
        now_ms=now_ms,
    )


def _check_version(version: str, versions: list[str]) -> None:
    if version and version not in versions:
        raise BadInput(field="version", rule="one_of", allowed=", ".join(versions))
