"""Products: a kind of device with its thing model, made of a category or from scratch."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, func, select

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import audit
from linli.things.catalogue.documents import read_tsl
from linli.things.catalogue.library import ALL_IN_ONE, CAPABILITIES
from linli.things.catalogue.tree import find_category
from linli.things.catalogue.versions import number_properties, record_version
from linli.things.changes import Change, tell
from linli.things.errors import ProductInUse, ProductKeyTaken
from linli.things.models import (
    device_tags,
    devices,
    product_drafts,
    product_properties,
    product_versions,
    products,
)
from linli.things.queries.products import ProductRow, get_product
from linli.tsl import to_storage

MAX_NAME: Final = 64
MAX_DESCRIPTION: Final = 500
DATA_FORMATS: Final = ("alink", "custom")
_PRODUCT_KEY = re.compile(r"[A-Za-z0-9]{4,20}")
_CATEGORY: Final = re.compile(r"[A-Za-z0-9_]{1,10}(/[A-Za-z0-9_]{1,10}){0,2}|")

_by_key = Query(
    select(products.c.product_no).where(products.c.product_key == bindparam("product_key")),
    unscoped="a product key is unique on the whole platform",
)
_device_count = Query(
    select(func.count()).where(devices.c.product_no == bindparam("product_no", type_=INT)),
    unscoped="a product has one tenant, and so have its devices",
)
_device_nos = Query(
    select(devices.c.device_no).where(devices.c.product_no == bindparam("product_no", type_=INT)),
    unscoped="a product has one tenant, and so have its devices",
)
_change = update_of(
    products,
    ("name", "description", "dynamic_register", "capabilities", "modified_ms"),
    products.c.product_no == bindparam("no", type_=INT),
    in_scope(products),
)
_delete_parts = [
    Command(delete(table).where(table.c.product_no == bindparam("no", type_=INT)))
    for table in (product_properties, product_versions, product_drafts)
]
_delete_product = Command(
    delete(products).where(products.c.product_no == bindparam("no", type_=INT), in_scope(products))
)


class ProductValues(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a new product."""

    name: str
    tsl: str | bytes | dict[str, Any] | None = None
    """Its thing model; None: the category's, if the library has one, else an empty one."""
    category_code: str = ""
    """A path as `community/people/qrcode`."""
    category_name: str = ""
    """Empty: as the library calls it."""
    node_type: int = 0
    """0 device, 1 gateway."""
    product_key: str | None = None
    """Given to move a product in from elsewhere."""
    dynamic_register: bool = False
    data_format: str = "alink"
    description: str = ""
    capabilities: Sequence[str] = ()
    """For all-in-one doors."""


async def create_product(
    scope: Scope, tx: Tx, *, values: ProductValues, ids: Ids, secrets: Secrets
) -> ProductRow:
    """A new product of the scope's tenant. Raises BadInput, TslRefused, ProductKeyTaken."""
    if values.node_type not in (0, 1):
        raise BadInput(field="nodeType", rule="one_of", allowed="0, 1")
    if values.data_format not in DATA_FORMATS:
        raise BadInput(field="dataFormat", rule="one_of", allowed=", ".join(DATA_FORMATS))
    if not _CATEGORY.fullmatch(values.category_code):
        raise BadInput(field="categoryCode", rule="format", example="community/people/qrcode")
    if values.product_key is not None and not _PRODUCT_KEY.fullmatch(values.product_key):
        raise BadInput(field="productKey", rule="format", example="a17nEF9qLYJ")
    category = await find_category(scope, tx, path=values.category_code) if values.category_code else None
    model = read_tsl(values.tsl)
    if values.tsl is None and category is not None and category.model is not None:
        model = category.model
    key = values.product_key or ids.product_key()
    if await _by_key.one(tx, product_key=key):
        raise ProductKeyTaken(id=key)
    now = tx.db.clock.now_ms()
    text = to_storage(model)
    row = {
        "product_key": key,
        "tenant_id": scope.tenant,
        "name": _name(values.name),
        "category_code": values.category_code,
        "category_name": values.category_name or (category.name if category else ""),
        "node_type": values.node_type,
        "secret": secrets.seal(ids.product_secret(), about=f"product:{key}"),
        "dynamic_register": int(values.dynamic_register),
        "data_format": values.data_format,
        "description": _description(values.description),
        "capabilities": _capabilities(values.category_code, values.capabilities),
        "tsl": text,
        "created_ms": now,
        "modified_ms": now,
    }
    product_no = await tx.insert(products, row) or 0
    await number_properties(tx, product_no, model)
    await record_version(scope, tx, product_no=product_no, version=1, tsl=text, notes="")
    await audit.note(scope, tx, "product.created", subject=key)
    return await get_product(scope, tx, product_key=key)


