"""Products: thing models in and out, faults explained, nothing of another tenant."""

import pytest

from linli import tsl
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.things.errors import ProductInUse, ProductKeyTaken, TslRefused
from linli.things.queries.products import get_product, list_products
from linli.things.service import devices, products
from tests.things.conftest import DOOR_TSL, Site


async def test_a_product_keeps_its_thing_model(database: Database, site: Site) -> None:
    product = await get_product(site.tenant, database, product_key=site.product_key)
    assert product.model() == tsl.parse(DOOR_TSL)
    assert (product.name, product.category_code, product.node_type) == ("门禁", "community/people/qrcode", 0)
    assert product.product_key.startswith("a1")
    assert len(product.product_key) == 11


async def test_a_bad_model_is_refused_naming_path_and_rule(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    bad = {
        "properties": [{"identifier": "x", "dataType": {"type": "int", "specs": {"min": "5", "max": "1"}}}]
    }
    with pytest.raises(TslRefused) as refused:
        async with database.begin() as tx:
            await products.create_product(site.tenant, tx, name="x", tsl=bad, ids=ids, secrets=secrets)
    assert refused.value.field == "tsl.properties[0].dataType.specs.max"
    assert "below the smallest 5" in refused.value.text("en")
    assert "小于最小值 5" in refused.value.text("zh-CN")
    with pytest.raises(TslRefused):
        async with database.begin() as tx:
            await products.import_tsl(site.tenant, tx, product_key=site.product_key, tsl="{")
    assert (await list_products(site.tenant, database, page=PageRequest())).total == 1


async def test_importing_a_model_replaces_it(database: Database, site: Site) -> None:
    async with database.begin() as tx:
        changed = await products.import_tsl(
            site.tenant,
            tx,
            product_key=site.product_key,
            tsl={
                "properties": [DOOR_TSL["properties"][0], {"identifier": "New", "dataType": {"type": "date"}}]
            },
        )
    assert list(changed.model().property_by_id) == ["Temperature", "New"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"node_type": 2}, {"category_code": "a/b/c/d"}, {"product_key": "x"}],
    ids=str,
)
async def test_bad_input_is_named(
    database: Database, site: Site, ids: Ids, secrets: Secrets, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        async with database.begin() as tx:
            await products.create_product(
                site.tenant,
                tx,
                ids=ids,
                secrets=secrets,
                **({"name": "x"} | wrong),  # type: ignore[arg-type]
            )


async def test_a_product_key_is_given_once(
    database: Database, site: Site, other: Site, ids: Ids, secrets: Secrets
) -> None:
    with pytest.raises(ProductKeyTaken):
        async with database.begin() as tx:
            await products.create_product(
                other.tenant, tx, name="x", product_key=site.product_key, ids=ids, secrets=secrets
            )


async def test_a_product_with_devices_stays(database: Database, site: Site) -> None:
    with pytest.raises(ProductInUse):
        async with database.begin() as tx:
            await products.delete_product(site.tenant, tx, product_key=site.product_key)
    async with database.begin() as tx:
        await devices.delete_device(site.tenant, tx, iot_id=site.device.iot_id)
        await products.delete_product(site.tenant, tx, product_key=site.product_key)
    with pytest.raises(NotFound):
        await get_product(site.tenant, database, product_key=site.product_key)


async def test_another_tenants_product_is_not_there(database: Database, site: Site, other: Site) -> None:
    with pytest.raises(NotFound):
        await get_product(other.tenant, database, product_key=site.product_key)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await products.import_tsl(other.tenant, tx, product_key=site.product_key, tsl={})
    found = await list_products(other.tenant, database, page=PageRequest())
    assert [row.product_key for row in found.data] == [other.product_key]


async def test_products_are_found_by_part_of_name_or_key(database: Database, site: Site) -> None:
    for keyword, total in (("门", 1), (site.product_key[:5], 1), ("%", 0), ("_", 0), ("", 1)):
        found = await list_products(site.tenant, database, page=PageRequest(), keyword=keyword)
        assert (keyword, found.total) == (keyword, total)
    assert found.data[0].devices == 1
