"""Products: thing models in and out, faults explained, nothing of another tenant."""

from typing import Any

import pytest

from linli import tsl
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.secrets import Secrets
from linli.things import audit
from linli.things.catalogue.documents import read_tsl
from linli.things.catalogue.versions import put_in_force
from linli.things.errors import ProductInUse, ProductKeyTaken, TslRefused
from linli.things.queries.devices import device_tags_of, get_device
from linli.things.queries.products import ProductRow, get_product, list_products
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
            await products.create_product(
                site.tenant, tx, values=products.ProductValues(name="x", tsl=bad), ids=ids, secrets=secrets
            )
    assert refused.value.field == "tsl.properties[0].dataType.specs.max"
    assert "below the smallest 5" in refused.value.text("en")
    assert "小于最小值 5" in refused.value.text("zh-CN")
    with pytest.raises(TslRefused):
        async with database.begin() as tx:
            await take_model(site, tx, "{")
    assert (await list_products(site.tenant, database, page=PageRequest())).total == 1


async def take_model(site: Site, tx: Tx, document: str | dict[str, Any]) -> None:
    product = await get_product(site.tenant, tx, product_key=site.product_key)
    await put_in_force(site.tenant, tx, product=product, model=read_tsl(document), notes="")


async def test_importing_a_model_replaces_it(database: Database, site: Site) -> None:
    async with database.begin() as tx:
        await take_model(
            site,
            tx,
            {"properties": [DOOR_TSL["properties"][0], {"identifier": "New", "dataType": {"type": "date"}}]},
        )
    changed = await get_product(site.tenant, database, product_key=site.product_key)
    assert list(changed.model().property_by_id) == ["Temperature", "New"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"node_type": 2},
        {"data_format": "xml"},
        {"name": "x" * 65},
        {"category_code": "a/b/c/d"},
        {"product_key": "x"},
    ],
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
                values=products.ProductValues(**({"name": "x"} | wrong)),  # type: ignore[arg-type]
                ids=ids,
                secrets=secrets,
            )


async def test_a_product_key_is_given_once(
    database: Database, site: Site, other: Site, ids: Ids, secrets: Secrets
) -> None:
    with pytest.raises(ProductKeyTaken):
        async with database.begin() as tx:
            await products.create_product(
                other.tenant,
                tx,
                values=products.ProductValues(name="x", product_key=site.product_key),
                ids=ids,
                secrets=secrets,
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
    found = await list_products(other.tenant, database, page=PageRequest())
    assert [row.product_key for row in found.data] == [other.product_key]


async def test_products_are_found_by_part_of_name_or_key(database: Database, site: Site) -> None:
    for keyword, total in (("门", 1), (site.product_key[:5], 1), ("%", 0), ("_", 0), ("", 1)):
        found = await list_products(site.tenant, database, page=PageRequest(), keyword=keyword)
        assert (keyword, found.total) == (keyword, total)
    assert found.data[0].devices == 1


async def make(database: Database, site: Site, ids: Ids, secrets: Secrets, **options: object) -> ProductRow:
    async with database.begin() as tx:
        return await products.create_product(
            site.tenant,
            tx,
            values=products.ProductValues(**({"name": "一体机"} | options)),  # type: ignore[arg-type]
            ids=ids,
            secrets=secrets,
        )


async def test_a_product_of_a_category_starts_with_its_model_and_tags_its_devices(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    product = await make(
        database, site, ids, secrets, category_code="community/people/aio", capabilities=["qrcode", "face"]
    )
    assert product.category_name == "智慧社区/人员通行/门禁一体机"
    assert {"passEvent", "doorOpenEvent"} <= product.model().event_by_id.keys()
    async with database.begin() as tx:
        device = await devices.create_device(
            site.tenant,
            tx,
            values=devices.DeviceValues(product_key=product.product_key),
            ids=ids,
            secrets=secrets,
        )
    row = await get_device(site.tenant, database, iot_id=device.iot_id)
    assert await device_tags_of(site.tenant, database, device_no=row.device_no) == {
        "CategoryCode": "community/people/aio",
        "CategoryName": "智慧社区/人员通行/门禁一体机",
        "Capability": '["face","qrcode"]',
    }
    async with database.begin() as tx:
        await products.change_product(
            site.tenant, tx, product_key=product.product_key, capabilities=["card"], name="新名"
        )
    tags = await device_tags_of(site.tenant, database, device_no=row.device_no)
    assert tags["Capability"] == '["card"]'
    with pytest.raises(BadInput):
        await make(database, site, ids, secrets, capabilities=["face"])
    with pytest.raises(BadInput):
        async with database.begin() as tx:
            await products.change_product(
                site.tenant, tx, product_key=product.product_key, capabilities=["x"]
            )


async def test_a_copy_has_the_model_and_its_own_key(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    async with database.begin() as tx:
        copy = await products.copy_product(
            site.tenant, tx, product_key=site.product_key, name="副本", ids=ids, secrets=secrets
        )
    source = await get_product(site.tenant, database, product_key=site.product_key)
    assert (copy.tsl, copy.category_name, copy.version) == (source.tsl, source.category_name, 1)
    assert copy.product_key != source.product_key
    both = [
        await products.product_secret(site.tenant, database, product_key=key, secrets=secrets)
        for key in (copy.product_key, source.product_key)
    ]
    assert both[0] != both[1]


async def test_products_are_filtered_by_category_and_node_type(
    database: Database, site: Site, ids: Ids, secrets: Secrets
) -> None:
    await make(database, site, ids, secrets, category_code="community/people/qrcode_x")
    await make(database, site, ids, secrets, category_code="edge/camera", node_type=1)
    for category, total in (
        ("community/people/qrcode", 1),
        ("community/people", 2),
        ("community", 2),
        ("", 3),
    ):
        found = await list_products(site.tenant, database, page=PageRequest(), category_code=category)
        assert (category, found.total) == (category, total)
    found = await list_products(site.tenant, database, page=PageRequest(), node_type=1)
    assert [row.category_code for row in found.data] == ["edge/camera"]


async def test_a_shown_secret_leaves_a_trace(database: Database, site: Site, secrets: Secrets) -> None:
    async with database.begin() as tx:
        shown = await products.show_secret(site.tenant, tx, product_key=site.product_key, secrets=secrets)
    acts = await audit.acts_on(site.tenant, database, subject=site.product_key, page=PageRequest())
    assert (acts.data[0].act, acts.data[0].caller) == ("product.secret_shown", "operator:one")
    assert shown not in str(acts.data)
