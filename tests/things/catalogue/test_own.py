"""A tenant's own categories beside the built-in ones."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.things.catalogue import tenant_models
from linli.things.catalogue.errors import CategoryHasParts, CategoryTaken
from linli.things.catalogue.tree import categories, find_category, products_by_category
from linli.things.errors import TslRefused
from linli.things.service import products
from tests.things.conftest import DOOR_TSL, Site, field


async def add(database: Database, site: Site, parent: str, code: str, name: str, **more: Any) -> Any:
    async with database.begin() as tx:
        return await tenant_models.add_category(
            site.tenant, tx, parent_path=parent, code=code, name=name, **more
        )


async def test_a_model_below_a_built_in_category(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    tsl = {"properties": [field("Temperature", "float", min="0", max="50", step="0.1")]}
    made = await add(database, site, "community/eba", "tpHw01", "温度控制_霍尼韦尔01", tsl=tsl)
    assert made.path == "community/eba/tpHw01"
    found = await find_category(site.tenant, database, path=made.path)
    assert found is not None
    assert found.name == "智慧社区/设备设施/温度控制_霍尼韦尔01"
    async with database.begin() as tx:
        product = await products.create_product(
            site.tenant,
            tx,
            values=products.ProductValues(name="温控", category_code=made.path),
            ids=ids,
            secrets=secrets,
        )
    assert product.category_name == found.name
    assert list(product.model().property_by_id) == ["Temperature"]
    assert (await products_by_category(site.tenant, database))[made.path] == 1


async def test_a_tree_of_ones_own_is_renamed_and_removed(database: Database, site: Site) -> None:
    group = await add(database, site, "", "mine", "自有")
    await add(database, site, "mine", "pump", "水泵")
    leaf = await add(database, site, "mine/pump", "p01", "增压泵_格兰富01")
    async with database.begin() as tx:
        await tenant_models.rename_category(site.tenant, tx, category_no=group.category_no, name="自有设备")
        await tenant_models.set_category_model(site.tenant, tx, category_no=leaf.category_no, tsl=DOOR_TSL)
    tree = await categories(site.tenant, database)
    assert tree["mine/pump/p01"].name == "自有设备/水泵/增压泵_格兰富01"
    model = tree["mine/pump/p01"].model
    assert model is not None
    assert "passEvent" in model.event_by_id
    assert tree["mine/pump"].model is None
    with pytest.raises(CategoryHasParts):
        async with database.begin() as tx:
            await tenant_models.remove_category(site.tenant, tx, category_no=group.category_no)
    async with database.begin() as tx:
        await tenant_models.remove_category(site.tenant, tx, category_no=leaf.category_no)
    assert "mine/pump/p01" not in await categories(site.tenant, database)


@pytest.mark.parametrize(
    ("parent", "code", "name", "error"),
    [
        ("", "a-b", "x", BadInput),
        ("", "elevenchars", "x", BadInput),
        ("", "", "x", BadInput),
        ("", "x", " ", BadInput),
        ("", "x", "a/b", BadInput),
        ("nowhere", "x", "x", BadInput),
        ("community/people/qrcode", "x", "x", BadInput),
        ("edge/camera", "x", "x", BadInput),
        ("community/eba", "light", "x", CategoryTaken),
        ("", "community", "智慧社区", CategoryTaken),
    ],
)
async def test_rules_of_codes_and_places(
    database: Database, site: Site, parent: str, code: str, name: str, error: type[LinliError]
) -> None:
    with pytest.raises(error):
        await add(database, site, parent, code, name)


async def test_a_bad_model_is_explained(database: Database, site: Site) -> None:
    with pytest.raises(TslRefused):
        await add(database, site, "community/eba", "x", "x", tsl={"properties": [{"identifier": "a b"}]})
    category = await add(database, site, "community", "x", "x")
    with pytest.raises(BadInput):
        async with database.begin() as tx:
            await tenant_models.set_category_model(site.tenant, tx, category_no=category.category_no, tsl={})


async def test_another_tenants_categories_are_not_there(database: Database, site: Site, other: Site) -> None:
    made = await add(database, site, "", "mine", "自有")
    assert "mine" not in await categories(other.tenant, database)
    attempts: list[Callable[[Any], Awaitable[None]]] = [
        lambda tx: tenant_models.rename_category(other.tenant, tx, category_no=made.category_no, name="x"),
        lambda tx: tenant_models.remove_category(other.tenant, tx, category_no=made.category_no),
        lambda tx: tenant_models.set_category_model(other.tenant, tx, category_no=made.category_no, tsl={}),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            async with database.begin() as tx:
                await attempt(tx)
    assert (await add(database, other, "", "mine", "也是自有")).path == "mine"
