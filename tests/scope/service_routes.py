"""How the routes of the service bus are called; see `routes`."""

import json
from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask
from tests.scope.service_rows import document

BUILT_IN = "iotx_parking_service_model"
METHOD = "parkingAreaInfoGet"


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    def provider(x: Any) -> dict[str, Any]:
        return {
            "modelId": BUILT_IN,
            "name": "盒子",
            "kind": "edge",
            "iotId": x.device,
            "projectId": x.project_id,
        }

    def trial(x: Any) -> dict[str, Any]:
        params = json.dumps({"parkingLotId": "p", "areaId": "a"})
        return {"modelId": BUILT_IN, "method": METHOD, "projectId": x.project_id, "params": params}

    return {
        "GET /service-models/one": [lambda x: Ask(query={"id": BUILT_IN})],
        "GET /service-calls": [lambda x: Ask(query={"appKey": x.app_key})],
        "GET /reference/method": [
            lambda x: Ask(query={"path": "/cloud/token", "version": "1.0.1", "appKey": x.own_key})
        ],
        "POST /service-models": [lambda x: Ask(body={"document": document(f"new_{x.name}")})],
        "DELETE /service-models/{model_no}": [lambda x: Ask({"model_no": x.spare_service_model})],
        "POST /service-providers": [lambda x: Ask(body=provider(x))],
        "PUT /service-providers/{provider_no}": [
            lambda x: Ask({"provider_no": x.service_provider}, body=provider(x))
        ],
        "DELETE /service-providers/{provider_no}": [lambda x: Ask({"provider_no": x.spare_service_provider})],
        "POST /service-calls/try": [
            lambda x: Ask(body=trial(x)),
            lambda x: Ask(body={**trial(x), "providerNo": x.service_provider}),
        ],
    }
