"""What an operator sets up by the pages' routes before devices on the vendor's SDK come, to one process or several."""

from typing import Any

import httpx

from linli.sim import models
from tests.real.gateway import Triple
from tests.real.line import Line
from tests.real.partner import Partner
from tests.real.platform import Installation

FIFTY = 50
PASSWORD = "correct horse battery"


class Estate:
    def __init__(self, linli: Installation, auth_port: int = 0, *, subs: int = FIFTY) -> None:
        self.linli, self.auth_port = linli, auth_port
        self.line = Line.to(linli)
        self.people = httpx.Client(
            base_url=f"{linli.url}/api/console",
            headers={"x-linli-request": "1"},
            timeout=100,
            trust_env=False,
        )
        form = {
            "tenantName": "和美物业", "name": "王伟", "login": "13800138000", "password": PASSWORD,
            "projectName": "网关集成", "code": (linli.folder / "setup-code").read_text().strip(),
        }  # fmt: skip
        key = self.person("POST", "/setup", form)["key"]
        self.project_id = key["projectId"]
        self.app_key, self.app_secret = key["appKey"], key["appSecret"]
        self.partner = Partner(f"127.0.0.1:{linli.http_port}", self.app_key, self.app_secret)
        self.gateways = self.product("网关", gateway=True)
        self.doors = self.product("门禁", dynamicRegister=True)
        self.model(self.doors, models.tsl("smart_door"))
        self.product_secret = self.person("POST", f"/products/{self.doors}/secret")["productSecret"]
        self.gateway = self.device(self.gateways, "gw-01")
        self.subs = [self.door(f"sub.{n:02}") for n in range(1, subs + 1)]

    def product(self, name: str, **more: Any) -> str:
        return str(self.person("POST", "/products", {"name": name, **more})["productKey"])

    def model(self, product_key: str, text: str) -> None:
        place = f"/products/{product_key}/model"
        document = self.person("POST", f"{place}/import", {"text": text})["document"]
        draft = self.person("PUT", f"{place}/draft", {"document": document})
        assert not draft["faults"]
        self.person("POST", f"{place}/publish", {"revision": draft["revision"]})

    def device(self, product_key: str, name: str) -> Triple:
        body = {"productKey": product_key, "deviceName": name, "projectId": self.project_id}
        made: Triple = self.person("POST", "/devices", body)
        return made

    def door(self, name: str) -> Triple:
        return self.device(self.doors, name)

    def person(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.people.request(method, path, json=body, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def states(self, gateway: Triple | None = None) -> dict[str, str]:
        place = (gateway or self.gateway)["iotId"]
        rows = self.people.get(f"/devices/{place}/subs", params={"pageSize": 100}).json()["data"]
        return {row["deviceName"]: row["state"] for row in rows}
