"""The three gateways of the video component (三实例版): made with it, named alike, kept in its parameters. Spec D 1.2.

A device of theirs is a thing of its own, put under its gateway with its first identity.
"""

import json
import re
from typing import Any, Final, NamedTuple

import msgspec

from linli.domains.boxes import components as kinds
from linli.domains.boxes.errors import DeviceElsewhere
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as queries
from linli.domains.boxes.rows import Cluster, Node
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import DeviceKey, WantedComponent
from linli.things.gateways.topology import add_subs
from linli.things.queries.devices import DeviceRow, find_devices, find_named_devices, get_device
from linli.things.queries.products import list_products
from linli.things.service.devices import DeviceValues, create_device, label_device, move_device, read_secret
from linli.things.service.products import ProductValues, create_product
from linli.things.topology.queries import subs_of

INSTANCES: Final = 3
PREFIX: Final = "LV-AIBOX"
"""品牌+功能; the box's serial number and the number of the instance follow (VID-03)."""
CATEGORY: Final = "edge/camera"
PRODUCT: Final = "视频网关"
MODELS: Final = {
    "community/security/ipcamera": "普通摄像头",
    "community/security/tptzcamera": "违停球相机",
    "community/security/frcamera": "人脸抓拍机",
    "community/security/pmcamera": "周界相机",
    "community/security/nnvr": "普通NVR",
    "community/security/invr": "智能分析NVR",
    "community/security/frnvr": "人脸识别NVR",
}
"""Categories of devices behind a video gateway, with the names of products that are made for them."""
_SERIAL_MOST: Final = 20
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9-]")


class VideoGateway(NamedTuple):
    """An instance of a cluster's component, with its box."""

    cluster: Cluster
    node: Node
    number: int
    device: DeviceRow


async def with_gateways(
    scope: Scope, tx: Tx, cluster: Cluster, nodes: list[Node], text: str, *, ids: Ids, secrets: Secrets
) -> str:
    """A component's parameters with the iotIds of its gateways, which are made where the box has none.

    Raises BadInput, NotFound.
    """
    params: dict[str, Any] = json.loads(text)
    node = next((each for each in nodes if each.name == params.get(kinds.NODE)), None)
    if node is None:
        raise BadInput(field=f"params.{kinds.NODE}", rule="unknown")
    product = str(params.get(kinds.GATEWAY_PRODUCT) or "")
    key = product or await _product(scope, tx, CATEGORY, PRODUCT, gateway=True, ids=ids, secrets=secrets)
    serial = _NO_NAME.sub("-", node.serial_number)[-_SERIAL_MOST:]
    params[kinds.GATEWAYS] = [
        await _thing(
            scope, tx, cluster, product_key=key, name=f"{PREFIX}-{serial}-{number}", alias="", ids=ids, secrets=secrets
        )
        for number in range(INSTANCES)
    ]  # fmt: skip
    return json.dumps(params, ensure_ascii=False, sort_keys=True)


async def with_triples(
    scope: Scope, tx: Tx, wanted: list[WantedComponent], secrets: Secrets
) -> list[WantedComponent]:
    """For the box: the gateways' triples in the place of their iotIds; none where one was deleted."""
    filled = []
    for each in wanted:
        if kinds.GATEWAYS not in each.params:
            filled.append(each)
            continue
        try:
            keys = [await _key(scope, tx, iot_id, secrets) for iot_id in each.params[kinds.GATEWAYS]]
        except NotFound:
            keys = []
        params = {**each.params, kinds.GATEWAYS: msgspec.to_builtins(keys)}
        filled.append(msgspec.structs.replace(each, params=params))
    return filled


async def gateways_of(scope: Scope, db: Reader, cluster_id: int) -> list[VideoGateway]:
    """Those of a cluster; none where the component is not installed. Raises NotFound."""
    cluster = await cluster_queries.cluster(scope, db, cluster_id)
    wish = (await queries.of_cluster(whole(scope), db, cluster_id)).get(kinds.VIDEO_THREE)
    params = json.loads(wish.params) if wish is not None else {}
    node = next(
        (
            each
            for each in await cluster_queries.nodes_of(whole(scope), db, [cluster_id])
            if each.name == params.get(kinds.NODE)
        ),
        None,
    )
    iot_ids: list[str] = params.get(kinds.GATEWAYS, [])
    if node is None or not iot_ids:
        return []
    rows = {row.iot_id: row for row in await find_devices(whole(scope), db, iot_ids=iot_ids)}
    return [
        VideoGateway(cluster, node, number, rows[iot_id])
        for number, iot_id in enumerate(iot_ids)
        if iot_id in rows
    ]


