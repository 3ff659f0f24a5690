"""The product that a tenant's boxes are devices of: made when the first box is added."""

from importlib import resources
from typing import Final

from sqlalchemy import select

from linli.domains.boxes.models import edge_products
from linli.kernel.db import Query, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.service import products

NAME: Final = {"zh-CN": "边缘主机", "en": "Edge box"}
_GATEWAY: Final = 1
_own = Query(select(edge_products.c.product_key).where(in_scope(edge_products)))


def whole(scope: Scope) -> Scope:
    """The same caller with a view of the whole tenant: for rows created on behalf of a person who sees only a part."""
    return Scope(scope.tenant, scope.caller, language=scope.language)


async def box_product(scope: Scope, tx: Tx, *, ids: Ids, secrets: Secrets) -> str:
    """Its product key."""
    tenant = whole(scope)
    if (scalar := await _own.scalar(tx, tenant)) is not None:
        return str(scalar)
    model = resources.files("linli.domains.boxes").joinpath("gateway_model.json").read_text("utf-8")
    product = await products.create_product(
        tenant,
        tx,
        values=products.ProductValues(
            name=NAME["en" if scope.language == "en" else "zh-CN"], tsl=model, node_type=_GATEWAY
        ),
        ids=ids,
        secrets=secrets,
    )
    await tx.insert(edge_products, {"tenant_id": scope.tenant, "product_key": product.product_key})
    return product.product_key