async def copy_product(
    scope: Scope, tx: Tx, *, product_key: str, name: str, ids: Ids, secrets: Secrets
) -> ProductRow:
    """Another product with the same settings and the published thing model; key and secret are its own.

    Raises NotFound, BadInput (name).
    """
    source = await get_product(scope, tx, product_key=product_key)
    return await create_product(
        scope,
        tx,
        values=ProductValues(
            name=name,
            tsl=source.tsl,
            category_code=source.category_code,
            category_name=source.category_name,
            node_type=source.node_type,
            dynamic_register=bool(source.dynamic_register),
            data_format=source.data_format,
            description=source.description,
            capabilities=source.ability_list,
        ),
        ids=ids,
        secrets=secrets,
    )


async def change_product(
    scope: Scope,
    tx: Tx,
    *,
    product_key: str,
    name: str | None = None,
    description: str | None = None,
    dynamic_register: bool | None = None,
    capabilities: Sequence[str] | None = None,
) -> ProductRow:
    """None leaves a field as it is. New capabilities go to the tags of every device. Raises NotFound, BadInput."""
    product = await get_product(scope, tx, product_key=product_key)
    able = product.capabilities
    if capabilities is not None:
        able = _capabilities(product.category_code, capabilities)
    dynamic = bool(product.dynamic_register) if dynamic_register is None else dynamic_register
    await _change.run(
        tx,
        scope,
        no=product.product_no,
        name=product.name if name is None else _name(name),
        description=product.description if description is None else _description(description),
        dynamic_register=int(dynamic),
        capabilities=able,
        modified_ms=tx.db.clock.now_ms(),
    )
    if able != product.capabilities:
        rows = [
            {"device_no": device_no, "tag_key": "Capability", "tag_value": able}
            for (device_no,) in await _device_nos.all(tx, product_no=product.product_no)
        ]
        await tx.upsert(device_tags, rows, keys=("device_no", "tag_key"), update=("tag_value",))
    tell(tx, Change("product", product.product_no, product_key))
    changed = await get_product(scope, tx, product_key=product_key)
    facts = {
        field: getattr(changed, field)
        for field in ("name", "description", "dynamic_register", "capabilities")
        if getattr(changed, field) != getattr(product, field)
    }
    if facts:
        await audit.note(scope, tx, "product.changed", subject=product_key, facts=facts)
    return changed


async def delete_product(scope: Scope, tx: Tx, *, product_key: str) -> None:
    """Raises NotFound, ProductInUse."""
    product = await get_product(scope, tx, product_key=product_key)
    if count := await _device_count.scalar(tx, product_no=product.product_no):
        raise ProductInUse(id=product_key, count=count)
    for parts in _delete_parts:
        await parts.run(tx, no=product.product_no)
    await _delete_product.run(tx, scope, no=product.product_no)
    tell(tx, Change("product", product.product_no, product_key))
    await audit.note(scope, tx, "product.deleted", subject=product_key, facts={"name": product.name})


async def product_secret(scope: Scope, db: Reader, *, product_key: str, secrets: Secrets) -> str:
    """The product secret in clear, for those who set up devices. Raises NotFound."""
    product = await get_product(scope, db, product_key=product_key)
    return secrets.open(product.secret, about=f"product:{product_key}")


async def show_secret(scope: Scope, tx: Tx, *, product_key: str, secrets: Secrets) -> str:
    """As `product_secret`, for a person; the reader and the time are logged. Raises NotFound."""
    shown = await product_secret(scope, tx, product_key=product_key, secrets=secrets)
    await audit.note(scope, tx, "product.secret_shown", subject=product_key)
    return shown


def _name(name: str) -> str:
    strip = name.strip()
    if not strip:
        raise BadInput(field="productName", rule="blank")
    if len(strip) > MAX_NAME:
        raise BadInput(field="productName", rule="too_long", limit=MAX_NAME)
    return strip


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION:
        raise BadInput(field="description", rule="too_long", limit=MAX_DESCRIPTION)
    return text.strip()


def _capabilities(category_code: str, capabilities: Sequence[str]) -> str:
    """The JSON text of the tag Capability, in the library's order."""
    wrong = set(capabilities) - set(CAPABILITIES)
    if wrong or (capabilities and category_code != ALL_IN_ONE):
        raise BadInput(field="capabilities", rule="capability", allowed=", ".join(CAPABILITIES))
    return msgspec.json.encode(
        [capability for capability in CAPABILITIES if capability in capabilities]
    ).decode()
