"""Clusters, boxes and gateways at the services: names, serial numbers, who sees them. Spec C §3."""

import pytest

from linli.domains.boxes.errors import (
    ClusterInUse,
    DeviceElsewhere,
    GatewayThere,
    NodeInUse,
    NodeNameTaken,
    ProtocolInUse,
    ProtocolThere,
    SerialTaken,
)
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rules import clean_cidr, clean_node_name
from linli.domains.boxes.service import clusters, devices, gateways, nodes, protocols
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.things.queries.devices import get_device
from tests.domains.boxes.conftest import Site, build


@pytest.mark.parametrize("name", ["jinanwangyuefu-01", "ab12", "a" * 30])  # G2
def test_node_names_that_fit(name: str) -> None:
    assert clean_node_name(name) == name


@pytest.mark.parametrize("name", ["abc", "a" * 31, "-ab1", "ab1-", "Ab01", "a_b1", ""])  # G2
def test_node_names_that_do_not(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_node_name(name)
    assert refused.value.facts == {"field": "name", "rule": "edge.node_name"}


def test_host_bits_of_a_network_are_cleared() -> None:  # G13
    assert clean_cidr("10.249.24.20/24") == "10.249.24.0/24"
    for bad in ("10.249.24.20", "10.249.24.300/24", "10.0.0.0/33", "fe80::/64"):
        with pytest.raises(BadInput):
            clean_cidr(bad)


async def test_a_serial_number_belongs_to_one_node_of_the_installation(site: Site) -> None:
    other = await build(site.db, site.clock, serial="SN-OTHER-0001", seed=4)
    for who in (site, other):
        with pytest.raises(SerialTaken):
            async with site.db.begin() as tx:
                await nodes.add(
                    who.scope, tx, cluster_id=who.cluster.cluster_id, name="another-01",
                    serial_number=site.node.serial_number, **who.makes,
                )  # fmt: skip
    with pytest.raises(NodeNameTaken):
        async with site.db.begin() as tx:
            await nodes.add(
                site.scope, tx, cluster_id=site.cluster.cluster_id, name=site.node.name,
                serial_number="SN-THIRD-0001", **site.makes,
            )  # fmt: skip


async def test_another_tenant_sees_nothing(site: Site) -> None:
    other = await build(site.db, site.clock, serial="SN-OTHER-0001", seed=4)
    with pytest.raises(NotFound):
        await queries.cluster(other.scope, site.db, site.cluster.cluster_id)
    with pytest.raises(NotFound):
        await queries.node(other.scope, site.db, site.node.node_id)
    with pytest.raises(NotFound):
        await gateway_queries.gateway(other.scope, site.db, site.gateway.gateway_id)
    with pytest.raises(NotFound):
        await gateway_queries.protocol(other.scope, site.db, site.protocol.protocol_id)
    found = await queries.page(other.scope, site.db, PageRequest(), where=queries.ClusterFilter())
    assert [row.cluster_id for row in found.data] == [other.cluster.cluster_id]


async def test_an_account_of_a_project_sees_its_clusters_alone(site: Site) -> None:
    mine = Scope(site.scope.tenant, Caller("staff", "8"), frozenset(), projects=frozenset((site.project_id,)))
    assert (await queries.page(mine, site.db, PageRequest(), where=queries.ClusterFilter())).total == 0
    with pytest.raises(BadInput) as refused:
        async with site.db.begin() as tx:
            await clusters.create(
                mine, tx, form=clusters.ClusterForm(name="新", model="X"), ids=site.ids, now_ms=site.now_ms
            )
    assert refused.value.field == "projectId"
    door = await site.door("HJSB-000205.3")
    async with site.db.begin() as tx:
        await clusters.associate(
            site.scope, tx, cluster_id=site.cluster.cluster_id, project_id=site.project_id, community_id=None,
            now_ms=site.now_ms,
        )  # fmt: skip
    assert [
        row.name
        for row in (await queries.page(mine, site.db, PageRequest(), where=queries.ClusterFilter())).data
    ] == [site.cluster.name]
    assert (await queries.node(mine, site.db, site.node.node_id)).project_id == site.project_id
    assert (await gateway_queries.device(mine, site.db, door.edge_device_id)).iot_id == door.iot_id
    for iot_id in (door.iot_id, site.node.iot_id):
        assert (await get_device(mine, site.db, iot_id=iot_id)).project_id == site.project_id
    async with site.db.begin() as tx:
        await clusters.dissociate(site.scope, tx, cluster_id=site.cluster.cluster_id, now_ms=site.now_ms)
    with pytest.raises(NotFound):
        await queries.cluster(mine, site.db, site.cluster.cluster_id)


async def test_lists_are_searched_by_names_and_serial_numbers(site: Site) -> None:
    for text, count in (("望月", 1), ("WANGYUE", 1), ("20261127", 1), ("100%", 0), ("", 1)):
        found = await queries.page(site.scope, site.db, PageRequest(), where=queries.ClusterFilter(q=text))
        assert found.total == count, text


async def test_what_is_in_use_is_not_removed(site: Site) -> None:
    door = await site.door("HJSB-000205.3")
    row = {"now_ms": site.now_ms}
    for refused, act, binds in (
        (ClusterInUse, clusters.remove, {"cluster_id": site.cluster.cluster_id}),
        (NodeInUse, nodes.remove, {"node_id": site.node.node_id}),
        (ProtocolInUse, protocols.remove, {"protocol_id": site.protocol.protocol_id}),
    ):
        with pytest.raises(refused):
            async with site.db.begin() as tx:
                await act(site.scope, tx, **binds, **row)
    async with site.db.begin() as tx:
        await devices.remove(site.scope, tx, device=door, **row)
        await protocols.remove(site.scope, tx, protocol_id=site.protocol.protocol_id, **row)
        await nodes.remove(site.scope, tx, node_id=site.node.node_id, **row)
        await clusters.remove(site.scope, tx, cluster_id=site.cluster.cluster_id, **row)
    assert (await get_device(site.scope, site.db, iot_id=door.iot_id)).gateway_no is None
    with pytest.raises(NotFound):
        await get_device(site.scope, site.db, iot_id=site.node.iot_id)
    assert await queries.node_of_serial(site.db, site.node.serial_number) is None


async def test_one_gateway_a_box_one_driver_once_one_device_once(site: Site) -> None:
    await site.door("HJSB-000205.3")
    with pytest.raises(GatewayThere):
        async with site.db.begin() as tx:
            await gateways.create(
                site.scope, tx, node_id=site.node.node_id, name="二", ids=site.ids, now_ms=site.now_ms
            )
    with pytest.raises(ProtocolThere):
        async with site.db.begin() as tx:
            await protocols.add(
                site.scope, tx, gateway_id=site.gateway.gateway_id, driver_id="door_device", **site.makes
            )
    with pytest.raises(DeviceElsewhere):
        await site.door("HJSB-000205.3")
    with pytest.raises(BadInput) as refused:
        async with site.db.begin() as tx:
            await protocols.add(
                site.scope, tx, gateway_id=site.gateway.gateway_id, driver_id="door_system", version="9.9.9",
                **site.makes,
            )  # fmt: skip
    assert refused.value.field == "version"


async def test_local_mqtt_has_a_password_of_its_own_and_forgets_it(site: Site) -> None:
    async def switch(on: bool, **said: str) -> str:
        async with site.db.begin() as tx:
            held = await gateways.connect_locally(
                site.scope, tx, gateway_id=site.gateway.gateway_id, on=on, secrets=site.secrets,
                now_ms=site.now_ms, **said,
            )  # fmt: skip
        assert bool(held.interconnect_on) is on
        return gateways.password_of(held, site.secrets)

    first = await switch(True)
    assert len(first) >= 20
    assert await switch(True) == first
    assert await switch(False) == ""
    assert await switch(True) not in (first, "", "123456")
    assert await switch(True, user="edge-app", password="long enough") == "long enough"
    held = await site.reread()
    assert held.interconnect_user == "edge-app"
    assert "long enough" not in held.interconnect_sealed
    for said, field in (({"password": "short"}, "password"), ({"user": "a b"}, "user")):
        with pytest.raises(BadInput) as refused:
            await switch(True, **said)
        assert refused.value.field == field
