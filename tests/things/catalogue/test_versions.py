"""Versions of a thing model: drafts, publishing, history, going back; what running fronts and APIs then use."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from linli import tsl
from linli.kernel.db import Database, Query
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.things import audit
from linli.things.catalogue import versions
from linli.things.catalogue.errors import DraftChanged, NothingToPublish
from linli.things.errors import TslRefused
from linli.things.fleet import Fleet
from linli.things.models import product_properties
from linli.things.queries.products import get_product
from linli.things.service.devices import delete_device
from linli.things.service.products import delete_product
from tests.things.conftest import DOOR_TSL, Site, field

MORE: dict[str, Any] = DOOR_TSL | {"properties": [*DOOR_TSL["properties"], field("Humidity", "float")]}
_numbers = Query(select(product_properties.c.identifier, product_properties.c.property_no))


async def save(database: Database, site: Site, document: dict[str, Any], revision: int = 0) -> int:
    async with database.begin() as tx:
        return await versions.save_draft(
            site.tenant, tx, product_key=site.product_key, document=document, revision=revision
        )


async def publish(database: Database, site: Site, revision: int, notes: str = "") -> versions.Version:
    async with database.begin() as tx:
        return await versions.publish_draft(
            site.tenant, tx, product_key=site.product_key, revision=revision, notes=notes
        )


async def test_a_draft_changes_nothing_until_it_is_published(database: Database, site: Site) -> None:
    await save(database, site, MORE)
    product = await get_product(site.tenant, database, product_key=site.product_key)
    assert (product.version, "Humidity" in product.model().property_by_id) == (1, False)
    bench = await versions.workbench(site.tenant, database, product_key=site.product_key)
    assert [(one.path, one.kind) for one in bench.differences] == [("properties.Humidity", "added")]

    made = await publish(database, site, 1, notes=" 加湿度 ")
    assert (made.version, made.notes) == (2, "加湿度")
    product = await get_product(site.tenant, database, product_key=site.product_key)
    assert (product.version, "Humidity" in product.model().property_by_id) == (2, True)
    bench = await versions.workbench(site.tenant, database, product_key=site.product_key)
    assert bench.draft is None
    assert tsl.parse(bench.document) == product.model()
    rows = await versions.history(site.tenant, database, product_key=site.product_key)
    assert [(row.version, row.author) for row in rows] == [(2, "operator:one"), (1, "operator:one")]
    acts = await audit.acts_on(site.tenant, database, subject=site.product_key, page=PageRequest())
    assert [row.act for row in acts.data] == ["model.published", "product.created"]


async def test_a_faulty_draft_is_kept_explained_and_not_published(database: Database, site: Site) -> None:
    bad = {"properties": [{"identifier": "a b", "dataType": {"type": "int", "specs": {"min": "x"}}}]}
    revision = await save(database, site, bad)
    bench = await versions.workbench(site.tenant, database, product_key=site.product_key)
    assert bench.document == bad
    assert {problem.path for problem in bench.problems} == {
        "properties[0].identifier",
        "properties[0].dataType.specs.min",
    }
    with pytest.raises(TslRefused):
        await publish(database, site, revision)
    assert (await get_product(site.tenant, database, product_key=site.product_key)).version == 1


async def test_two_people_do_not_overwrite_each_other(database: Database, site: Site) -> None:
    assert await save(database, site, MORE) == 1
    assert await save(database, site, DOOR_TSL, revision=1) == 2
    for stale in (0, 1):
        with pytest.raises(DraftChanged):
            await save(database, site, MORE, revision=stale)
    with pytest.raises(DraftChanged):
        await publish(database, site, 1)
    with pytest.raises(NothingToPublish):
        await publish(database, site, 2)
    async with database.begin() as tx:
        await versions.discard_draft(site.tenant, tx, product_key=site.product_key)
    with pytest.raises(NothingToPublish):
        await publish(database, site, 2)


async def test_of_two_who_publish_at_once_one_is_told(database: Database, site: Site) -> None:
    revision = await save(database, site, MORE)
    done = await asyncio.gather(
        publish(database, site, revision), publish(database, site, revision), return_exceptions=True
    )
    refused = [one for one in done if isinstance(one, Exception)]
    assert [type(one) for one in refused] in ([DraftChanged], [NothingToPublish])
    rows = await versions.history(site.tenant, database, product_key=site.product_key)
    assert [row.version for row in rows] == [2, 1]
    stale = await get_product(site.tenant, database, product_key=site.product_key)
    async with database.begin() as tx:
        await versions.put_in_force(site.tenant, tx, product=stale, model=tsl.parse(DOOR_TSL), notes="")
    with pytest.raises(DraftChanged):
        async with database.begin() as tx:
            await versions.put_in_force(site.tenant, tx, product=stale, model=tsl.parse({}), notes="")


async def test_going_back_makes_a_new_version_and_numbers_stay(database: Database, site: Site) -> None:
    before = dict(await _numbers.all(database))
    revision = await save(database, site, {"properties": [field("Only", "int")]})
    await publish(database, site, revision)
    async with database.begin() as tx:
        back = await versions.roll_back(
            site.tenant, tx, product_key=site.product_key, version=1, notes="试用结束"
        )
    assert back.version == 3
    after = dict(await _numbers.all(database))
    assert after.items() >= before.items()
    assert after.keys() - before.keys() == {"Only"}
    changed = await versions.compare_versions(
        site.tenant, database, product_key=site.product_key, before=1, after=3
    )
    assert changed == []
    with pytest.raises(NothingToPublish):
        async with database.begin() as tx:
            await versions.roll_back(site.tenant, tx, product_key=site.product_key, version=1)
    with pytest.raises(NotFound):
        async with database.begin() as tx:
            await versions.roll_back(site.tenant, tx, product_key=site.product_key, version=9)


async def test_a_running_fleet_follows_a_published_model(database: Database, site: Site) -> None:
    fleet = Fleet(database)
    await fleet.start()
    try:
        await save(database, site, MORE)
        device = await fleet.find(site.product_key, site.device.device_name)
        assert device is not None
        assert "Humidity" not in device.product.compiled.model.property_by_id
        await publish(database, site, 1)
        await asyncio.gather(*fleet._refreshing)
        assert "Humidity" in device.product.compiled.model.property_by_id
    finally:
        await fleet.stop()


async def test_limits_of_drafts_and_notes(database: Database, site: Site) -> None:
    for wrong in ({"x": "y" * versions.MAX_DRAFT_BYTES}, {"x": "\0"}):
        with pytest.raises(BadInput):
            await save(database, site, wrong)
    revision = await save(database, site, MORE)
    with pytest.raises(BadInput):
        await publish(database, site, revision, notes="x" * 1001)


async def test_another_tenants_model_is_not_there(database: Database, site: Site, other: Site) -> None:
    foreign = Site(other.tenant, other.app, other.project_id, site.product_key, site.device)
    for attempt in (
        save(database, foreign, MORE),
        publish(database, foreign, 1),
        versions.workbench(other.tenant, database, product_key=site.product_key),
        versions.history(other.tenant, database, product_key=site.product_key),
        versions.get_version(other.tenant, database, product_key=site.product_key, version=1),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_fleet_forgets_products_that_are_gone(database: Database, site: Site) -> None:
    fleet = Fleet(database)
    await fleet.start()
    try:
        number = (await get_product(site.tenant, database, product_key=site.product_key)).product_no
        assert number in fleet._products
        async with database.begin() as tx:
            await delete_device(site.tenant, tx, iot_id=site.device.iot_id)
        await asyncio.gather(*fleet._refreshing)
        assert await fleet.find(site.product_key, site.device.device_name) is None
        await save(database, site, MORE)
        await publish(database, site, 1)
        await asyncio.gather(*fleet._refreshing)
        assert number in fleet._products
        async with database.begin() as tx:
            await delete_product(site.tenant, tx, product_key=site.product_key)
        await asyncio.gather(*fleet._refreshing)
        assert number not in fleet._products
        assert number not in fleet._count
    finally:
        await fleet.stop()
