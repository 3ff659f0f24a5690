"""How the routes of firmware and configurations are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask

type RouteRecipe = Callable[[Any], Ask]


def recipes() -> dict[str, list[RouteRecipe]]:
    def at(name: str) -> Callable[[Any], dict[str, Any]]:
        return lambda x: {"campaign_id": getattr(x, name)}

    def campaign(x: Any) -> dict[str, Any]:
        return {"firmwareId": x.firmware, "communityId": x.community, "iotIds": [x.door]}

    def of(name: str, **more: Any) -> RouteRecipe:
        return lambda x: Ask(at(name)(x), **more)

    return {
        "GET /firmware": [lambda x: Ask(query={"productKey": x.product})],
        "GET /firmware/versions": [lambda x: Ask(query={"productKey": x.product})],
        "POST /firmware": [
            lambda x: Ask(query={"productKey": x.product, "version": f"n{x.once}"}, body={"image": 1})
        ],
        "GET /firmware/{firmware_id}": [lambda x: Ask({"firmware_id": x.firmware})],
        "PUT /firmware/{firmware_id}": [lambda x: Ask({"firmware_id": x.firmware}, body={"notes": "改"})],
        "DELETE /firmware/{firmware_id}": [lambda x: Ask({"firmware_id": x.spare_firmware})],
        "GET /firmware/{firmware_id}/download": [lambda x: Ask({"firmware_id": x.firmware})],
        "POST /firmware/{firmware_id}/trial": [
            lambda x: Ask({"firmware_id": x.firmware}, body={"iotId": x.door})
        ],
        "GET /devices/{iot_id}/firmware": [lambda x: Ask({"iot_id": x.door})],
        "GET /firmware-campaigns": [lambda x: Ask(query={"firmwareId": x.firmware})],
        "POST /firmware-campaigns": [lambda x: Ask(body=campaign(x))],
        "POST /firmware-campaigns/count": [lambda x: Ask(body=campaign(x))],
        "GET /firmware-campaigns/{campaign_id}": [of("campaign")],
        "GET /firmware-campaigns/{campaign_id}/devices": [of("campaign")],
        "POST /firmware-campaigns/{campaign_id}/pause": [of("campaign")],
        "POST /firmware-campaigns/{campaign_id}/resume": [of("paused_campaign")],
        "POST /firmware-campaigns/{campaign_id}/widen": [of("grey_campaign", body={"percent": 50})],
        "POST /firmware-campaigns/{campaign_id}/cancel": [of("dead_campaign")],
        "POST /firmware-campaigns/{campaign_id}/devices/{upgrade_id}/retry": [
            lambda x: Ask({"campaign_id": x.lost_campaign, "upgrade_id": x.upgrade})
        ],
        "POST /firmware-campaigns/{campaign_id}/retry": [of("failed_campaign")],
        "POST /firmware-campaigns/{campaign_id}/roll-back": [of("done_campaign")],
        "GET /products/{product_key}/config": [lambda x: Ask({"product_key": x.product})],
        "GET /products/{product_key}/config/versions": [lambda x: Ask({"product_key": x.product})],
        "PUT /products/{product_key}/config": [
            lambda x: Ask({"product_key": x.product}, body={"content": f'{{"n": {x.once}}}'})
        ],
        "POST /products/{product_key}/config/restore": [
            lambda x: Ask({"product_key": x.product}, body={"version": 1})
        ],
        "GET /devices/{iot_id}/config": [lambda x: Ask({"iot_id": x.door})],
        "PUT /devices/{iot_id}/config": [
            lambda x: Ask({"iot_id": x.door}, body={"content": f'{{"n": {x.once}}}'})
        ],
        "DELETE /devices/{iot_id}/config": [lambda x: Ask({"iot_id": x.spare_door})],
        "GET /config-pushes": [lambda x: Ask(query={"productKey": x.product})],
        "POST /config-pushes": [lambda x: Ask(body={"productKey": x.product})],
        "GET /config-pushes/{push_id}/devices": [lambda x: Ask({"push_id": x.config_push})],
        "POST /config-pushes/{push_id}/cancel": [lambda x: Ask({"push_id": x.config_push})],
    }
