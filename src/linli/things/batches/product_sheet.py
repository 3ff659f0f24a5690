"""Products to make as a CSV: name, category (code path), node type, description. All faults at once, all or none."""

from typing import Final, Literal, NamedTuple

from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.tables import write_csv
from linli.things.catalogue.tree import find_category
from linli.things.service import products as service
from linli.things.tables import Problem, read_csv

ROWS_MAX: Final = 200
FILE_BYTES: Final = 1024 * 1024
TITLES: Final = {
    "name": "Name",
    "category": "CategoryCode",
    "node_type": "NodeType",
    "description": "Description",
}
_ALIASES: Final = {
    "name": "name", "productname": "name", "产品名称": "name", "名称": "name",
    "categorycode": "category", "category": "category", "品类": "category", "品类编码": "category",
    "nodetype": "node_type", "节点类型": "node_type",
    "description": "description", "描述": "description", "备注": "description",
}  # fmt: skip
NodeType = Literal["device", "gateway", ""]
_NODE_TYPES: Final[dict[str, NodeType]] = {
    "": "",
    "device": "device",
    "gateway": "gateway",
    "0": "device",
    "1": "gateway",
    "设备": "device",
    "直连设备": "device",
    "网关": "gateway",
    "网关设备": "gateway",
}


class ProductEntry(NamedTuple):
    number: int
    name: str
    category: str
    gateway: bool
    description: str


class ProductPlan(NamedTuple):
    entries: list[ProductEntry]
    problems: list[Problem]
    total: int


def template() -> bytes:
    return write_csv([tuple(TITLES.values())])


async def plan_products(scope: Scope, db: Reader, *, content: bytes) -> ProductPlan:
    """Read a file against the category library. Reads only. Raises BadInput for what is no such file."""
    if len(content) > FILE_BYTES:
        raise BadInput(field="file", rule="file_too_large", limit=f"{FILE_BYTES // 1024 // 1024} MB")
    lines = read_csv(content, rule="batch_file")
    columns: dict[str, int] = {}
    for position, title in enumerate(next(lines, [])):
        field = _ALIASES.get(title.casefold().replace(" ", "").rstrip("*"))
        if field is not None:
            columns.setdefault(field, position)
    if "name" not in columns:
        raise BadInput(field="file", rule="batch_columns", missing=TITLES["name"])
    entries: list[ProductEntry] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    total = 0
    for number, values in enumerate(lines, 2):
        if not any(values):
            continue
        total += 1
        if total > ROWS_MAX:
            problems.append(Problem(number, "", "", "batch_rows", {"limit": ROWS_MAX}))
            break
        cells = dict.fromkeys(TITLES, "") | {
            field: values[at] if at < len(values) else "" for field, at in columns.items()
        }
        entry, faults = await _entry(scope, db, number, cells)
        if (other := seen.setdefault(cells["name"], number)) != number and cells["name"]:
            faults.append(Problem(number, TITLES["name"], cells["name"], "twice_in_file", {"row": other}))
        if faults:
            problems += faults
        else:
            entries.append(entry)
    if not total:
        raise BadInput(field="file", rule="batch_empty")
    return ProductPlan(entries, problems, total)


async def make_products(
    scope: Scope, tx: Tx, *, plan: ProductPlan, ids: Ids, secrets: Secrets
) -> list[tuple[str, str]]:
    """Make the products of a faultless plan: key and name of each. Raises BadInput."""
    created = []
    for entry in plan.entries:
        product = await service.create_product(
            scope,
            tx,
            values=service.ProductValues(
                name=entry.name,
                category_code=entry.category,
                node_type=int(entry.gateway),
                description=entry.description,
            ),
            ids=ids,
            secrets=secrets,
        )
        created.append((product.product_key, product.name))
    return created


async def _entry(
    scope: Scope, db: Reader, number: int, cells: dict[str, str]
) -> tuple[ProductEntry, list[Problem]]:
    faults = []
    if not cells["name"]:
        faults.append(Problem(number, TITLES["name"], "", "required", {}))
    for field, limit in (("name", service.MAX_NAME), ("description", service.MAX_DESCRIPTION)):
        if len(cells[field]) > limit:
            faults.append(Problem(number, TITLES[field], cells[field][:200], "too_long", {"limit": limit}))
    category = await find_category(scope, db, path=cells["category"]) if cells["category"] else None
    if cells["category"] and (category is None or category.model is None):
        faults.append(Problem(number, TITLES["category"], cells["category"][:200], "category_unknown", {}))
    node_type = _NODE_TYPES.get(cells["node_type"].casefold())
    if node_type is None:
        facts = {"allowed": "device, gateway"}
        faults.append(Problem(number, TITLES["node_type"], cells["node_type"][:200], "one_of", facts))
    gateway = node_type == "gateway" if node_type else bool(category and category.gateway)
    return ProductEntry(number, cells["name"], cells["category"], gateway, cells["description"]), faults
