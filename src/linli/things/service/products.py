"""Products: a kind of device with its thing model."""

import re
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.changes import Change, tell
from linli.things.errors import ProductInUse, ProductKeyTaken, TslRefused
from linli.things.models import devices, product_properties, products
from linli.things.queries.products import ProductRow, get_product
from linli.tsl import ModelRefused, ThingModel, parse, parse_json, to_storage

_PRODUCT_KEY = re.compile(r"[A-Za-z0-9]{4,20}")
_CATEGORY: Final = re.compile(r"[A-Za-z0-9_]{1,10}(/[A-Za-z0-9_]{1,10}){0,2}|")

_by_key = Query(
    select(products.c.product_no).where(products.c.product_key == bindparam("product_key")),
    unscoped="a product key is unique on the whole platform",
)
_known_properties = Query(
    select(product_properties.c.identifier).where(
        product_properties.c.product_no == bindparam("product_no", type_=INT)
    )
)
_device_count = Query(
    select(func.count()).where(devices.c.product_no == bindparam("product_no", type_=INT)),
    unscoped="a product has one tenant, and so have its devices",
)
_set_tsl = Command(
    update(products)
    .where(products.c.product_no == bindparam("no", type_=INT), in_scope(products))
    .values(tsl=bindparam("tsl_text"), modified_ms=bindparam("now", type_=INT))
)
_delete_properties = Command(
    delete(product_properties).where(product_properties.c.product_no == bindparam("no", type_=INT))
)
_delete_product = Command(
    delete(products).where(products.c.product_no == bindparam("no", type_=INT), in_scope(products))
)


def read_tsl(tsl: str | bytes | dict[str, Any] | None) -> ThingModel:
    """A thing model from a document, as text or decoded; None or empty text is the empty model. Raises TslRefused."""
    if tsl is None or tsl in ("", b""):
        return ThingModel()
    try:
        return parse(tsl) if isinstance(tsl, dict) else parse_json(tsl)
    except ModelRefused as refused:
        raise TslRefused(refused) from refused


async def create_product(
    scope: Scope,
    tx: Tx,
    *,
    name: str,
    ids: Ids,
    secrets: Secrets,
    tsl: str | bytes | dict[str, Any] | None = None,
    category_code: str = "",
    category_name: str = "",
    node_type: int = 0,
    product_key: str | None = None,
    dynamic_register: bool = False,
) -> ProductRow:
    """A new product of the scope's tenant. `node_type`: 0 device, 1 gateway.

    `category_code` is a path as `community/people/qrcode`. `product_key` may be given to
    move products in from elsewhere. Raises BadInput, TslRefused, ProductKeyTaken.
    """
    if not name.strip():
        raise BadInput(field="productName", rule="blank")
    if node_type not in (0, 1):
        raise BadInput(field="nodeType", rule="one_of", allowed="0, 1")
    if not _CATEGORY.fullmatch(category_code):
        raise BadInput(field="categoryCode", rule="format", example="community/people/qrcode")
    if product_key is not None and not _PRODUCT_KEY.fullmatch(product_key):
        raise BadInput(field="productKey", rule="format", example="a17nEF9qLYJ")
    model = read_tsl(tsl)
    key = product_key or ids.product_key()
    if await _by_key.one(tx, product_key=key):
        raise ProductKeyTaken(id=key)
    now = tx.db.clock.now_ms()
    values = {
        "product_key": key,
        "tenant_id": scope.tenant,
        "name": name.strip(),
        "category_code": category_code,
        "category_name": category_name,
        "node_type": node_type,
        "secret": secrets.seal(ids.product_secret(), about=f"product:{key}"),
        "dynamic_register": int(dynamic_register),
        "tsl": to_storage(model),
        "created_ms": now,
        "modified_ms": now,
    }
    product_no = await tx.insert(products, values) or 0
    await _number_properties(tx, product_no, model)
    return await get_product(scope, tx, product_key=key)


async def import_tsl(
    scope: Scope, tx: Tx, *, product_key: str, tsl: str | bytes | dict[str, Any]
) -> ProductRow:
    """Replace the thing model. Stored values of properties that left it stay readable. Raises NotFound, TslRefused."""
    product = await get_product(scope, tx, product_key=product_key)
    model = read_tsl(tsl)
    await _number_properties(tx, product.product_no, model)
    await _set_tsl.run(tx, scope, no=product.product_no, tsl_text=to_storage(model), now=tx.db.clock.now_ms())
    tell(tx, Change("product", product.product_no, product_key))
    return await get_product(scope, tx, product_key=product_key)


async def delete_product(scope: Scope, tx: Tx, *, product_key: str) -> None:
    """Raises NotFound, ProductInUse."""
    product = await get_product(scope, tx, product_key=product_key)
    if count := await _device_count.scalar(tx, product_no=product.product_no):
        raise ProductInUse(id=product_key, count=count)
    await _delete_properties.run(tx, no=product.product_no)
    await _delete_product.run(tx, scope, no=product.product_no)


async def product_secret(scope: Scope, db: Reader, *, product_key: str, secrets: Secrets) -> str:
    """The product secret in clear, for those who set up devices. Raises NotFound."""
    product = await get_product(scope, db, product_key=product_key)
    return secrets.open(product.secret, about=f"product:{product_key}")


async def _number_properties(tx: Tx, product_no: int, model: ThingModel) -> None:
    known = {identifier for (identifier,) in await _known_properties.all(tx, product_no=product_no)}
    for item in model.properties:
        if item.identifier not in known:
            await tx.insert(product_properties, {"product_no": product_no, "identifier": item.identifier})