async def things_of(scope: Scope, db: Reader, cluster_id: int) -> list[str]:
    """iotIds of a cluster's video gateways and of all devices behind them."""
    gateways = [gateway.device for gateway in await gateways_of(scope, db, cluster_id)]
    subs = await subs_of(whole(scope), db, gateway_nos=[row.device_no for row in gateways])
    return [*(row.iot_id for row in gateways), *(row.iot_id for row in subs)]


async def gateways_in_sight(scope: Scope, db: Reader) -> list[VideoGateway]:
    """Those of all clusters that the scope sees."""
    rows = await queries.of_code(scope, db, kinds.VIDEO_THREE)
    return [gateway for row in rows for gateway in await gateways_of(scope, db, row.cluster_id)]


async def gateway_at(scope: Scope, db: Reader, cluster_id: int, number: int) -> VideoGateway:
    """Raises NotFound."""
    for gateway in await gateways_of(scope, db, cluster_id):
        if gateway.number == number:
            return gateway
    raise NotFound(what="edge_video_instance", id=number)


async def identity(
    scope: Scope,
    tx: Tx,
    *,
    gateway: VideoGateway,
    model: str,
    device_name: str,
    alias: str,
    ids: Ids,
    secrets: Secrets,
) -> DeviceKey:
    """A thing of this name under the gateway, made or taken up again. Raises BadInput, DeviceElsewhere."""
    if model not in MODELS:
        raise BadInput(field="model", rule="one_of", allowed=", ".join(MODELS))
    key = await _product(scope, tx, model, MODELS[model], gateway=False, ids=ids, secrets=secrets)
    iot_id = await _thing(
        scope, tx, gateway.cluster, product_key=key, name=device_name, alias=alias, ids=ids, secrets=secrets,
        under=gateway.device,
    )  # fmt: skip
    await add_subs(whole(scope), tx, gateway_iot_id=gateway.device.iot_id, iot_ids=[iot_id])
    return await _key(scope, tx, iot_id, secrets)


async def _key(scope: Scope, tx: Tx, iot_id: str, secrets: Secrets) -> DeviceKey:
    device = await get_device(whole(scope), tx, iot_id=iot_id)
    secret = await read_secret(whole(scope), tx, iot_id=iot_id, secrets=secrets)
    return DeviceKey(product_key=device.product_key, device_name=device.device_name, device_secret=secret)


async def _product(
    scope: Scope, tx: Tx, category: str, name: str, *, gateway: bool, ids: Ids, secrets: Secrets
) -> str:
    """The company's oldest product of a category, else a new one."""
    tenant, page = whole(scope), PageRequest(page_size=100)
    rows = (await list_products(tenant, tx, page=page, category_code=category, node_type=int(gateway))).data
    if rows:
        return rows[-1].product_key
    values = ProductValues(name=name, category_code=category, node_type=int(gateway))
    return (await create_product(tenant, tx, values=values, ids=ids, secrets=secrets)).product_key


async def _thing(
    scope: Scope,
    tx: Tx,
    cluster: Cluster,
    *,
    product_key: str,
    name: str,
    alias: str,
    ids: Ids,
    secrets: Secrets,
    under: DeviceRow | None = None,
) -> str:
    """Its iotId, in the cluster's community. Raises BadInput, DeviceElsewhere."""
    tenant = whole(scope)
    rows = await find_named_devices(tenant, tx, product_key=product_key, device_names=[name])
    if rows:
        row = rows[0]
        free = row.gateway_no is None or (under is not None and row.gateway_no == under.device_no)
        if not free or row.community_id not in (None, cluster.community_id):
            raise DeviceElsewhere(field="deviceName", device=name)
        if alias:
            await label_device(tenant, tx, iot_id=row.iot_id, nickname=alias)
        return row.iot_id
    values = DeviceValues(
        product_key=product_key, device_name=name, nickname=alias, project_id=cluster.project_id
    )
    iot_id = (await create_device(tenant, tx, values=values, ids=ids, secrets=secrets)).iot_id
    if cluster.community_id is not None:
        await move_device(tenant, tx, iot_id=iot_id, community_id=cluster.community_id)
    return iot_id
