"""How the routes of a device's life, of groups and of batches are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask

type RouteRecipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[RouteRecipe]]:
    def device(x: Any) -> dict[str, Any]:
        return {"iot_id": x.device}

    def group(x: Any) -> dict[str, Any]:
        return {"group_id": x.device_group}

    def batch(x: Any) -> dict[str, Any]:
        return {"batch_id": x.device_batch}

    def many(action: str, **more: Callable[[Any], Any]) -> RouteRecipe:
        return lambda x: Ask(
            body={"action": action, "iotIds": [x.device], **{key: read(x) for key, read in more.items()}}
        )

    return {
        "POST /devices/{iot_id}/secret": [lambda x: Ask(device(x))],
        "POST /devices/{iot_id}/secret/reset": [lambda x: Ask(device(x))],
        "GET /devices/{iot_id}/removal": [lambda x: Ask(device(x))],
        "PUT /devices/{iot_id}/community": [lambda x: Ask(device(x), body={"communityId": x.community})],
        "PUT /devices/{iot_id}/project": [
            lambda x: Ask(device(x), body={"projectId": x.project_id}),
            lambda x: Ask(device(x), body={"projectId": None}),
        ],
        "PUT /devices/{iot_id}/tags": [
            lambda x: Ask(device(x), body={"set": {"building": "7"}, "remove": ["floor"]})
        ],
        "GET /devices/{iot_id}/acts": [lambda x: Ask(device(x))],
        "GET /devices/{iot_id}/activity": [lambda x: Ask(device(x))],
        "DELETE /devices/{iot_id}": [lambda x: Ask({"iot_id": x.removed_device})],
        "GET /devices/export.csv": [
            lambda x: Ask(
                query={"communityId": x.community, "productKey": x.product, "groupId": x.device_group}
            )
        ],
        "POST /devices/many": [
            many("disable"),
            many("move", communityId=lambda x: x.community),
            many("group", groupId=lambda x: x.device_group),
        ],
        "POST /device-groups": [
            lambda x: Ask(body={"name": f"组{x.name}{x.once}", "parentId": x.device_group}),
        ],
        "GET /device-groups/{group_id}": [lambda x: Ask(group(x))],
        "PUT /device-groups/{group_id}": [lambda x: Ask(group(x), body={"description": "改"})],
        "DELETE /device-groups/{group_id}": [lambda x: Ask({"group_id": x.spare_device_group})],
        "GET /device-groups/{group_id}/members": [lambda x: Ask(group(x))],
        "POST /device-groups/{group_id}/members": [lambda x: Ask(group(x), body={"iotIds": [x.device]})],
        "POST /device-groups/{group_id}/members/remove": [
            lambda x: Ask(group(x), body={"iotIds": [x.device]})
        ],
        "GET /device-batches": [lambda x: Ask(query={"productKey": x.product})],
        "POST /device-batches/generate": [
            lambda x: Ask(
                body={
                    "productKey": x.product,
                    "count": 1,
                    "prefix": f"g{x.once}-",
                    "communityId": x.community,
                    "projectId": x.project_id,
                }
            )
        ],
        "POST /device-batches/upload": [
            lambda x: Ask(
                query={"productKey": x.product, "communityId": x.community, "projectId": x.project_id},
                file=f"DeviceName\nup{x.once}-{x.once}\n".encode(),
            )
        ],
        "GET /device-batches/{batch_id}": [lambda x: Ask(batch(x))],
        "GET /device-batches/{batch_id}/rows": [lambda x: Ask(batch(x))],
        "POST /device-batches/{batch_id}/undo": [lambda x: Ask({"batch_id": x.undone_batch})],
        "POST /device-batches/{batch_id}/certificates": [lambda x: Ask(batch(x))],
        "GET /device-batches/{batch_id}/certificates.csv": [
            lambda x: Ask(batch(x), query={"token": f"batch-of-{x.name}"})
        ],
        "POST /products/import": [lambda x: Ask(file=f"Name\n批{x.name}{x.once}\n".encode())],
    }
