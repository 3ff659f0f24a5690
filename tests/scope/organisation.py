"""Routes of the organisation and of projects, with ids of a lot."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import SOON_MS, Ask

type Recipe = Callable[[Any], Ask]

ROLE = {"name": "实施", "rights": ["devices.use"]}


def recipes() -> dict[str, list[Recipe]]:
    def here(x: Any) -> dict[str, Any]:
        return {"project_id": x.project_id}

    said = {"clientName": "客户", "startMs": 1_700_000_000_000, "endMs": SOON_MS}
    return {
        "POST /organisation/roles": [
            lambda x: Ask(body={"name": f"角色{x.name}{x.once}", "rights": ["devices.use"]})
        ],
        "PUT /organisation/roles/{role_id}": [
            lambda x: Ask({"role_id": x.role}, body={"name": f"改{x.name}", "rights": ["devices.use"]})
        ],
        "DELETE /organisation/roles/{role_id}": [lambda x: Ask({"role_id": x.spare_role})],
        "POST /organisation/persons": [
            lambda x: Ask(body={"persons": [{"name": "新人", "phone": f"139{x.once:08d}"}]})
        ],
        "GET /organisation/persons/{account_id}": [lambda x: Ask({"account_id": x.staff_account})],
        "PUT /organisation/persons/{account_id}/roles": [
            lambda x: Ask({"account_id": x.staff_account}, body={"roleIds": [x.role]})
        ],
        "PUT /organisation/persons/{account_id}/rights": [
            lambda x: Ask({"account_id": x.staff_account}, body={"rights": ["devices.use"]})
        ],
        "PUT /organisation/persons/{account_id}/access": [
            lambda x: Ask({"account_id": x.staff_account}, body={"disabled": False})
        ],
        "POST /organisation/persons/{account_id}/password": [lambda x: Ask({"account_id": x.staff_account})],
        "GET /organisation/log": [lambda x: Ask(query={"accountId": x.staff_account})],
        "GET /organisation/groups": [lambda x: Ask(query={"accountId": x.staff_account, "bound": "false"})],
        "GET /organisation/groups/{project_id}/persons": [lambda x: Ask(here(x))],
        "POST /organisation/groups/bind": [
            lambda x: Ask(body={"accountIds": [x.staff_account], "projectIds": [x.project_id]})
        ],
        "POST /organisation/groups/unbind": [
            lambda x: Ask(body={"accountIds": [x.staff_account], "projectIds": [x.project_id]})
        ],
        "POST /app-platform/projects": [lambda x: Ask(body={**said, "name": f"项目{x.name}{x.once}"})],
        "GET /app-platform/projects/{project_id}": [lambda x: Ask({"project_id": x.platform_project})],
        "PUT /app-platform/projects/{project_id}": [
            lambda x: Ask({"project_id": x.platform_project}, body={**said, "name": f"平台{x.name}"})
        ],
        "PUT /app-platform/projects/{project_id}/state": [
            lambda x: Ask({"project_id": x.platform_project}, body={"state": "integration"})
        ],
        "POST /app-platform/projects/{project_id}/capabilities": [
            lambda x: Ask({"project_id": x.platform_project}, body={"capability": "arming"})
        ],
        "GET /app-platform/projects/{project_id}/devices": [lambda x: Ask(here(x))],
        "POST /app-platform/projects/{project_id}/devices/bind": [
            lambda x: Ask({"project_id": x.project_id}, body={"iotIds": [x.device]})
        ],
        "POST /app-platform/projects/{project_id}/devices/unbind": [
            lambda x: Ask({"project_id": x.project_id}, body={"iotIds": [x.loose_device]})
        ],
        "GET /app-platform/projects/{project_id}/keys": [lambda x: Ask({"project_id": x.platform_project})],
        "POST /app-platform/projects/{project_id}/secret": [
            lambda x: Ask({"project_id": x.platform_project})
        ],
        "PUT /app-platform/projects/{project_id}/keys/{app_key}/grants": [
            lambda x: Ask(
                {"project_id": x.platform_project, "app_key": x.platform_key},
                body={"services": ["device"], "models": []},
            )
        ],
        "GET /app-platform/projects/{project_id}/models": [lambda x: Ask({"project_id": x.platform_project})],
        "PUT /app-platform/projects/{project_id}/models/{model_id}": [
            lambda x: Ask(
                {"project_id": x.platform_project, "model_id": "Heartbeat"},
                body={"byProject": True, "byApp": False},
            )
        ],
        "POST /app-platform/projects/{project_id}/join": [lambda x: Ask({"project_id": x.platform_project})],
    }
