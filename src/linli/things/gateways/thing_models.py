"""Devices that fetch their own thing model (`thing/dynamicTsl/get`, `thing/dsltemplate/get`)."""

from typing import Any

from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.inbox.request import Request
from linli.things.queries.products import get_product
from linli.tsl import export


async def model_of(tx: Tx, request: Request) -> dict[str, Any]:
    """The whole document, generated members included (spec D 3.5), whatever nodes were asked for."""
    device = request.device
    scope = Scope.system(device.tenant_id)
    product = await get_product(scope, tx, product_key=device.product_key)
    return export(product.model(), device.product_key, device.device_name)


async def template_of(tx: Tx, request: Request) -> dict[str, Any]:
    """The same under the name that older devices ask by."""
    return await model_of(tx, request)
