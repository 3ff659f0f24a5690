"""Products and devices."""

import argparse
from pathlib import Path

from linli.admin.commands import OPERATOR, Answer, Command, add_tenant, tenant_scope
from linli.app.platform import Platform
from linli.domains.communities.queries import communities
from linli.kernel import tenancy
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.queries.products import get_product
from linli.things.service import devices, products


def _product_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    add_tenant(parser)
    parser.add_argument("--tsl", type=Path, help="file of the thing model (JSON)")
    parser.add_argument("--category", default="", help="category path, such as community/people/qrcode")
    parser.add_argument("--gateway", action="store_true", help="the devices are gateways")
    parser.add_argument("--product-key", help="keep this key instead of a new one")
    parser.add_argument(
        "--dynamic-register", action="store_true", help="devices may fetch their secret with the product's"
    )


async def _create_product(platform: Platform, words: argparse.Namespace) -> Answer:
    scope = await tenant_scope(platform, words)
    model = None
    if words.tsl is not None:
        try:
            model = words.tsl.read_bytes()
        except OSError as error:
            raise BadInput(field="--tsl", rule="file", detail=error.strerror) from error
    product = await platform.db.run(
        lambda tx: products.create_product(
            scope,
            tx,
            values=products.ProductValues(
                name=words.name,
                tsl=model,
                category_code=words.category,
                node_type=int(words.gateway),
                product_key=words.product_key,
                dynamic_register=words.dynamic_register,
            ),
            ids=platform.ids,
            secrets=platform.secrets,
        )
    )
    secret = await products.product_secret(
        scope, platform.db, product_key=product.product_key, secrets=platform.secrets
    )
    return {"productKey": product.product_key, "productSecret": secret, "name": product.name}


def _device_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("product", help="productKey")
    parser.add_argument("--name", help="device name; made when left out")
    parser.add_argument("--nickname", default="")
    parser.add_argument("--project", help="projectId to bind the device to")
    parser.add_argument("--community", type=int, help="communityId to put the device into")
    parser.add_argument("--secret", help="keep this device secret instead of a new one")


async def _create_device(platform: Platform, words: argparse.Namespace) -> Answer:
    product = await get_product(OPERATOR, platform.db, product_key=words.product)
    scope = Scope(product.tenant_id, OPERATOR.caller)
    if words.project is not None:
        await tenancy.get_project(scope, platform.db, project_id=words.project)
    async with platform.db.begin() as tx:
        triple = await devices.create_device(
            scope,
            tx,
            values=devices.DeviceValues(
                product_key=words.product,
                device_name=words.name,
                device_secret=words.secret,
                nickname=words.nickname,
                project_id=words.project,
            ),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        if words.community is not None:
            await communities.community(scope, tx, words.community)  # of the same tenant
            await devices.assign_community(scope, tx, iot_id=triple.iot_id, community_id=words.community)
    return {
        "iotId": triple.iot_id,
        "productKey": triple.product_key,
        "deviceName": triple.device_name,
        "deviceSecret": triple.device_secret,
    }


COMMANDS = {
    "create-product": Command("create a product with its thing model", _product_words, _create_product),
    "create-device": Command(
        "create a device (its secret is shown this once)", _device_words, _create_device
    ),
}
