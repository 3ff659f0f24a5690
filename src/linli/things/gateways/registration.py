"""Sub-devices that fetch their identity through their gateway.

A secret is given only for a device that was created before, whose product allows dynamic registration, and that has
never connected. A gateway may ask again for its own sub-devices, because it serves them anyway. `sub/unregister` gives
the identity back: the old secret ends, and the device may be registered again. Source: spec clients b.4, b.5.
"""

import contextlib
from typing import Any

from linli.kernel.db import Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.linkkit.subdevices import ProxiedSub, SubKey, read_names, read_proxied
from linli.things.connections.demands import TLS_ONLY, Demands
from linli.things.gateways import codes
from linli.things.gateways.caller import Failure, asking, read, refused, require_devices
from linli.things.inbox.request import Request
from linli.things.queries.devices import DeviceRow
from linli.things.queries.products import ProductRow, get_product
from linli.things.service.devices import reset_secret
from linli.things.topology import membership, queries
from linli.things.topology.notices import named


class SubRegistration:
    """`thing/sub/register`, `thing/sub/unregister` and `thing/proxy/provisioning/product_register`."""

    def __init__(self, secrets: Secrets, ids: Ids, demands: Demands) -> None:
        self._secrets = secrets
        self._ids = ids
        self._demands = demands

    async def register(self, tx: Tx, request: Request) -> list[dict[str, str]]:
        """`[name, …]` -> `[{iotId, productKey, deviceName, deviceSecret}, …]`, all or none. Raises RequestRefused."""
        scope, gateway = await asking(tx, request)
        keys = [entry.key for entry in read(read_names, request.post.params)]
        products = await _products(scope, tx, keys)
        rows = await queries.named_devices(scope, tx, keys)
        for key in keys:
            product = products.get(key.product_key)
            failure = self._plain(request, key, product) or _unfit(gateway, key, product, rows.get(key))
            if failure is not None:
                raise refused(failure.code, failure.message, key)
        return [self._identity(rows[key]) for key in keys]

    async def product_register(self, tx: Tx, request: Request) -> dict[str, list[dict[str, Any]]]:
        """`{"proxieds": [entry, …]}` -> `{"successes": […], "failures": […]}`; entries are signed with product secrets.

        The code is 200 whatever becomes of single devices: the two lists tell.
        """
        scope, gateway = await asking(tx, request)
        entries = read(read_proxied, request.post.params)
        products = await _products(scope, tx, [entry.key for entry in entries])
        rows = await queries.named_devices(scope, tx, [entry.key for entry in entries])
        successes: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        for entry in entries:
            product, row = products.get(entry.product_key), rows.get(entry.key)
            failure = (
                self._unproven(entry, product)
                or self._plain(request, entry.key, product)
                or _unfit(gateway, entry.key, product, row)
            )
            if failure is None and row is not None:
                successes.append(self._identity(row))
            elif failure is not None:
                failures.append(failure.fields())
        return {"successes": successes, "failures": failures}

    async def unregister(self, tx: Tx, request: Request) -> None:
        """`[name, …]`, all of them its own sub-devices, or none. Raises RequestRefused."""
        scope, gateway = await asking(tx, request)
        keys = [entry.key for entry in read(read_names, request.post.params)]
        rows = await require_devices(scope, tx, keys)
        for key in keys:
            if rows[key].gateway_no != gateway.device_no:
                raise refused(codes.NO_TOPOLOGY, "the device is no sub-device of this gateway", key)
        await membership.leave(tx, gateway, list(rows.values()), by_gateway=True)
        for row in rows.values():
            await reset_secret(scope, tx, iot_id=row.iot_id, ids=self._ids, secrets=self._secrets)

    def _unproven(self, entry: ProxiedSub, product: ProductRow | None) -> Failure | None:
        if product is None:
            return Failure(entry.key, codes.NO_PRODUCT, "there is no such product")
        secret = self._secrets.open(product.secret, about=f"product:{product.product_key}")
        if not entry.proves(secret):
            return Failure(entry.key, codes.WRONG_SIGN, "the signature does not fit")
        return None

    def _plain(self, request: Request, key: SubKey, product: ProductRow | None) -> Failure | None:
        """A secret is not sent over a connection that its device may not use."""
        if product is None or not self._demands.plain_refused(product.product_no, request.security):
            return None
        return Failure(key, codes.FORBIDDEN, TLS_ONLY)

    def _identity(self, row: DeviceRow) -> dict[str, str]:
        return {
            "iotId": row.iot_id,
            **named(membership.key_of(row)),
            "deviceSecret": self._secrets.open(row.secret, about=f"device:{row.iot_id}"),
        }


def _unfit(
    gateway: DeviceRow, key: SubKey, product: ProductRow | None, row: DeviceRow | None
) -> Failure | None:
    """Why this gateway does not get the device's secret."""
    if product is None:
        return Failure(key, codes.NO_PRODUCT, "there is no such product")
    if not product.dynamic_register:
        return Failure(key, codes.REGISTER_OFF, "dynamic registration is off for this product")
    if row is None:
        return Failure(key, codes.NO_DEVICE, "there is no such device")
    if row.node_type == 1:
        return Failure(key, codes.OWN_SUB, "a gateway cannot be a sub-device")
    if row.gateway_no not in (None, gateway.device_no):
        return Failure(key, codes.BOUND_ELSEWHERE, "the device belongs to another gateway")
    if not row.enabled:
        return Failure(key, codes.FORBIDDEN, "the device is disabled")
    if row.active_ms is not None and row.gateway_no != gateway.device_no:
        return Failure(key, codes.ALREADY_ACTIVE, "the device is already active")
    return None


async def _products(scope: Scope, tx: Tx, keys: list[SubKey]) -> dict[str, ProductRow]:
    """The products named that the tenant has."""
    products: dict[str, ProductRow] = {}
    for product_key in {key.product_key for key in keys}:
        with contextlib.suppress(NotFound):
            products[product_key] = await get_product(scope, tx, product_key=product_key)
    return products
